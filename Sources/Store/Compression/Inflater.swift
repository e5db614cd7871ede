import CZlib

/// A raw deflate stream that is read piece by piece.
struct Inflater: ~Copyable {
    // Safety: allocated in init, freed in deinit, used by the one owner of the value; zlib keeps a pointer back to the
    // stream, so it must not move.
    private let stream: UnsafeMutablePointer<z_stream>
    // Safety: owned scratch space of `outputSize` bytes, freed in deinit.
    private let output: UnsafeMutableRawBufferPointer
    private static let outputSize = 64 << 10
    /// Whether the end of the stream was seen.
    private(set) var isAtEnd = false

    /// Prepares a stream; throws when there is no memory for it.
    init() throws(StoreError) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        output = .allocate(byteCount: Self.outputSize, alignment: 16)
        let result = aether_inflate_init_raw(stream)
        guard result == Z_OK else {
            throw StoreError(.unavailable, "cannot prepare decompression: zlib answered \(result)")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
        output.deallocate()
    }

    /// Decompresses a piece and hands out what is ready; bytes after the end of the stream are refused.
    // Safety: the pieces are valid for the duration of the call only; zlib reads them within `inflate`.
    mutating func write(
        _ bytes: UnsafeRawBufferPointer, into sink: (UnsafeRawBufferPointer) throws(StoreError) -> Void
    ) throws(StoreError) {
        precondition(bytes.count < 1 << 30, "compressed pieces are bounded by their readers")
        stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(bytes.count)
        while true {
            if isAtEnd {
                guard stream.pointee.avail_in == 0 else { throw Self.corrupt("it goes on after its end") }
                return
            }
            stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(output.count)
            let result = inflate(stream, Z_NO_FLUSH)
            guard result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR else {
                throw Self.corrupt("zlib answered \(result)")
            }
            isAtEnd = result == Z_STREAM_END
            let count = output.count - Int(stream.pointee.avail_out)
            if count > 0 { try sink(UnsafeRawBufferPointer(rebasing: output[..<count])) }
            if !isAtEnd && stream.pointee.avail_out > 0 { return }
        }
    }

    /// Decompresses bytes at once; more than `limit` bytes are refused.
    static func decompress(_ bytes: [UInt8], limit: Int) throws(StoreError) -> [UInt8] {
        var inflater = try Inflater()
        var result: [UInt8] = []
        // Safety: the buffer is read within the closure only.
        try withBytes(of: bytes) { (buffer) throws(StoreError) in
            try inflater.write(buffer) { (piece) throws(StoreError) in
                guard result.count + piece.count <= limit else { throw corrupt("it is longer than \(limit) bytes") }
                result.append(contentsOf: piece)
            }
        }
        guard inflater.isAtEnd else { throw corrupt("it ends too early") }
        return result
    }

    private static func corrupt(_ reason: String) -> StoreError {
        StoreError(.corrupt, "cannot decompress stored bytes: \(reason)")
    }
}
