/// Permission bits, which people write as octal text: `"0644"`.
public struct FileMode: Sendable, Hashable, RawRepresentable, CustomStringConvertible {
    /// The bits, 07777.
    public let rawValue: UInt16

    /// Makes a mode; bits other than permissions are dropped.
    public init(rawValue: UInt16) { self.rawValue = rawValue & 0o7777 }

    /// Reads three or four octal digits; nil for anything else.
    public init?(text: String) {
        guard (3...4).contains(text.utf8.count),
            text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }),
            let value = UInt16(text, radix: 8)
        else { return nil }
        rawValue = value
    }

    /// Four octal digits.
    public var description: String {
        let digits = String(rawValue, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}

extension FileMode: Codable {
    /// Reads octal text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let mode = FileMode(text: text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "'\(text)' is not a mode such as '0644'")
        }
        self = mode
    }

    /// Writes octal text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
