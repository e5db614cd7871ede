/// Who has a role.
public enum RoleBindingKind: Kind {
    /// The role, and whose it is.
    public struct Spec: Codable, Sendable, Hashable {
        /// The role's name; a binding to a role that does not exist allows nothing.
        public var role: String
        /// Names of users.
        public var users: [String]?
        /// Names of groups.
        public var groups: [String]?

        /// Makes a binding.
        public init(role: String, users: [String]? = nil, groups: [String]? = nil) {
            self.role = role
            self.users = users
            self.groups = groups
        }
    }

    /// Bindings have no status.
    public struct Status: Codable, Sendable, Hashable {
        /// Makes the empty status.
        public init() {}
    }

    /// Names and columns.
    public static let descriptor = KindDescriptor(
        kind: "RoleBinding", plural: "rolebindings", singular: "rolebinding",
        columns: [PrinterColumn("ROLE", path: ["spec", "role"])],
        summary: "RoleBinding gives a role to users and groups.")
}
