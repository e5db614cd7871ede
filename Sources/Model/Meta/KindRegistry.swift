/// The kinds that this version serves.
public enum KindRegistry {
    /// Every kind, in the order in which people read about them.
    public static let kinds: [any Kind.Type] = [
        SourceKind.self, BlueprintKind.self, ResourceKind.self, WorkflowRunKind.self, ApprovalKind.self, EventKind.self,
        RoleKind.self, RoleBindingKind.self,
    ]

    /// The descriptor of every kind.
    public static let descriptors: [KindDescriptor] = kinds.map { $0.descriptor }

    /// Kinds of the design that this version does not serve; naming one is answered as such, not as a misspelling.
    public static let unsupported = [
        "HealingAction", "HealingPolicy", "Host", "Incident", "Policy", "Workflow",
    ]

    private static let byKind = Dictionary(uniqueKeysWithValues: descriptors.map { ($0.kind, $0) })
    private static let byTypedName: [String: KindDescriptor] = {
        var names: [String: KindDescriptor] = [:]
        for descriptor in descriptors {
            let typed = [descriptor.kind.rawValue.lowercased(), descriptor.plural, descriptor.singular]
            for name in typed + descriptor.shortNames { names[name] = descriptor }
        }
        return names
    }()

    /// The descriptor of a kind.
    public static func descriptor(of kind: KindName) -> KindDescriptor? { byKind[kind] }

    /// The descriptor of the kind whose plural name stands in a URL.
    public static func descriptor(plural: String) -> KindDescriptor? { descriptors.first { $0.plural == plural } }

    /// The descriptor of what a person typed: the kind, its plural, singular or short name, in any case, with or
    /// without the API group (`runs.aetheredge.io`).
    public static func descriptor(typed: String) -> KindDescriptor? {
        let lowered = typed.lowercased()
        let suffix = ".\(apiGroupName)"
        return byTypedName[lowered.hasSuffix(suffix) ? String(lowered.dropLast(suffix.count)) : lowered]
    }

    /// What to answer for a name that no kind has.
    public static func unknownKindMessage(_ typed: String) -> String {
        if let kind = unsupported.first(where: {
            let lowered = typed.lowercased()
            return lowered == $0.lowercased() || lowered == $0.lowercased() + "s"
        }) {
            return "'\(kind)' is not supported in this version"
        }
        return "there is no kind '\(typed.shownInMessage)'"
            + Suggestion.clause(for: typed.lowercased(), among: byTypedName.keys.sorted())
    }
}
