import FoundationEssentials
import Testing

/// Waits until something is true, for half a minute at most.
func waitUntil(_ condition: () throws -> Bool, sourceLocation: SourceLocation = #_sourceLocation) async rethrows {
    let limit = ContinuousClock.now + .seconds(30)
    while try !condition() {
        guard ContinuousClock.now < limit else {
            Issue.record("it did not come true", sourceLocation: sourceLocation)
            return
        }
        await Task.yield()
    }
}

/// Waits until a process has a text in its command line.
func waitForProcess(naming text: String) async throws {
    try await waitUntil { try isProcess(naming: text) }
}

/// Checks that soon no process has a text in its command line: what was killed may take a moment to go.
func expectNoProcess(naming text: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    try await waitUntil({ try !isProcess(naming: text) }, sourceLocation: sourceLocation)
}

private func isProcess(naming text: String) throws -> Bool {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").contains { name in
        guard Int(name) != nil, let bytes = FileManager.default.contents(atPath: "/proc/\(name)/cmdline") else {
            return false
        }
        return String(decoding: bytes, as: UTF8.self).contains(text)
    }
}
