import Glibc
import Testing

@testable import LinuxIO

@Suite(.enabled(if: isRoot, "fanotify with names and processes needs root"))
struct FanotifyTests {
    @Test func `a change in a marked directory names the directory, the name and this process`() throws {
        try withTemporaryDirectory { directory, _ in
            let fanotify = try Fanotify(.directoryChanges)
            try fanotify.mark(directory)
            #expect(try fanotify.read().isEmpty)
            try write("x", to: "a", in: directory)
            try directory.setPermissions("a", 0o640)
            try directory.rename("a", to: "b")
            try directory.remove("b")
            let events = try fanotify.read()
            let key = try directory.fileHandle()
            let expected: FileEventKinds = [
                .created, .modified, .closedAfterWriting, .attributes, .movedFrom, .movedTo, .deleted,
            ]
            #expect(events.allSatisfy { $0.pid == getpid() && $0.directory == key })
            #expect(Set(events.map(\.name)) == ["a", "b"])
            #expect(events.reduce(into: FileEventKinds()) { $0.formUnion($1.kinds) } == expected)
        }
    }

    @Test func `an exchange and a replacement are told with the names on both sides`() throws {
        try withTemporaryDirectory { directory, _ in
            try write("x", to: "a", in: directory)
            try write("x", to: "b", in: directory)
            let fanotify = try Fanotify(.directoryChanges)
            try fanotify.mark(directory)
            try directory.exchange("a", "b")
            let kinds = try fanotify.read().reduce(into: [String: FileEventKinds]()) { seen, event in
                seen[event.name ?? "", default: []].formUnion(event.kinds)
            }
            #expect(kinds["a"]?.isSuperset(of: [.movedFrom, .movedTo]) == true)
            #expect(kinds["b"]?.isSuperset(of: [.movedFrom, .movedTo]) == true)
        }
    }

    @Test func `a marked directory that is removed says so by its own key`() throws {
        try withTemporaryDirectory { directory, _ in
            try directory.makeDirectory("d")
            let fanotify = try Fanotify(.directoryChanges)
            let key: FileHandleKey
            do {
                let inner = try directory.openSubdirectory("d")
                try fanotify.mark(inner)
                key = try inner.fileHandle()
            }
            try directory.rename("d", to: "e")
            try directory.removeDirectory("e")
            let events = try fanotify.read()
            let kinds = events.reduce(into: FileEventKinds()) { $0.formUnion($1.kinds) }
            #expect(kinds.isSuperset(of: [.selfMoved, .selfDeleted]))
            #expect(events.allSatisfy { $0.directory == key && $0.name == nil })
        }
    }

    @Test func `an unmarked directory says nothing more, and unmarking twice is no error`() throws {
        try withTemporaryDirectory { directory, _ in
            let fanotify = try Fanotify(.directoryChanges)
            try fanotify.mark(directory)
            try fanotify.unmark(directory)
            try fanotify.unmark(directory)
            try write("x", to: "a", in: directory)
            #expect(try fanotify.read().isEmpty)
        }
    }

    @Test func `a queue that is full says that events were lost`() throws {
        let bytes = try readFile("/proc/sys/fs/fanotify/max_queued_events", limit: 64)
        let limit = try #require(Int(String(decoding: bytes.dropLast(), as: UTF8.self)))
        try #require(limit <= 65_536, "the queue is too long to be filled in a test")
        try withTemporaryDirectory(in: "/dev/shm") { directory, _ in
            let fanotify = try Fanotify(.directoryChanges)
            try fanotify.mark(directory, for: [.created])
            for index in 0...limit {
                try directory.makeSymbolicLink(target: "x", "n\(index)")
                try directory.remove("n\(index)")
            }
            var kinds: FileEventKinds = []
            while true {
                let events = try fanotify.read()
                if events.isEmpty { break }
                for event in events { kinds.formUnion(event.kinds) }
            }
            #expect(kinds.contains(.overflow))
        }
    }

