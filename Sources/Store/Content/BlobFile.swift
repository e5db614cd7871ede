import LinuxIO
import Model

/// The bytes before a blob's own in its file: what it is and whose.
struct BlobHeader: Equatable {
    static let length = 48
    private static let magic = Array("AEC1".utf8)
    private static let deflated: UInt8 = 1
    let content: DeclaredContent

    init(_ content: DeclaredContent) { self.content = content }

    /// Reads a header; nil for bytes that are none.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.length, Array(bytes[0..<4]) == Self.magic, bytes[4] == Self.deflated,
            let digest = ContentDigest(bytes: bytes[16..<48])
        else { return nil }
        let size = bytes[8..<16].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard let size = Int64(exactly: size) else { return nil }
        content = DeclaredContent(digest: digest, size: size)
    }

    /// Magic, form, three reserved bytes, size (little-endian), digest.
    var bytes: [UInt8] {
        var bytes = Self.magic + [Self.deflated, 0, 0, 0]
        for shift in stride(from: 0, to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: UInt64(content.size) >> UInt64(shift)))
        }
        return bytes + content.digest.bytes
    }
}

/// A blob on its way into a file, under a temporary name until it is whole and synced.
final class BlobFile {
    private let files: BlobDirectory
    private let name: String
    private let file: FileDescriptor
    private var deflater: Deflater
    private var written: Int64
    private var isPublished = false

    init(_ files: BlobDirectory, name: String, file: consuming FileDescriptor) throws(StoreError) {
        self.files = files
        self.name = name
        self.file = file
        deflater = try Deflater()
        written = Int64(BlobHeader.length)
        do throws(LinuxIOError) { try self.file.seek(to: written) } catch {
            throw StoreError(file: error, act: "store content in '\(files.path)'")
        }
    }

    deinit {
        if !isPublished { files.discard(name) }
    }

    // Safety: the buffer is read during the call only, while the caller keeps its memory valid.
    /// Adds bytes.
    func write(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        try deflater.write(bytes) { (piece) throws(StoreError) in try output(piece) }
    }

    /// Completes the file and makes its bytes durable; returns its length.
    func seal(_ content: DeclaredContent) throws(StoreError) -> Int64 {
        try deflater.finish { (piece) throws(StoreError) in try output(piece) }
        do throws(LinuxIOError) {
            try file.seek(to: 0)
            try file.writeAll(BlobHeader(content).bytes)
            try file.sync()
        } catch {
            throw StoreError(file: error, act: "store content in '\(files.path)'")
        }
        return written
    }

    /// Gives the file its final name, durably.
    func publish(_ content: DeclaredContent) throws(StoreError) {
        try files.publish(name, as: content.digest)
        isPublished = true
    }

    // Safety: the piece is written before the call returns and not kept.
    private func output(_ piece: UnsafeRawBufferPointer) throws(StoreError) {
        do throws(LinuxIOError) { try file.writeAll(piece) } catch {
            throw StoreError(file: error, act: "store content in '\(files.path)'")
        }
        written += Int64(piece.count)
    }
}
