import LinuxIO
import Model
import Synchronization

/// The directory of large blobs: one file each, named by the digest.
final class BlobDirectory: Sendable {
    private static let temporaryPrefix = ".new-"
    let path: String
    private let handle: DirectoryHandle
    private let counter = Atomic<UInt64>(0)

    /// Opens the directory, making it where there is none, and removes what unfinished writers left.
    init(path: String) throws(StoreError) {
        self.path = path
        let (parent, name) = DatabaseOpening.split(path)
        do throws(LinuxIOError) {
            let above = try DirectoryHandle(trustedPath: parent)
            if try above.status(of: name) == nil {
                try above.makeDirectory(name, permissions: 0o700)
                try above.sync()
            }
            handle = try DirectoryHandle(trustedPath: path)
            var stale: [String] = []
            try handle.forEachEntry { entry in
                if entry.name.hasPrefix(Self.temporaryPrefix) { stale.append(entry.name) }
                return true
            }
            for name in stale { try handle.remove(name) }
        } catch {
            throw StoreError(file: error, act: "open the content directory '\(path)'")
        }
    }

    /// Begins a file under a temporary name.
    func create() throws(StoreError) -> BlobFile {
        let name = Self.temporaryPrefix + String(counter.add(1, ordering: .relaxed).newValue)
        let file: FileDescriptor
        do throws(LinuxIOError) { file = try handle.createTemporary(name, permissions: 0o600) } catch {
            throw StoreError(file: error, act: "store content in '\(path)'")
        }
        return try BlobFile(self, name: name, file: file)
    }

    /// Renames a whole, synced file to its digest and makes the name durable.
    func publish(_ name: String, as digest: ContentDigest) throws(StoreError) {
        do throws(LinuxIOError) {
            try handle.rename(name, to: digest.hex)
            try handle.sync()
        } catch {
            throw StoreError(file: error, act: "store content '\(digest)' in '\(path)'")
        }
    }

    /// Removes a temporary file; one that cannot be removed goes at the next start.
    func discard(_ name: String) { try? handle.remove(name) }

    /// Removes the file of a digest, if there is one.
    func remove(_ digest: ContentDigest) throws(StoreError) {
        do throws(LinuxIOError) { try handle.remove(digest.hex) } catch  where error.isAbsence {
        } catch {
            throw StoreError(file: error, act: "remove content '\(digest)' from '\(path)'")
        }
    }

    /// Opens the file of a digest.
    ///
    /// Throws `.corrupt` when it is not there, as its row says that it is.
    func openForReading(_ digest: ContentDigest) throws(StoreError) -> FileDescriptor {
        do throws(LinuxIOError) { return try handle.openForReading(digest.hex) } catch  where error.isAbsence {
            throw StoreError(.corrupt, "cannot read content '\(digest)': its file is gone from '\(path)'", cause: error)
        } catch {
            throw StoreError(file: error, act: "read content '\(digest)' in '\(path)'")
        }
    }

    /// The digests that have a file.
    func digests() throws(StoreError) -> [ContentDigest] {
        var digests: [ContentDigest] = []
        do throws(LinuxIOError) {
            try handle.forEachEntry { entry in
                if entry.name.utf8.count == 64, let digest = ContentDigest(hex: entry.name) { digests.append(digest) }
                return true
            }
        } catch {
            throw StoreError(file: error, act: "list the content in '\(path)'")
        }
        return digests
    }

    /// The header of an open file, whose offset is behind it afterwards; nil for a file that begins with something
    /// else.
    func readHeader(
        _ file: borrowing FileDescriptor, of digest: ContentDigest
    ) throws(StoreError) -> BlobHeader? {
        var buffer = [UInt8](repeating: 0, count: BlobHeader.length)
        let count: Int
        do {
            // Safety: the buffer is written within the closure only.
            count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
        } catch {
            throw StoreError(.unavailable, "cannot read content '\(digest)' in '\(path)': \(error)", cause: error)
        }
        return BlobHeader(Array(buffer.prefix(count)))
    }

    /// Calls for each file whose header fits its name.
    func forEachBlob(_ body: (StoredBlob) throws(StoreError) -> Void) throws(StoreError) {
        for digest in try digests() {
            let file = try openForReading(digest)
            let length: Int64
            do throws(LinuxIOError) { length = try file.status().size } catch {
                throw StoreError(file: error, act: "read content '\(digest)' in '\(path)'")
            }
            guard let header = try readHeader(file, of: digest), header.content.digest == digest else { continue }
            try body(StoredBlob(file: header.content, storedSize: length))
        }
    }
}
