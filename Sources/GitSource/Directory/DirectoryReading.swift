internal import Crypto
internal import LinuxIO

/// Reads every file of a scan once, for its digest and, if wanted, for a copy.
///
/// Blocks.
struct DirectoryReading {
    /// What a reading came to.
    enum Outcome {
        case read(DirectorySnapshot)
        /// Something is no longer what the scan saw.
        case changed
    }

    let root: RootDirectory
    let scan: DirectoryScan
    let activity: String
    /// Where the files are copied to.
    var copyRoot: String?

    static let chunkSize = 1 << 20

    func perform() throws -> Outcome {
        var digest = SHA256()
        var links: [[String]: String] = [:]
        for entry in scan.entries {
            let kind: UInt8 = entry.isLink ? 2 : entry.isExecutable ? 1 : 0
            let path = Array(entry.components.joined(separator: "/").utf8)
            Self.add([kind], length: path.count, to: &digest)
            digest.update(data: path)
            let place = try root.openParent(of: "/" + entry.components.joined(separator: "/"))
            if entry.isLink {
                let target = try place.directory.readLink(place.name)
                links[entry.components] = target
                Self.add([], length: target.utf8.count, to: &digest)
                digest.update(data: Array(target.utf8))
            } else {
                Self.add([], length: Int(entry.status.size), to: &digest)
                guard try read(entry, from: place.directory, into: &digest) else { return .changed }
            }
        }
        try TreeRules.check(links: links, activity: activity)
        try copy(links)
        let hex = digest.finalize().map { GitRepository.hex($0) }.joined()
        return .read(
            DirectorySnapshot(digest: "sha256:" + hex, entryCount: scan.entries.count, totalSize: scan.totalSize))
    }

    /// Reads a file whole; `false` if it is no longer the one that was scanned.
    private func read(
        _ entry: DirectoryScan.Entry, from directory: borrowing DirectoryHandle, into digest: inout SHA256
    ) throws -> Bool {
        guard let name = entry.components.last else { return false }
        let file = try directory.openForReading(name)
        guard try file.status() == entry.status else { return false }
        var left = Int(entry.status.size)
        let target = try copyTarget(for: entry)
        while left > 0 {
            let chunk = try Self.read(file, count: min(left, Self.chunkSize))
            guard !chunk.isEmpty else { return false }
            digest.update(data: chunk)
            try target?.write(chunk)
            left -= chunk.count
        }
        return try file.status() == entry.status
    }

    private static func read(_ file: borrowing FileDescriptor, count: Int) throws -> [UInt8] {
        // Safety: the buffer is allocated and freed here, and only what was read is copied out of it.
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
        defer { buffer.deallocate() }
        return [UInt8](buffer[..<(try file.read(into: buffer))])
    }

    private static func add(_ bytes: [UInt8], length: Int, to digest: inout SHA256) {
        digest.update(data: bytes)
        digest.update(data: (0..<8).map { UInt8(truncatingIfNeeded: length >> (56 - 8 * $0)) })
    }

    // MARK: - Copy

    /// A file of the copy.
    private final class Target {
        private let file: FileDescriptor

        init(_ file: consuming FileDescriptor) {
            self.file = file
        }

        func write(_ bytes: [UInt8]) throws {
            try file.writeAll(bytes)
        }
    }

    private func copyTarget(for entry: DirectoryScan.Entry) throws -> Target? {
        guard let copyRoot, let name = entry.components.last else { return nil }
        let parent = try TreeExport.descend(
            Array(entry.components.dropLast()), from: RootDirectory(path: copyRoot).openDirectory("/"))
        return Target(try parent.createTemporary(name, permissions: entry.isExecutable ? 0o555 : 0o444))
    }

    private func copy(_ links: [[String]: String]) throws {
        guard let copyRoot else { return }
        for (components, target) in links {
            guard let name = components.last else { continue }
            let parent = try TreeExport.descend(
                Array(components.dropLast()), from: RootDirectory(path: copyRoot).openDirectory("/"))
            try parent.makeSymbolicLink(target: target, name)
        }
    }
}
