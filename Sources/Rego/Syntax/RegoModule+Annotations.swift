/// A METADATA comment of a module, for tools that list them.
public struct RegoAnnotation: Sendable {
    /// What it says, as `rego.metadata` gives it.
    public let fields: RegoObject
    /// The package or the rule that it is about, from `data` on, as far as it has no variables.
    public let path: [String]
    /// Where the comment stands.
    public let location: SourceLocation
}

extension RegoModule {
    /// The METADATA comments, in the order of the module.
    public var annotationList: [RegoAnnotation] {
        let heads = ruleHeads
        return annotations.map { annotation in
            let path = annotation.rule.map { heads[$0].path } ?? package.path
            return RegoAnnotation(
                fields: annotation.value, path: ["data"] + path, location: source.location(annotation.span))
        }
    }
}
