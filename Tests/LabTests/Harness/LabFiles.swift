import Glibc
import TestSupport

/// The text of a small file of the machine, or nil; files of `/proc` too, whose size is not known before.
func readText(_ path: String) -> String? {
    let descriptor = OwnedDescriptor(open(path, O_RDONLY | O_CLOEXEC))
    guard descriptor.isOpen else { return nil }
    var bytes: [UInt8] = []
    while descriptor.drain(into: &bytes) {}
    return String(decoding: bytes, as: UTF8.self)
}

/// Writes a file of the machine with its parent directories.
func writeFile(_ path: String, _ content: [UInt8], mode: mode_t = 0o644) throws {
    try makeDirectories(path.split(separator: "/").dropLast().joined(separator: "/"))
    let descriptor = OwnedDescriptor(open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode))
    guard descriptor.isOpen else { throw LabError("cannot create '\(path)'", errno: errno) }
    var rest = content[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(descriptor.number, $0.baseAddress, $0.count) }
        guard count > 0 else { throw LabError("cannot write '\(path)'", errno: errno) }
        rest = rest.dropFirst(count)
    }
    guard fchmod(descriptor.number, mode) == 0 else { throw LabError("cannot set the mode of '\(path)'", errno: errno) }
}

/// Makes a directory of the machine, given from the root on, and those above it.
func makeDirectories(_ path: String) throws {
    var current = ""
    for part in path.split(separator: "/") {
        current += "/" + part
        guard mkdir(current, 0o755) == 0 || errno == EEXIST else {
            throw LabError("cannot make directory '\(current)'", errno: errno)
        }
    }
}

/// The bytes of a file of the machine.
func readBytes(_ path: String) throws -> [UInt8] {
    let descriptor = OwnedDescriptor(open(path, O_RDONLY | O_CLOEXEC))
    guard descriptor.isOpen else { throw LabError("cannot open '\(path)'", errno: errno) }
    var bytes: [UInt8] = []
    while descriptor.drain(into: &bytes) {}
    return bytes
}

/// Writes a figure of the lab to standard error, beside the results of the tests.
func report(_ line: String) {
    let bytes = Array("lab: \(line)\n".utf8)
    _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
