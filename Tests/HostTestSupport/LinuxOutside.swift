import Glibc
import LinuxIO

/// Others on a Linux host whose root is a directory.
package struct LinuxOutside: HostOutside {
    private let root: String

    /// Takes the directory.
    package init(root: String) { self.root = root }

    /// Writes a file.
    package func write(_ path: String, _ bytes: [UInt8]) {
        let number = open(root + path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        precondition(number >= 0, "cannot write '\(root + path)': errno \(errno)")
        defer { close(number) }
        let count = bytes.withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
        precondition(count == bytes.count, "cannot write '\(root + path)'")
    }

    /// Makes a directory.
    package func makeDirectory(_ path: String) { check(mkdir(root + path, 0o755), path) }
    /// Makes a link.
    package func makeSymlink(_ path: String, to target: String) { check(symlink(target, root + path), path) }
    /// Makes a FIFO.
    package func makeFIFO(_ path: String) { check(mkfifo(root + path, 0o644), path) }
    /// Sets the mode.
    package func setMode(_ path: String, _ mode: UInt16) { check(chmod(root + path, mode_t(mode)), path) }

    /// Sets an attribute.
    package func setAttribute(_ path: String, _ name: String, _ value: [UInt8]) -> Bool {
        do throws(LinuxIOError) {
            let place = try RootDirectory(path: root).openParent(of: path)
            try place.directory.setExtendedAttribute(name, to: value, of: place.name)
            return true
        } catch {
            precondition(error.code == .notSupported, "\(error)")
            return false
        }
    }

    /// The bytes.
    package func bytes(of path: String) -> [UInt8]? {
        try? RootDirectory(path: root).readFile(path, limit: 64 << 20)
    }

    private func check(_ result: Int32, _ path: String) {
        precondition(result == 0, "cannot make '\(root + path)': errno \(errno)")
    }
}
