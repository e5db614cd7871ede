import Glibc

/// Runs with the path of a new directory, which goes afterwards with the files in it.
func withTemporaryDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
    var template = Array("/tmp/systemd-tests-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw SystemCallFailed(call: "mkdtemp", number: errno) }
    let path = String(cString: made)
    defer { _ = try? run("rm -rf '\(path)'") }
    return try body(path)
}

/// A system call of a test's own machinery that failed.
struct SystemCallFailed: Error {
    let call: String
    let number: Int32
}

/// Runs a shell command and returns its output with its exit status.
func run(_ command: String) throws -> (output: [UInt8], status: Int32) {
    guard let pipe = popen(command, "r") else { throw SystemCallFailed(call: "popen", number: errno) }
    var output: [UInt8] = []
    var portion = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = fread(&portion, 1, portion.count, pipe)
        guard count > 0 else { break }
        output.append(contentsOf: portion[..<count])
    }
    let status = pclose(pipe)
    return (output, status >> 8 & 0xff)
}

/// Writes a file.
func write(_ bytes: [UInt8], to path: String) throws {
    guard let file = fopen(path, "w") else { throw SystemCallFailed(call: "fopen", number: errno) }
    defer { fclose(file) }
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count else {
        throw SystemCallFailed(call: "fwrite", number: errno)
    }
}
