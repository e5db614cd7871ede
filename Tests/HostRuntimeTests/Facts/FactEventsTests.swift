import Glibc
import LinuxIO
import TestSupport
import Testing

@testable import HostRuntime

@Suite struct FactEventsTests {
    @Test func `only os-release of a watched directory is told of`() throws {
        try withTemporaryDirectory("fact-events") { directory in
            var events = FactEvents(wake: try EventDescriptor(), directories: [directory, "/nonexistent"])
            _ = events.take()
            try #require(mkdir(directory + "/other", 0o755) == 0)
            try events.wait(timeout: .seconds(60))
            let isOtherTold = events.take()
            #expect(!isOtherTold)
            try #require(symlink("elsewhere", directory + "/os-release") == 0)
            try events.wait(timeout: .seconds(60))
            let told = [events.take(), events.take()]
            #expect(told == [true, false])
        }
    }

    @Test func `a watcher ends when it is asked to, before it begins and after`() async throws {
        let reader = FactsReader(tree: try RootDirectory(path: "/"))
        let early = try FactsWatcher(reader: reader) { _ in }
        early.stop()
        try await early.run()
        let late = try FactsWatcher(reader: reader) { _ in }
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await late.run() }
            late.stop()
        }
    }
}
