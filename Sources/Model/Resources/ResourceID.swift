internal import Glibc

/// The identity of a managed resource: `file:/etc/motd`, `unit:nginx.service`.
public struct ResourceID: Sendable {
    private let content: Content

    /// Held by reference, for a pass looks up each of thousands in table after table: the hash is computed once, and
    /// the same identity is known by its address.
    private final class Content: Sendable {
        let type: ResourceType
        let identity: String
        let hash: Int

        init(_ type: ResourceType, _ identity: String) {
            self.type = type
            self.identity = identity
            var hasher = Hasher()
            hasher.combine(type)
            hasher.combine(identity)
            hash = hasher.finalize()
        }
    }

    /// Makes an identity from parts that were validated before.
    public init(type: ResourceType, identity: String) { content = Content(type, identity) }

    /// The type.
    public var type: ResourceType { content.type }
    /// The identity within the type; an absolute path for those that are paths.
    public var identity: String { content.identity }

    /// Makes an identity from parts as a person wrote them; throws `.invalidFormat`.
    ///
    /// A path is normalised.
    public init(type: ResourceType, validating identity: String) throws(ModelError) {
        self.init(
            type: type, identity: type.isPath ? try HostPath.normalise(identity) : try UnitIdentity.validate(identity))
    }

    /// Reads the readable form, `type:identity`; throws `.invalidFormat`.
    public init(parsing text: String) throws(ModelError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            throw ModelError(
                .invalidFormat, "'\(text.shownInMessage)' is not a resource; write TYPE:NAME, such as 'file:/etc/motd'")
        }
        guard let type = ResourceType(rawValue: String(parts[0])) else {
            let types = ResourceType.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            throw ModelError(
                .invalidFormat,
                "'\(text.shownInMessage)' is not a resource: '\(String(parts[0]).shownInMessage)' is "
                    + "not a type (\(types))"
            )
        }
        try self.init(type: type, validating: String(parts[1]))
    }
}

extension ResourceID: Hashable, Comparable {
    /// Compares bytes: names that differ only in their Unicode normalisation are different files.
    public static func == (left: ResourceID, right: ResourceID) -> Bool {
        left.content === right.content
            || left.content.hash == right.content.hash && left.type == right.type
                && left.identity.hasSameBytes(as: right.identity)
    }

    /// Hashes what equal identities have in common.
    public func hash(into hasher: inout Hasher) { hasher.combine(content.hash) }

    /// Orders by type, then by the bytes of the identity.
    public static func < (left: ResourceID, right: ResourceID) -> Bool {
        left.type == right.type
            ? left.identity.utf8.lexicographicallyPrecedes(right.identity.utf8)
            : left.type.rawValue < right.type.rawValue
    }
}

extension String {
    /// Whether two have the same UTF-8.
    ///
    /// Resources are looked up by the ten thousand, and the collection algorithms compare a byte at a time.
    fileprivate func hasSameBytes(as other: String) -> Bool {
        // Safety: both are read within the closures, and as far as they reach.
        let isSame = utf8.withContiguousStorageIfAvailable { own -> Bool? in
            other.utf8.withContiguousStorageIfAvailable { others in
                guard own.count == others.count, let first = own.baseAddress, let second = others.baseAddress else {
                    return own.count == others.count
                }
                return memcmp(first, second, own.count) == 0
            }
        }
        return (isSame ?? nil) ?? utf8.elementsEqual(other.utf8)
    }
}

extension ResourceID: CustomStringConvertible {
    /// The readable form, `type:identity`.
    public var description: String { "\(type.rawValue):\(identity)" }
}

extension ResourceID: Codable {
    /// Reads the readable form.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do {
            try self.init(parsing: text)
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.message)
        }
    }

    /// Writes the readable form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// The types of resource that this version manages.
public enum ResourceType: String, Codable, Sendable, Hashable, CaseIterable {
    case file
    case directory
    case symlink
    case unit

    /// Whether the identity is an absolute path.
    public var isPath: Bool { self != .unit }
}
