public import Model

/// A site that was compiled: all or nothing.
///
/// With diagnostics there are no resources.
public struct CompiledSite: Sendable, Hashable {
    /// The blueprints, by name.
    public var blueprints: [BlueprintDocument]
    /// Every resource that is in force, in an order that respects dependencies.
    public var resources: [DeclaredResource]
    /// Resources that are left alone, as their `when` or that of their blueprint does not hold.
    public var withheld: [WithheldResource]
    /// Whether anything has a `when`, so that other facts may give another result.
    public var isConditional: Bool
    /// What is wrong, in the order of files and lines.
    public var diagnostics: [CompileDiagnostic]

    /// Makes a result.
    public init(
        blueprints: [BlueprintDocument], resources: [DeclaredResource], withheld: [WithheldResource] = [],
        isConditional: Bool = false, diagnostics: [CompileDiagnostic]
    ) {
        self.blueprints = blueprints
        self.resources = resources
        self.withheld = withheld
        self.isConditional = isConditional
        self.diagnostics = diagnostics
    }
}
