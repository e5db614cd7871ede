/// Keeps the end of a text that may be endless.
struct OutputTail {
    static let sizeMaximum = 16 << 10

    private var bytes: [UInt8] = []

    var text: String { String(decoding: bytes, as: UTF8.self) }

    mutating func append(_ chunk: [UInt8]) {
        bytes += chunk.suffix(Self.sizeMaximum)
        if bytes.count > Self.sizeMaximum { bytes.removeFirst(bytes.count - Self.sizeMaximum) }
    }
}
