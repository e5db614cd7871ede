/// A SHA-256 digest; bytes are named by it in the content store.
public struct ContentDigest: Hashable, Sendable, Comparable {
    /// The 32 bytes as four words in big-endian order, so that the value needs no allocation.
    let words: (UInt64, UInt64, UInt64, UInt64)

    init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

    /// The digest of bytes.
    public init(hashing bytes: [UInt8]) {
        var hasher = ContentHasher()
        hasher.update(bytes)
        self = hasher.finish()
    }

    /// The digest of the UTF-8 bytes of a text.
    public init(hashing text: String) { self.init(hashing: Array(text.utf8)) }

    /// Reads 64 hexadecimal digits in either case; nil for anything else.
    public init?(hex: String) {
        guard let words = Self.parse(hex.utf8) else { return nil }
        self.words = words
    }

    /// Reads the text form, `sha256:` and 64 hexadecimal digits; nil for anything else.
    public init?(text: String) {
        guard text.utf8.starts(with: Self.prefix.utf8),
            let words = Self.parse(text.utf8.dropFirst(Self.prefix.utf8.count))
        else { return nil }
        self.words = words
    }

    /// Makes a digest of its 32 bytes; nil for any other count.
    public init?(bytes: ArraySlice<UInt8>) {
        guard bytes.count == 32 else { return nil }
        func word(_ number: Int) -> UInt64 {
            let start = bytes.startIndex + number * 8
            return bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }
        }
        words = (word(0), word(1), word(2), word(3))
    }

    /// Makes a digest of its 32 bytes; nil for any other count.
    public init?(bytes: [UInt8]) { self.init(bytes: bytes[...]) }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        append(to: &bytes)
        return bytes
    }

    /// Appends the 32 bytes.
    public func append(to bytes: inout [UInt8]) {
        // Safety: the words are read within the closure, as the bytes that they are.
        withUnsafeBytes(of: inOrder) { bytes.append(contentsOf: $0) }
    }

    /// Appends the text form.
    public func appendText(to bytes: inout [UInt8]) {
        bytes.append(contentsOf: Self.prefix.utf8)
        withUnsafeBytes(of: inOrder) { own in
            for byte in own { Hexadecimal.append(byte, to: &bytes) }
        }
    }

    /// The words, in memory as the bytes stand in the digest.
    private var inOrder: (UInt64, UInt64, UInt64, UInt64) {
        (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian)
    }

    /// The 64 lower-case hexadecimal digits.
    public var hex: String { text(after: "") }

    private func text(after prefix: String) -> String {
        // Safety: the prefix and 64 digits fill exactly the capacity that is asked for.
        String(unsafeUninitializedCapacity: prefix.utf8.count + 64) { text in
            var end = 0
            for byte in prefix.utf8 {
                text[end] = byte
                end += 1
            }
            withUnsafeBytes(of: inOrder) { bytes in
                for byte in bytes {
                    text[end] = Hexadecimal.digit(of: byte >> 4)
                    text[end + 1] = Hexadecimal.digit(of: byte & 15)
                    end += 2
                }
            }
            return end
        }
    }

    /// Compares all words.
    public static func == (left: ContentDigest, right: ContentDigest) -> Bool { left.words == right.words }

    /// Orders as the hexadecimal text does.
    public static func < (left: ContentDigest, right: ContentDigest) -> Bool { left.words < right.words }

    /// Feeds the first word, which is as random as all of them.
    public func hash(into hasher: inout Hasher) { hasher.combine(words.0) }

    private static let prefix = "sha256:"

    private static func parse(_ digits: some Collection<UInt8>) -> (UInt64, UInt64, UInt64, UInt64)? {
        guard digits.count == 64 else { return nil }
        var words: [UInt64] = [0, 0, 0, 0]
        for (position, digit) in digits.enumerated() {
            guard let value = Hexadecimal.value(of: digit) else { return nil }
            words[position / 16] = words[position / 16] << 4 | UInt64(value)
        }
        return (words[0], words[1], words[2], words[3])
    }
}

extension ContentDigest: CustomStringConvertible, Codable {
    /// The text form, `sha256:` and 64 hexadecimal digits.
    public var description: String { text(after: Self.prefix) }

    /// Reads the text form.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let digest = ContentDigest(text: text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "'\(text)' is not 'sha256:' and 64 hexadecimal digits")
        }
        self = digest
    }

    /// Writes the text form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
