import Model

/// The bytes of a row as they are written.
///
/// Containers write as they are asked to, depth first. `Encoder` never says that a container is done, so each knows
/// how deep it stands, and writing to one first ends those below it.
final class CompactWriter {
    // Safety: one encoder writes, on one thread, and no access lasts while another function is called.
    @exclusivity(unchecked) private(set) var bytes: [UInt8] = []
    @exclusivity(unchecked) private(set) var depth = 0

    /// Begins with `head` bytes of zero, and room for as many as are expected in all.
    init(after head: Int = 0, reserving capacity: Int = 0) {
        if capacity > 0 { bytes.reserveCapacity(capacity) }
        if head > 0 { bytes.append(contentsOf: repeatElement(0, count: head)) }
    }

    /// Gives the bytes away.
    func finish() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }

    /// Begins an array or object and returns how deep it stands.
    func open(_ tag: UInt8) -> Int {
        bytes.append(tag)
        depth += 1
        return depth
    }

    /// Ends what stands deeper.
    func close(to level: Int) {
        while depth > level {
            bytes.append(CompactForm.end)
            depth -= 1
        }
    }

    func write(tag: UInt8) { bytes.append(tag) }

    func write(name: String) {
        if let number = CompactForm.number(of: name) { return append(varint: number) }
        append(varint: CompactForm.spelledName)
        append(text: name)
    }

    func write(integer value: some FixedWidthInteger) {
        if let signed = Int64(exactly: value) {
            bytes.append(CompactForm.integer)
            append(zigzag: signed)
        } else {
            bytes.append(CompactForm.unsigned)
            append(varint: UInt64(truncatingIfNeeded: value))
        }
    }

    func write(_ value: Double) {
        bytes.append(CompactForm.double)
        for shift in stride(from: 0, to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> UInt64(shift)))
        }
    }

    func write(_ value: String) {
        bytes.append(CompactForm.string)
        append(text: value)
    }

    func write(_ value: [UInt8]) {
        bytes.append(CompactForm.bytes)
        append(varint: UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    func write(_ value: ContentDigest) {
        bytes.append(CompactForm.digest)
        value.append(to: &bytes)
    }

    func write(_ value: WallTime) {
        bytes.append(CompactForm.time)
        append(zigzag: value.nanoseconds)
    }

    func write(_ value: JSONValue) {
        switch value {
        case .null: write(tag: CompactForm.null)
        case .bool(let value): write(tag: value ? CompactForm.yes : CompactForm.no)
        case .integer(let value): write(integer: value)
        case .number(let value): write(value)
        case .string(let value): write(value)
        case .array(let values):
            write(tag: CompactForm.array)
            for value in values { write(value) }
            write(tag: CompactForm.end)
        case .object(let members):
            write(tag: CompactForm.object)
            for (name, value) in members {
                write(name: name)
                write(value)
            }
            write(tag: CompactForm.end)
        }
    }

    /// Writes a value; those with a form of their own take it, all others say themselves what they are made of.
    func write<T: Encodable>(value: T) throws {
        // Types are compared before casts, which are slow, and which make bytes of any empty array.
        if T.self == ContentDigest.self, let value = value as? ContentDigest { return write(value) }
        if T.self == WallTime.self, let value = value as? WallTime { return write(value) }
        if T.self == JSONValue.self, let value = value as? JSONValue { return write(value) }
        if T.self == [UInt8].self, let value = value as? [UInt8] { return write(value) }
        let (level, start) = (depth, bytes.count)
        guard level < CompactForm.depthLimit else {
            throw StoreError(.invalid, "cannot store a value that is more than \(CompactForm.depthLimit) levels deep")
        }
        try value.encode(to: CompactEncoder(writer: self))
        // A value that asked for no container is an object without members.
        if bytes.count == start { _ = open(CompactForm.object) }
        close(to: level)
    }

    private func append(text: String) {
        append(varint: UInt64(text.utf8.count))
        append(utf8: text)
    }

    func append(utf8 text: String) {
        var text = text
        text.withUTF8 { bytes.append(contentsOf: $0) }
    }

    private func append(zigzag value: Int64) {
        append(varint: UInt64(bitPattern: value << 1 ^ value >> 63))
    }

    func append(varint value: UInt64) {
        var rest = value
        while rest > 0x7f {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}
