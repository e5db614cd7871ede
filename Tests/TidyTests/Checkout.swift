import Glibc

/// The checkout that this test was built from.
enum Checkout {
    /// Its root, behind any symbolic link.
    static let root: String = {
        let here = "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/")
        guard let resolved = realpath(here, nil) else { return here + "/../.." }
        defer { free(resolved) }
        return "/" + String(cString: resolved).split(separator: "/").dropLast(2).joined(separator: "/")
    }()

    /// The tracked files that the rules look at, read in one pass.
    static func project() throws -> Project {
        let output = try command("git -C '\(root)' ls-files -z -- Sources Controllers Tests Docs")
        let tracked = output.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        // A file that was deleted and not yet committed is still listed.
        let paths = tracked.filter { access("\(root)/\($0)", F_OK) == 0 }
        let sources = try paths.filter { path in [".swift", ".c", ".h"].contains { path.hasSuffix($0) } }.map { path in
            SourceText(path: path, bytes: try read(path))
        }
        let manifest = Manifest(String(decoding: try read("Package.swift"), as: UTF8.self))
        return Project(manifest: manifest, paths: paths, sources: sources)
    }

    private static func read(_ path: String) throws -> [UInt8] {
        guard let file = fopen("\(root)/\(path)", "re") else {
            throw CheckoutError(what: "cannot open '\(path)'", code: errno)
        }
        defer { fclose(file) }
        return contents(of: file)
    }

    private static func command(_ line: String) throws -> [UInt8] {
        guard let stream = popen(line, "r") else { throw CheckoutError(what: "cannot run '\(line)'", code: errno) }
        let output = contents(of: stream)
        let status = pclose(stream)
        guard status == 0 else { throw CheckoutError(what: "'\(line)' failed", code: status) }
        return output
    }

    // Safety: the stream is open for the whole call; its owner closes it.
    private static func contents(of stream: UnsafeMutablePointer<FILE>) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = fread(&buffer, 1, buffer.count, stream)
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
        }
    }
}

struct CheckoutError: Error {
    let what: String
    let code: Int32
}
