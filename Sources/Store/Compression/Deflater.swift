import CZlib

/// A raw deflate stream that is written piece by piece.
struct Deflater: ~Copyable {
    // Safety: allocated in init, freed in deinit, used by the one owner of the value; zlib keeps a pointer back to the
    // stream, so it must not move.
    private let stream: UnsafeMutablePointer<z_stream>
    // Safety: owned scratch space of `outputSize` bytes, freed in deinit.
    private let output: UnsafeMutableRawBufferPointer
    private static let outputSize = 64 << 10

    /// Prepares a stream; throws when there is no memory for it.
    init(level: Int32 = 1) throws(StoreError) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        output = .allocate(byteCount: Self.outputSize, alignment: 16)
        let result = aether_deflate_init_raw(stream, level)
        guard result == Z_OK else {
            throw StoreError(.unavailable, "cannot prepare compression: zlib answered \(result)")
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
        output.deallocate()
    }

    /// Compresses a piece and hands out what is ready.
    // Safety: the pieces are valid for the duration of the call only; zlib reads them within `deflate`.
    mutating func write(
        _ bytes: UnsafeRawBufferPointer, into sink: (UnsafeRawBufferPointer) throws(StoreError) -> Void
    ) throws(StoreError) {
        var rest = bytes
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(piece.count))
            stream.pointee.next_in = UnsafeMutablePointer(
                mutating: piece.baseAddress?.assumingMemoryBound(to: UInt8.self))
            stream.pointee.avail_in = UInt32(piece.count)
            try drain(Z_NO_FLUSH, into: sink)
        }
    }

    /// Ends the stream and hands out the rest.
    // Safety: the sink gets the part of the output buffer that deflate filled, and keeps nothing of it.
    mutating func finish(
        into sink: (UnsafeRawBufferPointer) throws(StoreError) -> Void
    ) throws(StoreError) {
        stream.pointee.next_in = nil
        stream.pointee.avail_in = 0
        try drain(Z_FINISH, into: sink)
    }

    // Safety: deflate writes at most `avail_out` bytes to the buffer, which lives as long as the stream.
    private func drain(
        _ flush: Int32, into sink: (UnsafeRawBufferPointer) throws(StoreError) -> Void
    ) throws(StoreError) {
        while true {
            stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(output.count)
            let result = deflate(stream, flush)
            guard result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR else {
                throw StoreError(.unavailable, "cannot compress: zlib answered \(result)")
            }
            let count = output.count - Int(stream.pointee.avail_out)
            if count > 0 { try sink(UnsafeRawBufferPointer(rebasing: output[..<count])) }
            if result == Z_STREAM_END || (flush == Z_NO_FLUSH && stream.pointee.avail_out > 0) { return }
        }
    }

    /// Compresses bytes at once.
    static func compress(_ bytes: [UInt8]) throws(StoreError) -> [UInt8] {
        var deflater = try Deflater()
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count / 2)
        // Safety: the buffer is read only within the closure.
        try withBytes(of: bytes) { (buffer) throws(StoreError) in
            try deflater.write(buffer) { (piece) throws(StoreError) in result.append(contentsOf: piece) }
        }
        try deflater.finish { (piece) throws(StoreError) in result.append(contentsOf: piece) }
        return result
    }
}
