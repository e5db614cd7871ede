import LinuxIO

/// The files of a working copy, read within bounds.
///
/// Paths are relative to it; nothing outside of it is ever opened.
struct SiteFiles {
    /// Bounds of a site.
    struct Limits: Sendable {
        /// The most files that are looked at.
        var files = 100_000
        /// The deepest directory.
        var depth = 32
        /// The largest template or document.
        var documentBytes = 8 << 20
    }

    let root: RootDirectory
    let limits: Limits

    init(path: String, limits: Limits = Limits()) throws(LinuxIOError) {
        root = try RootDirectory(path: path)
        self.limits = limits
    }

    /// The paths of all YAML files, sorted.
    ///
    /// Hidden directories are skipped.
    func documents() throws -> [String] {
        var found: [String] = []
        var count = 0
        try walk("", depth: 0, &count, &found)
        return found.sorted()
    }

    private func walk(_ path: String, depth: Int, _ count: inout Int, _ found: inout [String]) throws {
        guard depth <= limits.depth else {
            throw SiteFailure("the directory '\(path)' lies deeper than \(limits.depth) levels; move it up")
        }
        let directory = try root.openDirectory("/" + path)
        for entry in try directory.entries(limit: limits.files) {
            let name = entry.name
            guard entry.rawName == nil, !name.hasPrefix(".") else { continue }
            count += 1
            guard count <= limits.files else {
                throw SiteFailure("the site has more than \(limits.files) files; split it or set source.path")
            }
            let child = path.isEmpty ? name : path + "/" + name
            switch entry.type {
            case .directory: try walk(child, depth: depth + 1, &count, &found)
            case .regular where name.hasSuffix(".yaml") || name.hasSuffix(".yml"): found.append(child)
            default: continue
            }
        }
    }

    /// The bytes of a document or template; nil when there is no such file.
    func bytes(of path: String) throws -> [UInt8]? {
        guard let status = try root.status(of: "/" + path) else { return nil }
        guard status.type == .regular else {
            throw SiteFailure("'\(path)' is no regular file; links and special files are not read")
        }
        guard status.size <= Int64(limits.documentBytes) else {
            throw SiteFailure(
                "'\(path)' has \(status.size) bytes; documents and templates have at most \(limits.documentBytes)")
        }
        return try root.readFile("/" + path, limit: limits.documentBytes)
    }

    /// Streams a file of any size; false when there is no such file.
    func stream(_ path: String, _ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Bool {
        guard let status = try root.status(of: "/" + path) else { return false }
        guard status.type == .regular else {
            throw SiteFailure("'\(path)' is no regular file; links and special files are not read")
        }
        let parent = try root.openParent(of: "/" + path)
        let file = try parent.directory.openForReading(parent.name)
        // Safety: the buffer lives until the defer and only `count` bytes that read filled are passed on.
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = try file.read(into: buffer)
            if count == 0 { return true }
            try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }
}

/// A site that cannot be read, in a sentence.
struct SiteFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
