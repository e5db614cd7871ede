public import Model

/// A site that was compiled: all or nothing.
///
/// With diagnostics there are no resources.
public struct CompiledSite: Sendable, Hashable {
    /// The blueprints, by name.
    public var blueprints: [BlueprintDocument]
    /// Every resource, in an order that respects dependencies.
    public var resources: [DeclaredResource]
    /// What is wrong, in the order of files and lines.
    public var diagnostics: [CompileDiagnostic]

    /// Makes a result.
    public init(blueprints: [BlueprintDocument], resources: [DeclaredResource], diagnostics: [CompileDiagnostic]) {
        self.blueprints = blueprints
        self.resources = resources
        self.diagnostics = diagnostics
    }
}
