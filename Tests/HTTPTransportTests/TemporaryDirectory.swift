import FoundationEssentials
import Glibc

/// Runs a test with a directory of its own, and removes it afterwards.
func withTemporaryDirectory<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    var template = Array("/tmp/aetheredge-http-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw ServerFailure(step: "mkdtemp", number: errno) }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let result: Result
    do {
        result = try await body(path)
    } catch {
        try FileManager.default.removeItem(atPath: path)
        throw error
    }
    try FileManager.default.removeItem(atPath: path)
    return result
}
