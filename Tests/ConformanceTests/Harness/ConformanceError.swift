import LinuxIO

/// A test that cannot go on.
struct ConformanceError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Runs something that blocks on a thread of its own.
func onOwnThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await WorkerThread(name: "conformance").run(body)
}
