/// A point in a partition's history: a counter that the store raises in the same transaction as each write.
public struct ResourceVersion: Hashable, Comparable, Sendable, Codable {
    /// The counter.
    public let value: UInt64

    /// Makes a version.
    public init(_ value: UInt64) { self.value = value }

    /// Parses the decimal text that the API shows; nil for anything else.
    public init?(text: String) {
        guard let value = UInt64(text) else { return nil }
        self.value = value
    }

    /// Orders by history.
    public static func < (left: ResourceVersion, right: ResourceVersion) -> Bool { left.value < right.value }

    /// Reads the decimal text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let version = ResourceVersion(text: text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "'\(text)' is not a resource version")
        }
        self = version
    }

    /// Writes the decimal text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(String(value))
    }
}
