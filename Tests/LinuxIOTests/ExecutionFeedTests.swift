import Glibc
import TestSupport
import Testing

@testable import LinuxIO

/// Real processes, all of them gone before anybody asks.
@Suite(.enabled(if: isRoot, "fanotify with names and processes needs root"))
struct ExecutionFeedTests {
    private static let isAccountKept = isRoot && (try? ProcessConnector()) != nil

    @Test(.enabled(if: isAccountKept, "the process connector speaks in the initial namespaces only"))
    func `the connector names the program and the user of a process that nobody looked at`() throws {
        let feed = try Self.feed()
        #expect(feed.refusal == nil)
        let pids = try (0..<20).map { number in
            try Self.run(["setpriv", "--reuid=\(20_000 + number)", "--clear-groups", "true"])
        }
        feed.catchUp()
        for (number, pid) in pids.enumerated() {
            let process = try #require(Self.named(feed.cache.attribute(pid: pid, process: .exited)))
            #expect(process.executable == Self.path(of: "true"))
            #expect(process.comm == "true")
            #expect(process.uid == 20_000 + UInt32(number))
        }
    }

    @Test(.enabled(if: isAccountKept, "the process connector speaks in the initial namespaces only"))
    func `a shell's child that runs no program of its own is the shell, or nobody`() throws {
        let feed = try Self.feed()
        // What the two sources tell does not always say which came first, beside many others least of all; then nobody
        // is named.
        for _ in 0..<10 {
            try withTemporaryDirectory { directory, path in
                let script = "(read -r pid rest </proc/self/stat; echo $pid >\(path)/child) ; :"
                _ = try Self.run(["sh", "-c", script])
                let text = String(decoding: try readFile("\(path)/child", limit: 64), as: UTF8.self)
                let child = try #require(Int32(text.filter { $0 != "\n" }))
                feed.catchUp()
                guard let process = Self.named(feed.cache.attribute(pid: child, process: .exited)) else { return }
                #expect(process.executable == Self.path(of: "sh"))
                #expect(process.uid == 0)
            }
        }
    }

    @Test func `a running feed takes in programs and stops when it is told`() async throws {
        let feed = try Self.feed()
        let thread = try WorkerThread(name: "feed-test")
        async let running: Void = thread.run { try feed.run() }
        let shell = try ChildShell("read line")
        shell.open()
        shell.wait()
        feed.catchUp()
        if let process = Self.named(feed.cache.attribute(pid: shell.pid, process: .exited)) {
            #expect(process.executable == Self.path(of: "sh"))
            #expect(process.uid == 0)
        }
        feed.stop()
        try await running
    }

    @Test func `without the connector several threads take in programs, name nobody wrongly, and stop`() async throws {
        let feed = try Self.prepared(
            ExecutionFeed { () throws(LinuxIOError) in throw LinuxIOError(code: .notPermitted, call: "socket") })
        #expect(feed.threadCount == max(1, Self.processors))
        let threads = try (0..<feed.threadCount).map { _ in try WorkerThread(name: "feed-test") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, thread) in threads.enumerated() {
                group.addTask { try await thread.run { try feed.run(number) } }
            }
            let named = try (0..<100).map { number in
                let pid = try Self.run(["setpriv", "--reuid=\(20_000 + number)", "--clear-groups", "true"])
                feed.catchUp()
                guard let process = Self.named(feed.cache.attribute(pid: pid, process: .exited)) else { return 0 }
                #expect(process.executable == Self.path(of: "true"))
                #expect(process.uid == 20_000 + UInt32(number))
                return 1
            }
            #expect(named.reduce(0, +) > 0)
            feed.stop()
            try await group.waitForAll()
        }
    }

    private static var processors: Int {
        let allowed = allowedProcessors().count
        return (2...8).contains(allowed) ? allowed : 1
    }

    private static func feed() throws -> ExecutionFeed { try prepared(ExecutionFeed()) }

    private static func prepared(_ feed: ExecutionFeed) throws -> ExecutionFeed {
        feed.mark(try MountInformation.current())
        try feed.begin()
        return feed
    }

    /// The number that the process had.
    private static func run(_ words: [String]) throws -> Int32 {
        let child = try ChildProcess.start(words, environment: ["PATH": "/usr/bin:/bin"])
        var status: Int32 = 0
        waitpid(child.pid, &status, 0)
        #expect(status == 0)
        return child.pid
    }

    private static func path(of program: String) -> String? {
        realpath("/usr/bin/\(program)", nil).map { path in
            defer { free(path) }
            return String(cString: path)
        }
    }

    private static func named(_ attribution: ProcessAttribution) -> ProcessInformation? {
        if case .process(let information, _) = attribution { information } else { nil }
    }
}
