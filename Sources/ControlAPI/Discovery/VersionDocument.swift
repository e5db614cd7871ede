internal import Model

/// The answer of `/version`: the daemon's own, and beside it what clients of Kubernetes look for.
enum VersionDocument {
    /// The version of Kubernetes whose shapes the API has: clients warn when they are much older or newer.
    private static let (major, minor) = ("1", "32")

    static func json(_ product: JSONValue) -> JSONValue {
        var members = product.objectValue ?? [:]
        let version = members["version"]?.stringValue ?? "0"
        members["major"] = .string(major)
        members["minor"] = .string(minor)
        members["gitVersion"] = .string("v\(major).\(minor).0+aetheredge-\(version)")
        // Typed clients refuse an answer without these.
        members["gitCommit"] = "unknown"
        members["gitTreeState"] = "unknown"
        members["buildDate"] = "1970-01-01T00:00:00Z"
        members["goVersion"] = "none"
        members["compiler"] = "swiftc"
        members["platform"] = members["platform"] ?? "linux"
        return .object(members)
    }
}
