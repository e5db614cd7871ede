import FoundationEssentials
import GRDB
import LinuxIO
public import Model

extension ContentStore {
    private static let chunkSize = 64 << 10

    // Safety: a piece is valid during the call of the body only.
    /// Hands out a blob piece by piece.
    ///
    /// The digest is known to fit only once this returns: a caller that stores the pieces must discard them when it
    /// throws. Throws `.notFound`, `.corrupt`, and what the body throws.
    public func read(_ digest: ContentDigest, chunk body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let row = try database.read("read content '\(digest)'") { database in
            try database.firstRow(
                "SELECT form, size, data FROM contents WHERE digest = ?", [Data(column: digest.bytes)]
            ) { ($0[0] as Int64, $0[1] as Int64, $0[2] as Data?) }
        }
        guard let row, let form = StoredBlob.Form(rawValue: row.0) else {
            throw StoreError(.notFound, "there is no content '\(digest)' in the store")
        }
        var check = ContentCheck(expected: DeclaredContent(digest: digest, size: row.1))
        do {
            try read(form, row.2, check.expected) { piece in
                try check.update(piece)
                try body(piece)
            }
            try check.finish()
        } catch let error as StoreError where error.code == .corrupt {
            try markCorrupt(digest)
            throw error
        }
    }

    /// The bytes of a blob.
    ///
    /// Throws `.notFound`, `.corrupt`, `.invalid` when there are more than `limit`.
    public func bytes(_ digest: ContentDigest, limit: Int) throws(StoreError) -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            try read(digest) { piece in
                guard bytes.count + piece.count <= limit else {
                    throw StoreError(
                        .invalid, "cannot read content '\(digest)' at once: it has more than \(limit) bytes")
                }
                bytes.append(contentsOf: piece)
            }
        } catch let error as StoreError {
            throw error
        } catch {
            throw StoreError(.unavailable, "cannot read content '\(digest)': \(error)", cause: error)
        }
        return bytes
    }

    private func read(
        _ form: StoredBlob.Form, _ data: Data?, _ content: DeclaredContent,
        _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        switch form {
        case .plain:
            // Safety: the buffer is handed on within the closure only.
            try data?.withUnsafeBytes { if !$0.isEmpty { try body($0) } }
        case .compressed:
            let bytes = try Inflater.decompress([UInt8](data ?? Data()), limit: Int(clamping: content.size))
            // Safety: the buffer is handed on within the closure only.
            try bytes.withUnsafeBytes { if !$0.isEmpty { try body($0) } }
        case .file:
            try readFile(content, body)
        case .corrupt:
            throw StoreError(.corrupt, "content '\(content.digest)' was found corrupt before")
        }
    }

    private func readFile(_ content: DeclaredContent, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        guard let files else {
            throw StoreError(.corrupt, "cannot read content '\(content.digest)': this store has no directory")
        }
        let file = try files.openForReading(content.digest)
        guard try files.readHeader(file, of: content.digest)?.content == content else {
            throw StoreError(.corrupt, "cannot read content '\(content.digest)': its file begins with something else")
        }
        var buffer = [UInt8](repeating: 0, count: Self.chunkSize)
        var inflater = try Inflater()
        var failure: (any Error)?
        while true {
            // Safety: the buffer is written within the closure only.
            let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
            if count == 0 { break }
            // Safety: the buffer is read within the closure only.
            try buffer.withUnsafeBytes { filled in
                try inflater.write(UnsafeRawBufferPointer(rebasing: filled[..<count])) { piece in
                    guard failure == nil else { return }
                    do { try body(piece) } catch { failure = error }
                }
            }
            if let failure { throw failure }
        }
        guard inflater.isAtEnd else {
            throw StoreError(.corrupt, "cannot read content '\(content.digest)': its file ends too early")
        }
    }

    /// A corrupt blob counts as absent, so that the next `put` of its bytes mends it.
    private func markCorrupt(_ digest: ContentDigest) throws(StoreError) {
        try database.write(.deferred, "mark content '\(digest)' as corrupt") { transaction in
            try transaction.database.run(
                "UPDATE contents SET form = ? WHERE digest = ?",
                [StoredBlob.Form.corrupt.rawValue, Data(column: digest.bytes)])
        }
    }
}

/// Compares what is read with what was stored.
private struct ContentCheck {
    let expected: DeclaredContent
    private var hasher = ContentHasher()
    private var size: Int64 = 0

    init(expected: DeclaredContent) { self.expected = expected }

    // Safety: the buffer is read during the call only.
    mutating func update(_ piece: UnsafeRawBufferPointer) throws(StoreError) {
        size += Int64(piece.count)
        guard size <= expected.size else {
            throw StoreError(.corrupt, "content '\(expected.digest)' is longer than its \(expected.size) bytes")
        }
        hasher.update(piece)
    }

    func finish() throws(StoreError) {
        guard size == expected.size, hasher.finish() == expected.digest else {
            throw StoreError(
                .corrupt, "content '\(expected.digest)' does not fit its digest; the disk or somebody changed it")
        }
    }
}
