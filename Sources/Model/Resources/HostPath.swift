/// The rules for paths that a blueprint may name.
public enum HostPath {
    /// The longest path in bytes, without the final NUL that the kernel counts (PATH_MAX).
    public static let maximumBytes = 4095
    /// The longest name of one component in bytes (NAME_MAX).
    public static let maximumComponentBytes = 255

    /// Checks a path and removes slashes at its end; throws `.invalidFormat` that says what to write instead.
    ///
    /// A path is absolute, has no empty, `.` or `..` component and no control character, is not `/`, and is neither in
    /// nor one of the `denied` trees.
    public static func normalise(_ path: String, denied: [DeniedTree] = []) throws(ModelError) -> String {
        let normalised = isNormal(path) ? path : try trimmed(path)
        if let tree = denied.first(where: { $0.contains(normalised) }) {
            throw ModelError(
                .invalidFormat,
                "path '\(path.shownInMessage)' is in '\(tree.path)', which \(tree.reason); it cannot be managed")
        }
        return normalised
    }

    /// Whether a path keeps every rule as it stands: most do, and are looked at once.
    private static func isNormal(_ path: String) -> Bool {
        // Safety: the bytes are read within the closure.
        path.utf8.withContiguousStorageIfAvailable { bytes in
            guard (2...maximumBytes).contains(bytes.count), bytes[0] == UInt8(ascii: "/") else { return false }
            var start = 1
            for position in 1...bytes.count {
                guard position == bytes.count || bytes[position] == UInt8(ascii: "/") else {
                    switch bytes[position] {
                    // What may begin a control character above ASCII is looked at more closely.
                    case 0..<0x20, 0x7F, 0xC2: return false
                    default: continue
                    }
                }
                switch position - start {
                case 0: return false
                case 1, 2: if bytes[start..<position].allSatisfy({ $0 == UInt8(ascii: ".") }) { return false }
                case maximumComponentBytes...: if position - start > maximumComponentBytes { return false }
                default: break
                }
                start = position + 1
            }
            return true
        } ?? false
    }

    /// A path without slashes at its end; throws where it breaks a rule.
    private static func trimmed(_ path: String) throws(ModelError) -> String {
        func refusal(_ reason: String) -> ModelError {
            ModelError(.invalidFormat, "path '\(path.shownInMessage)' \(reason)")
        }
        guard !path.isEmpty else { throw ModelError(.invalidFormat, "the path is empty") }
        for scalar in path.unicodeScalars where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) {
            throw refusal("holds a control character; such a path cannot be managed")
        }
        guard path.utf8.first == UInt8(ascii: "/") else { throw refusal("is not absolute; begin it with '/'") }
        guard path.utf8.count <= maximumBytes else {
            throw refusal("has \(path.utf8.count) bytes; the limit is \(maximumBytes)")
        }
        var trimmed = Substring(path)
        while trimmed.utf8.last == UInt8(ascii: "/") { trimmed = Substring(trimmed.utf8.dropLast()) }
        guard !trimmed.isEmpty else { throw refusal("is the root of the host, which cannot be managed") }
        for component in trimmed.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        {
            switch Substring(component) {
            case "": throw refusal("has an empty component; write one '/' only")
            case ".", "..": throw refusal("has a component '\(Substring(component))'; write the path without it")
            default: break
            }
            guard component.count <= maximumComponentBytes else {
                throw refusal("has a component of \(component.count) bytes; the limit is \(maximumComponentBytes)")
            }
        }
        return String(trimmed)
    }
}

/// A tree in which nothing may be managed.
public struct DeniedTree: Sendable, Hashable {
    /// The root of the tree, normalised.
    public let path: String
    /// What the tree is, as a clause after "which".
    public let reason: String

    /// Denies a tree.
    public init(_ path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    /// The trees in which the kernel keeps its own files.
    public static let kernel = [
        DeniedTree("/proc", reason: "belongs to the kernel"),
        DeniedTree("/sys", reason: "belongs to the kernel"),
        DeniedTree("/dev", reason: "belongs to the kernel"),
    ]

    /// Whether a normalised path is the tree's root or below it.
    public func contains(_ normalised: String) -> Bool {
        normalised.utf8.starts(with: path.utf8)
            && (normalised.utf8.count == path.utf8.count
                || normalised.utf8.dropFirst(path.utf8.count).first == UInt8(ascii: "/"))
    }
}
