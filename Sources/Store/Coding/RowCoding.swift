import CZlib
import FoundationEssentials
import Synchronization

/// How values stand in columns: one byte for the form, a checksum of the rest, then the compact form, deflated where
/// that saves much.
///
/// Rows of earlier versions, and objects, which stand in databases of others too, have no checksum.
enum RowCoding {
    private static let plain: UInt8 = 1
    private static let deflated: UInt8 = 2
    // Several bits from every other form, so that one that flips does not turn the check off.
    private static let checkedPlain: UInt8 = 0xA5
    private static let checkedDeflated: UInt8 = 0x5A
    private static let checksumSize = 4
    /// Compression pays its time back only above this size.
    private static let compressionThreshold = 4 << 10
    /// The largest value that is read back: a plan or generation with 100,000 resources stays well below.
    private static let sizeLimit = 1 << 30

    /// So many values are a piece that is worth handing to another thread.
    private static let chunk = 256

    /// Encodes a value; throws `.invalid` when it has more than `limit` bytes before compression.
    static func encode(
        _ value: some Encodable, limit: Int = sizeLimit, isChecked: Bool = true
    ) throws(StoreError) -> Data {
        try data(compact { try $0.write(value: value) }, limit: limit, isChecked: isChecked)
    }

    /// Encodes a value that writes itself.
    static func encode(_ value: some CompactEncodable) throws(StoreError) -> Data {
        try data(compact(value.write), limit: sizeLimit, isChecked: true)
    }

    /// Encodes a value as `encode` does, for a statement that is run for many rows: into one piece of memory.
    static func encodeRow(_ value: some Encodable) throws(StoreError) -> [UInt8] {
        try row { try $0.write(value: value) }
    }

    /// Encodes a value that writes itself, for a statement that is run for many rows.
    static func encodeRow(_ value: some CompactEncodable) throws(StoreError) -> [UInt8] { try row(value.write) }

    private static func row(_ write: (CompactWriter) throws -> Void) throws(StoreError) -> [UInt8] {
        let head = 1 + checksumSize
        var bytes = try compact(after: head, reserving: 512, write)
        guard bytes.count - head <= compressionThreshold else {
            return [UInt8](try data(Array(bytes[head...]), limit: sizeLimit, isChecked: true))
        }
        bytes[0] = checkedPlain
        let sum = checksum(of: bytes[head...])
        for place in 0..<checksumSize { bytes[1 + place] = UInt8(truncatingIfNeeded: sum >> (8 * UInt32(place))) }
        return bytes
    }

    /// Encodes many values, each by itself, in their order.
    static func encodeEach<Value: CompactEncodable & Sendable>(
        _ values: [Value], _ loop: ParallelLoop
    ) throws(StoreError) -> [[UInt8]] {
        try inPieces(of: values, loop) { piece throws(StoreError) in
            var pieces: [[UInt8]] = []
            pieces.reserveCapacity(piece.count)
            for value in piece { pieces.append(try encodeRow(value)) }
            return pieces
        }.flatMap { $0 }
    }

    /// Encodes an array as `encode` does, in pieces.
    static func encodeArray<Value: CompactEncodable & Sendable>(
        _ values: [Value], _ loop: ParallelLoop
    ) throws(StoreError) -> Data {
        let pieces = try inPieces(of: values, loop) { piece throws(StoreError) in
            try compact(reserving: 256 * piece.count) { writer in
                for value in piece { try value.write(to: writer) }
            }
        }
        var whole = [CompactForm.array]
        whole.reserveCapacity(pieces.reduce(2) { $0 + $1.count })
        for piece in pieces { whole += piece }
        whole.append(CompactForm.end)
        return try data(whole, limit: sizeLimit, isChecked: true)
    }

    private static func inPieces<Value: Sendable, Piece: Sendable>(
        of values: [Value], _ loop: ParallelLoop,
        _ body: @escaping @Sendable (ArraySlice<Value>) throws(StoreError) -> Piece
    ) throws(StoreError) -> [Piece] {
        let found = Mutex<[Int: Result<Piece, StoreError>]>([:])
        loop(values.count, chunk) { range in
            let result = Result { () throws(StoreError) in try body(values[range]) }
            found.withLock { $0[range.lowerBound] = result }
        }
        var pieces: [Piece] = []
        for (_, piece) in found.withLock({ $0 }).sorted(by: { $0.key < $1.key }) { pieces.append(try piece.get()) }
        return pieces
    }

    private static func compact(
        after head: Int = 0, reserving capacity: Int = 0, _ write: (CompactWriter) throws -> Void
    ) throws(StoreError) -> [UInt8] {
        let writer = CompactWriter(after: head, reserving: capacity)
        do { try write(writer) } catch {
            throw StoreError(.invalid, "cannot store a value that has no stored form: \(error)", cause: error)
        }
        return writer.finish()
    }

    private static func data(_ bytes: [UInt8], limit: Int, isChecked: Bool) throws(StoreError) -> Data {
        guard bytes.count <= limit else {
            throw StoreError(.invalid, "cannot store a value of \(bytes.count) bytes: at most \(limit) are allowed")
        }
        let isLarge = bytes.count > compressionThreshold
        let body = isLarge ? try Deflater.compress(bytes) : bytes
        var data = Data(capacity: body.count + 1 + checksumSize)
        if isChecked {
            data.append(isLarge ? checkedDeflated : checkedPlain)
            withUnsafeBytes(of: checksum(of: body).littleEndian) { data.append(contentsOf: $0) }
        } else {
            data.append(isLarge ? deflated : plain)
        }
        data.append(contentsOf: body)
        return data
    }

    /// Decodes a value; throws `.corrupt` for bytes that `encode` did not make.
    static func decode<T: Decodable>(_ type: T.Type, _ data: Data?, what: String) throws(StoreError) -> T {
        guard let data, let form = data.first else { throw corrupt(what, "it is empty") }
        let isChecked = form == checkedPlain || form == checkedDeflated
        guard isChecked || form == plain || form == deflated else {
            throw corrupt(what, "form \(form) is not known to this version")
        }
        let rest = [UInt8](data.dropFirst(isChecked ? 1 + checksumSize : 1))
        if isChecked {
            let stored = data.dropFirst().prefix(checksumSize).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            guard data.count > checksumSize, stored == checksum(of: rest) else {
                throw corrupt(what, "it does not fit its checksum; the disk, the memory or somebody changed it")
            }
        }
        let bytes: [UInt8]
        switch form {
        case plain, checkedPlain: bytes = rest
        default:
            do { bytes = try Inflater.decompress(rest, limit: sizeLimit) } catch { throw corrupt(what, error.message) }
        }
        do { return try CompactDecoder.decode(type, from: bytes) } catch {
            throw corrupt(what, "\(error)")
        }
    }

    /// CRC-32: any few bits that flip change it.
    private static func checksum(of bytes: [UInt8]) -> UInt32 { checksum(of: bytes[...]) }

    private static func checksum(of bytes: ArraySlice<UInt8>) -> UInt32 {
        // Safety: zlib reads the bytes within the call.
        bytes.withUnsafeBufferPointer { UInt32(crc32_z(0, $0.baseAddress, $0.count)) }
    }

    /// The error of stored bytes that are not what was written.
    static func corrupt(_ what: String, _ reason: String) -> StoreError {
        StoreError(
            .corrupt,
            "cannot read the stored \(what): \(reason); restart the daemon, which moves the database aside and makes "
                + "another from git and the host", cause: DamagedRow())
    }
}

/// The cause of an error about a row whose bytes are not what was written.
struct DamagedRow: Error {}