    @Test func `a living process is named with its number, user and program`() throws {
        try withTemporaryDirectory { directory, path in
            let fanotify = try Fanotify(.directoryChanges)
            try fanotify.mark(directory)
            let shell = try ChildShell("echo x > \(path)/a; read line")
            let event = try #require(try Self.next(of: fanotify))
            let cache = ExecCache()
            guard case .process(let process, _) = cache.attribute(event) else {
                Issue.record("a process that waits was not found")
                return
            }
            #expect(event.pid == shell.pid && process.pid == shell.pid)
            #expect(process.uid == 0 && process.parentPID == getpid())
            #expect(process.commandLine.contains("echo x > \(path)/a"))
            shell.open()
            shell.wait()
        }
    }

    @Test func `a process that has ended is named if its start was seen and unknown if not`() throws {
        try withTemporaryDirectory { directory, path in
            let executions = try Fanotify(.executions)
            try executions.markExecutions(onFileSystemOf: "/bin")
            let fanotify = try Fanotify(.directoryChanges)
            try fanotify.mark(directory)
            let shell = try ChildShell("read line; echo x > \(path)/a")
            let cache = ExecCache()
            try Self.feed(cache, from: executions, until: shell.pid)
            shell.open()
            shell.wait()
            let event = try #require(try Self.next(of: fanotify))
            #expect(event.pid == shell.pid)
            if fanotify.hasProcessDescriptors {
                guard case .exited = event.process else {
                    Issue.record("an ended process was not told as such")
                    return
                }
            }
            guard case .process(let process, let images) = cache.attribute(event) else {
                Issue.record("a process whose start was seen was not found")
                return
            }
            #expect(process.pid == shell.pid && process.commandLine.contains("echo x > \(path)/a"))
            #expect(images.last == process.executable)
            guard case .unknown(.ended) = ExecCache().attribute(event) else {
                Issue.record("a process was named that nobody had seen")
                return
            }
        }
    }

    @Test func `this host answers which of its mounts refuse to be watched for executions`() throws {
        let executions = try Fanotify(.executions)
        let mounts = try MountInformation.current()
        let refusals = executions.markExecutions(onAll: mounts)
        #expect(!refusals.contains { $0.mountPoint == "/" })
        #expect(refusals.count < mounts.count)
    }

    @Test func `a group with names reports what happens on tmpfs as well`() throws {
        try withTemporaryDirectory(in: "/dev/shm") { directory, _ in
            let fanotify = try Fanotify(.directoryChanges)
            try fanotify.mark(directory)
            try directory.makeSymbolicLink(target: "x", "a")
            try directory.remove("a")
            let events = try fanotify.read()
            let key = try directory.fileHandle()
            #expect(!events.isEmpty)
            #expect(events.allSatisfy { $0.directory == key && $0.name == "a" })
        }
    }

    @Test func `a change of a directory in a marked one comes with the key of that directory and no name`() throws {
        try withTemporaryDirectory { directory, _ in
            try directory.makeDirectory("d")
            let fanotify = try Fanotify(.directoryChanges)
            try fanotify.mark(directory)
            let key = try directory.openSubdirectory("d").fileHandle()
            try directory.setPermissions("d", 0o700)
            let events = try fanotify.read()
            #expect(events.map(\.kinds) == [[.attributes, .isDirectory]])
            #expect(events.map(\.directory) == [key])
            #expect(events.map(\.name) == [nil])
        }
    }

    /// Waits for the first event.
    private static func next(of fanotify: Fanotify) throws -> FanotifyEvent? {
        var poll = Poll()
        poll.add(fanotify.rawValue)
        try poll.wait(timeout: .seconds(20))
        return try fanotify.read().first
    }

    /// Takes in executions until the program of a process runs.
    private static func feed(_ cache: ExecCache, from executions: Fanotify, until pid: Int32) throws {
        var poll = Poll()
        poll.add(executions.rawValue)
        var isSeen = false
        let deadline = monotonicNow() + .seconds(20)
        while monotonicNow() < deadline {
            for event in try executions.read() {
                cache.record(event)
                if event.pid == pid { isSeen = true }
            }
            let wait = cache.settle()
            if isSeen, wait == nil { return }
            try poll.wait(timeout: .milliseconds(1))
        }
    }
}
