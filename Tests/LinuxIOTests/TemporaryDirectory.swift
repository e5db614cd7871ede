import Glibc
import LinuxIO

/// Whether the tests run with the privilege that fanotify and file ownership need.
let isRoot = geteuid() == 0

/// Runs a body with a new directory and its path, and removes it with all that is in it.
func withTemporaryDirectory<Result>(
    in place: String = "/tmp", _ body: (borrowing DirectoryHandle, String) throws -> Result
) throws -> Result {
    let parent = try DirectoryHandle(trustedPath: place)
    let name = try temporaryName()
    try parent.makeDirectory(name, permissions: 0o700)
    defer { try? removeTree(name, in: parent) }
    return try body(try parent.openSubdirectory(name), "\(place)/\(name)")
}

/// The asynchronous form of `withTemporaryDirectory`.
func withTemporaryPath<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let parent = try DirectoryHandle(trustedPath: "/tmp")
    let name = try temporaryName()
    try parent.makeDirectory(name, permissions: 0o700)
    defer { try? removeTree(name, in: parent) }
    return try await body("/tmp/\(name)")
}

private func temporaryName() throws -> String {
    "linuxio-" + (try randomBytes(count: 8)).map { String($0, radix: 16) }.joined()
}

private func removeTree(_ name: String, in parent: borrowing DirectoryHandle) throws {
    let directory = try parent.openSubdirectory(name)
    for entry in try directory.entries() {
        if entry.type == .directory {
            try removeTree(entry.name, in: directory)
        } else if let raw = entry.rawName {
            try directory.remove(raw: raw)
        } else {
            try directory.remove(entry.name)
        }
    }
    try parent.removeDirectory(name)
}

/// Makes a file with a content.
func write(_ text: String, to name: String, in directory: borrowing DirectoryHandle) throws {
    let file = try directory.openForWriting(name)
    try file.truncate(to: 0)
    try file.writeAll(Array(text.utf8))
}

/// The content of a file.
func content(of name: String, in directory: borrowing DirectoryHandle) throws -> String {
    String(decoding: try directory.openForReading(name).readAll(limit: 1 << 20), as: UTF8.self)
}

/// The error that a body throws, or nil if it does not.
func failure(_ body: () throws(LinuxIOError) -> Void) -> LinuxIOError? {
    do throws(LinuxIOError) {
        try body()
        return nil
    } catch {
        return error
    }
}
