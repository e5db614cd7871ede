import Testing

@testable import LinuxIO

@Suite struct InotifyTests {
    @Test func `a rename comes as a pair with one cookie`() throws {
        try withTemporaryDirectory { directory, _ in
            try write("x", to: "old", in: directory)
            let inotify = try Inotify()
            let watch = try inotify.watch(directory)
            try directory.rename("old", to: "new")
            let events = try inotify.read()
            #expect(events.map(\.kinds) == [.movedFrom, .movedTo])
            #expect(events.map(\.name) == ["old", "new"])
            #expect(events.allSatisfy { $0.watch == watch })
            #expect(events[0].cookie == events[1].cookie && events[0].cookie != 0)
        }
    }

    @Test func `writing, changing the mode and removing are told by name`() throws {
        try withTemporaryDirectory { directory, _ in
            let inotify = try Inotify()
            _ = try inotify.watch(directory)
            #expect(try inotify.read().isEmpty)
            try write("x", to: "a", in: directory)
            try directory.setPermissions("a", 0o640)
            try directory.remove("a")
            let events = try inotify.read()
            let kinds = events.reduce(into: FileEventKinds()) { $0.formUnion($1.kinds) }
            #expect(kinds == [.created, .modified, .closedAfterWriting, .attributes, .deleted])
            #expect(events.allSatisfy { $0.name == "a" })
        }
    }

    @Test func `a watched directory that is removed says so and gives its watch back`() throws {
        try withTemporaryDirectory { directory, _ in
            try directory.makeDirectory("d")
            let inotify = try Inotify()
            let watch = try inotify.watch(try directory.openSubdirectory("d"))
            try directory.removeDirectory("d")
            let kinds = try inotify.read().map(\.kinds)
            #expect(kinds == [.selfDeleted, .watchRemoved])
            try inotify.unwatch(watch)
        }
    }

    @Test func `an unwatched directory says nothing more`() throws {
        try withTemporaryDirectory { directory, _ in
            let inotify = try Inotify()
            try inotify.unwatch(try inotify.watch(directory))
            try write("x", to: "a", in: directory)
            #expect(try inotify.read().map(\.kinds) == [.watchRemoved])
        }
    }

    @Test func `a queue that is full says that events were lost`() throws {
        let bytes = try readFile("/proc/sys/fs/inotify/max_queued_events", limit: 64)
        let limit = try #require(Int(String(decoding: bytes.dropLast(), as: UTF8.self)))
        try #require(limit <= 65_536, "the queue is too long to be filled in a test")
        try withTemporaryDirectory(in: "/dev/shm") { directory, _ in
            let inotify = try Inotify()
            _ = try inotify.watch(directory, for: [.attributes])
            try write("x", to: "a", in: directory)
            try write("x", to: "b", in: directory)
            for _ in 0...(limit / 2) {
                try directory.setPermissions("a", 0o600)
                try directory.setPermissions("b", 0o600)
            }
            var last: InotifyEvent?
            while let event = try inotify.read().last { last = event }
            #expect(last == InotifyEvent(watch: -1, kinds: .overflow, name: nil, cookie: 0))
        }
    }

    @Test func `a file is not watched as a directory`() throws {
        try withTemporaryDirectory { directory, _ in
            let file = DirectoryHandle(owning: try directory.createTemporary("a"), path: "a")
            let inotify = try Inotify()
            #expect(failure { () throws(LinuxIOError) in _ = try inotify.watch(file) }?.code == .notDirectory)
        }
    }
}
