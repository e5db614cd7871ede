import LinuxIO
public import Testing

/// Runs each test on a thread of its own.
///
/// A campaign computes for many seconds without waiting for anything: on the cooperative pool it would hold up tests
/// that measure time.
public struct OwnThread: SuiteTrait, TestTrait, TestScoping {
    /// Each test gets its thread, not the suite.
    public let isRecursive = true

    /// Runs a test on a new thread.
    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(try TaskThread(name: "campaign")) { try await function() }
    }
}

extension Trait where Self == OwnThread {
    /// Runs each test on a thread of its own.
    public static var ownThread: Self { OwnThread() }
}
