/// What somebody may do; a `RoleBinding` says who.
public enum RoleKind: Kind {
    /// The rules; each allows something, none forbids.
    public struct Spec: Codable, Sendable, Hashable {
        /// What is allowed.
        public var rules: [Rule]

        /// Makes a role.
        public init(rules: [Rule]) { self.rules = rules }
    }

    /// One thing that is allowed.
    public struct Rule: Codable, Sendable, Hashable {
        /// What may be done, such as `get` or `create`; `*` is everything.
        public var verbs: [String]
        /// To what: plural names of kinds, with `/` and a subresource for what stands below; `*` is everything.
        public var resources: [String]
        /// To which objects; all when absent or empty.
        public var resourceNames: [String]?

        /// Makes a rule.
        public init(verbs: [String], resources: [String], resourceNames: [String]? = nil) {
            self.verbs = verbs
            self.resources = resources
            self.resourceNames = resourceNames
        }
    }

    /// Roles have no status.
    public struct Status: Codable, Sendable, Hashable {
        /// Makes the empty status.
        public init() {}
    }

    /// The verbs that a rule may name.
    public static let verbs = [
        "get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "*",
    ]

    /// Names and columns.
    public static let descriptor = KindDescriptor(
        kind: "Role", plural: "roles", singular: "role", columns: [],
        summary: "Role names what somebody may do, beyond what the host's groups allow.")

    /// What does not fit in the rules of a role beyond its schema.
    static func findings(in spec: JSONValue) -> [SchemaFinding] {
        var findings: [SchemaFinding] = []
        for (index, rule) in (spec["rules"]?.arrayValue ?? []).enumerated() {
            for (position, resource) in (rule["resources"]?.arrayValue ?? []).enumerated() {
                guard let text = resource.stringValue, let plural = text.split(separator: "/").first.map(String.init),
                    plural != "*", KindRegistry.descriptor(plural: plural) == nil
                else { continue }
                let known = KindRegistry.descriptors.map(\.plural)
                let path = FieldPath([.member("spec"), .member("rules")]).appending(index).appending("resources")
                    .appending(position)
                findings.append(
                    SchemaFinding(
                        path: path, line: 0, column: 0,
                        message: "there is no kind with the plural name '\(plural.shownInMessage)'"
                            + Suggestion.clause(for: plural, among: known)))
            }
        }
        return findings
    }
}
