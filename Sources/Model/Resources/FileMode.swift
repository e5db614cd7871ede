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
        // Safety: four digits fill exactly the capacity that is asked for.
        String(unsafeUninitializedCapacity: 4) { text in
            for place in 0..<4 { text[place] = UInt8(ascii: "0") + UInt8(rawValue >> (9 - 3 * UInt16(place)) & 7) }
            return 4
        }
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
