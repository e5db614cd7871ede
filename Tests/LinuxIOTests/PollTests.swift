import Testing

@testable import LinuxIO

@Suite struct PollTests {
    @Test func `a signalled event is readable until it is drained, however often it was signalled`() throws {
        let event = try EventDescriptor()
        var poll = Poll()
        let index = poll.add(event.rawValue)
        #expect(try poll.wait(timeout: .zero) == 0)
        #expect(poll.ready(index) == [])
        event.signal()
        event.signal()
        #expect(try poll.wait(timeout: .zero) == 1)
        #expect(poll.ready(index) == .readable)
        #expect(event.drain())
        #expect(!event.drain())
        #expect(try poll.wait(timeout: .zero) == 0)
    }

    @Test func `waiting lasts as long as asked and no longer than a signal`() throws {
        let event = try EventDescriptor()
        var poll = Poll()
        poll.add(event.rawValue)
        let start = monotonicNow()
        #expect(try poll.wait(timeout: .milliseconds(15)) == 0)
        #expect(monotonicNow() - start >= .milliseconds(15))
        let thread = try WorkerThread(name: "signaller")
        try thread.enqueue { event.signal() }
        #expect(try poll.wait() == 1)
        thread.stop()
    }

    @Test func `a pipe whose other end is gone is hung up`() throws {
        let reading: FileDescriptor
        do { reading = try Pipe().reading.duplicate() }
        var poll = Poll()
        let index = poll.add(reading.rawValue)
        try poll.wait(timeout: .seconds(5))
        #expect(poll.ready(index) == .hungUp)
    }
}

@Suite struct ClocksTests {
    @Test func `clocks move forward and the time of day is after this was written`() {
        let (monotonic, boot) = (monotonicNow(), bootTimeNow())
        #expect(monotonicNow() >= monotonic && bootTimeNow() >= boot)
        #expect(boot >= monotonic)
        #expect(wallClockNow().seconds > 1_700_000_000)
    }

    @Test func `timestamps are ordered and subtracted to the nanosecond`() {
        let early = Timestamp(seconds: 1, nanoseconds: 999_999_999)
        let late = Timestamp(seconds: 2, nanoseconds: 1)
        #expect(early < late)
        #expect(late.duration(since: early) == .nanoseconds(2))
        #expect(early.duration(since: late) == .nanoseconds(-2))
        #expect(early.nanosecondsSinceEpoch == 1_999_999_999)
    }
}

@Suite struct HostIdentityTests {
    @Test func `this boot has an id that stays`() throws {
        let id = try HostIdentity.bootID()
        #expect(id.count == 36)
        #expect(try HostIdentity.bootID() == id)
    }

    @Test func `a machine id is read from its tree, and what is none is not taken for one`() throws {
        try withTemporaryDirectory { directory, path in
            let root = try RootDirectory(path: path)
            #expect(try HostIdentity.machineID(of: root) == nil)
            try directory.makeDirectory("etc")
            let etc = try directory.openSubdirectory("etc")
            let id = String(repeating: "0a", count: 16)
            for (text, expected) in [(id + "\n", id), ("uninitialized\n", nil), ("", nil), (id + "0\n", nil)] {
                try write(text, to: "machine-id", in: etc)
                #expect(try HostIdentity.machineID(of: root) == expected)
            }
        }
    }

    @Test func `random bytes come in the number asked for and differ`() throws {
        let first = try randomBytes(count: 300)
        #expect(first.count == 300)
        #expect(try randomBytes(count: 300) != first)
        #expect(try randomBytes(count: 0).isEmpty)
    }
}
