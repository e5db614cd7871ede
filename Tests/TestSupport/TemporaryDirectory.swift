import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#endif

/// Runs a test with an empty directory of its own, which is removed afterwards whatever happens.
public func withTemporaryDirectory<Result>(
    _ label: String = "test", _ body: (_ path: String) throws -> Result
) throws -> Result {
    let path = try makeTemporaryDirectory(label)
    defer { removeTree(path) }
    return try body(path)
}

/// Runs a test with an empty directory of its own, which is removed afterwards whatever happens.
public func withTemporaryDirectory<Result>(
    _ label: String = "test", _ body: (_ path: String) async throws -> Result
) async throws -> Result {
    let path = try makeTemporaryDirectory(label)
    defer { removeTree(path) }
    return try await body(path)
}

/// A failure to make a test's directory.
public struct TemporaryDirectoryError: Error, CustomStringConvertible {
    /// What was tried and why it failed.
    public let description: String
}

private func makeTemporaryDirectory(_ label: String) throws -> String {
    // TMPDIR lets a run use another disk. The suffix is random, so that test processes do not meet.
    let root = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(root)/aetheredge-\(label)-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else {
        throw TemporaryDirectoryError(description: "cannot make a directory in '\(root)': errno \(errno)")
    }
    return String(cString: made)
}

private func removeTree(_ path: String) {
    try? FileManager.default.removeItem(atPath: path)
}
