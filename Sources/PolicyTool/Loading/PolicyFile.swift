import FoundationEssentials
import Glibc

/// Files as the user of a command names them: symbolic links are followed, pipes are read.
enum PolicyFile {
    /// The largest file that is read.
    static let sizeMaximum = 1 << 30

    static func isDirectory(_ path: String) throws(PolicyProblem) -> Bool {
        var status = stat()
        guard fstatat(AT_FDCWD, path, &status, 0) == 0 else { throw failure("stat", path, errno) }
        return status.st_mode & S_IFMT == S_IFDIR
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The names in a directory, in order of their bytes.
    static func names(in path: String) throws(PolicyProblem) -> [String] {
        let probe = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard probe >= 0 else { throw failure("open", path, errno) }
        close(probe)
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path)
                .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        } catch {
            throw PolicyProblem("readdir \(path): \(error)")
        }
    }

    static func bytes(of path: String) throws(PolicyProblem) -> [UInt8] {
        let number = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { throw failure("open", path, errno) }
        defer { close(number) }
        return try bytes(from: number, name: path)
    }

    static func standardInput() throws(PolicyProblem) -> [UInt8] { try bytes(from: 0, name: "standard input") }

    private static func bytes(from number: Int32, name: String) throws(PolicyProblem) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            var code: Int32 = 0
            let chunk = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, filled in
                // Safety: read fills the buffer at most, and says how far.
                let count = read(number, buffer.baseAddress, buffer.count)
                code = count < 0 ? errno : 0
                filled = max(count, 0)
            }
            if code == EINTR { continue }
            guard code == 0 else { throw failure("read", name, code) }
            if chunk.isEmpty { return bytes }
            bytes += chunk
            guard bytes.count <= sizeMaximum else {
                throw PolicyProblem("\(name): more than \(sizeMaximum) bytes are not read")
            }
        }
    }

    /// Go's words for a failed call.
    static func failure(_ call: String, _ path: String, _ code: Int32) -> PolicyProblem {
        let text = String(cString: strerror(code))
        return PolicyProblem("\(call) \(path): \(text.prefix(1).lowercased() + text.dropFirst())")
    }

    /// A path without what is not needed in it, as Go's `filepath.Clean` gives it.
    static func clean(_ path: String) -> String {
        let isAbsolute = path.hasPrefix("/")
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == "..", let last = parts.last, last != ".." {
                parts.removeLast()
            } else if part != ".." || !isAbsolute {
                parts.append(part)
            }
        }
        let joined = parts.joined(separator: "/")
        return isAbsolute ? "/" + joined : joined.isEmpty ? "." : joined
    }
}
