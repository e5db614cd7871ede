import Testing

@testable import LinuxIO

/// What follows from the connector's events, and what does not.
@Suite struct ProcessLedgerTests {
    @Test func `a process that nobody looked at is known by its user and its program`() {
        var ledger = Self.ledger()
        ledger.tell(10, .forked(parent: 1), at: 100)
        ledger.tell(10, .user(1_000, isFirstThread: true), at: 110)
        ledger.open("/bin/job", by: 10)
        ledger.tell(10, .executed, at: 120)
        ledger.tell(10, .ended, at: 130)
        let sight = ledger.sight(of: 10)
        #expect(sight?.user == 1_000 && sight?.executable == "/bin/job")
        #expect(sight?.parentPID == 1 && sight?.born == 100 && sight?.isReused == false)
    }

    @Test func `a child has the user and the program of its parent`() {
        var ledger = Self.ledger()
        ledger.tell(10, .forked(parent: 1), at: 100)
        #expect(ledger.sight(of: 10)?.user == 0)
        #expect(ledger.sight(of: 10)?.executable == "/bin/init")
        ledger.tell(1, .user(7, isFirstThread: true), at: 110)
        ledger.open("/bin/other", by: 1)
        ledger.tell(1, .executed, at: 120)
        // What the parent became since says nothing of the child.
        #expect(ledger.sight(of: 10)?.user == 0)
        #expect(ledger.sight(of: 10)?.executable == nil)
    }

    @Test func `a child that may come from a sibling has nobody's user or program`() {
        var ledger = Self.ledger()
        ledger.tell(10, .forked(parent: 1), at: 100)
        ledger.tell(10, .user(1_000, isFirstThread: true), at: 110)
        ledger.tell(11, .forked(parent: 1), at: 120)
        #expect(ledger.sight(of: 11)?.user == nil)
        ledger.tell(11, .user(5, isFirstThread: true), at: 130)
        #expect(ledger.sight(of: 11)?.user == 5)
        // A sibling that had ended before did not start it.
        ledger.tell(10, .ended, at: 140)
        ledger.tell(11, .ended, at: 140)
        ledger.tell(12, .forked(parent: 1), at: 150)
        #expect(ledger.sight(of: 12)?.user == 0)
    }

    @Test func `a script is known by its interpreter, and a loader by nothing`() {
        var ledger = Self.ledger()
        ledger.tell(10, .forked(parent: 1), at: 100)
        ledger.open("/opt/job", isScript: true, by: 10)
        ledger.open("/bin/sh", by: 10)
        ledger.open("/lib64/ld-linux-x86-64.so.2", by: 10)
        ledger.tell(10, .executed, at: 110)
        #expect(ledger.sight(of: 10)?.executable == "/bin/sh")
    }

    @Test func `an opening that is told twice, as on an overlay, is one`() {
        var ledger = Self.ledger()
        ledger.tell(10, .forked(parent: 1), at: 100)
        for image in ["/opt/job", "/opt/job", "/bin/sh", "/bin/sh"] {
            ledger.open(image, isScript: image == "/opt/job", by: 10)
        }
        for _ in 0..<2 { ledger.open("/lib64/ld-linux-x86-64.so.2", by: 10) }
        ledger.tell(10, .executed, at: 110)
        #expect(ledger.sight(of: 10)?.executable == "/bin/sh")
    }

    @Test func `a program that did not start is not the one that ran`() {
        var ledger = Self.ledger()
        ledger.tell(10, .forked(parent: 1), at: 100)
        ledger.open("/tmp/broken", by: 10)
        #expect(ledger.sight(of: 10)?.executable == "/bin/init")
        ledger.open("/bin/sh", by: 10)
        ledger.tell(10, .executed, at: 110)
        // One of the two ran, and it is not known which.
        #expect(ledger.sight(of: 10)?.executable == nil)
    }

    @Test func `a program whose opening was not told leaves the process without a name`() {
        var ledger = Self.ledger()
        ledger.tell(10, .forked(parent: 1), at: 100)
        ledger.open("/bin/a", by: 10)
        ledger.tell(10, .executed, at: 110)
        ledger.tell(10, .executed, at: 120)
        #expect(ledger.sight(of: 10)?.executable == nil)
    }

    @Test func `a number that is used again at once names nobody, and later the new process`() {
        var ledger = Self.ledger()
        ledger.tell(10, .forked(parent: 1), at: 100)
        ledger.tell(10, .ended, at: 110)
        ledger.tell(10, .forked(parent: 1), at: 120)
        #expect(ledger.sight(of: 10)?.isReused == true)
        ledger.tell(10, .ended, at: 130)
        ledger.tell(10, .forked(parent: 1), at: 130 + ProcessLedger.reuseInterval)
        #expect(ledger.sight(of: 10)?.isReused == false)
        // The end of the one before was not told.
        ledger.tell(10, .forked(parent: 1), at: 200 + ProcessLedger.reuseInterval * 2)
        #expect(ledger.sight(of: 10)?.isReused == true)
    }

    @Test func `threads that act as different users leave none`() {
        var ledger = Self.ledger()
        ledger.tell(10, .forked(parent: 1), at: 100)
        ledger.tell(10, .user(5, isFirstThread: false), at: 110)
        #expect(ledger.sight(of: 10)?.user == nil)
        ledger.tell(10, .user(5, isFirstThread: true), at: 120)
        #expect(ledger.sight(of: 10)?.user == 5)
    }

    @Test func `events from before a process was read of are passed over`() {
        var ledger = ProcessLedger()
        ledger.begin(with: [(Self.process(1, user: 0), 50, 60), (Self.process(10, user: 1_000), 50, 60)])
        ledger.tell(10, .forked(parent: 1), at: 40)
        ledger.tell(10, .user(0, isFirstThread: true), at: 45)
        ledger.tell(10, .executed, at: 46)
        #expect(ledger.sight(of: 10)?.user == 1_000)
        #expect(ledger.sight(of: 10)?.executable == "/bin/init")
        // Whether it was before or after the change that the parent was read of is not known.
        ledger.tell(11, .forked(parent: 10), at: 55)
        #expect(ledger.sight(of: 11)?.user == nil)
        ledger.tell(12, .forked(parent: 10), at: 61)
        ledger.tell(11, .ended, at: 62)
        #expect(ledger.sight(of: 12)?.user == nil)
    }

    @Test func `what is read when a program is opened makes the user sure`() {
        var ledger = Self.ledger()
        ledger.tell(10, .forked(parent: 99), at: 100)
        #expect(ledger.sight(of: 10)?.user == nil)
        ledger.noteOpening("/bin/a", isScript: false, by: 10, Self.process(10, user: 4), from: 110, to: 120)
        #expect(ledger.sight(of: 10)?.user == 4)
        // A program that acts as its owner.
        ledger.tell(10, .user(0, isFirstThread: true), at: 130)
        #expect(ledger.sight(of: 10)?.user == 0)
    }

    @Test func `a loss forgets everybody until processes are looked over again`() {
        var ledger = Self.ledger()
        ledger.tell(10, .forked(parent: 1), at: 100)
        ledger.lose()
        #expect(ledger.sight(of: 10) == nil && ledger.sight(of: 1) == nil && !ledger.isActive)
        ledger.tell(11, .forked(parent: 1), at: 110)
        #expect(ledger.sight(of: 11) == nil)
        ledger.begin(with: [(Self.process(1, user: 3), 120, 121)])
        #expect(ledger.sight(of: 1)?.user == 3)
    }

    @Test func `the ledger holds no more than its bounds, and the ended longest ago go first`() {
        var ledger = Self.ledger()
        let ended = Int32(ProcessLedger.endedMaximum) + 10
        for pid in 2..<(2 + ended) {
            ledger.tell(pid, .forked(parent: 1), at: UInt64(pid))
            ledger.tell(pid, .ended, at: UInt64(pid))
        }
        #expect(ledger.count == ProcessLedger.endedMaximum + 1)
        #expect(ledger.sight(of: 2) == nil && ledger.sight(of: 12) != nil)
        for pid in 100_000..<200_000 as Range<Int32> { ledger.tell(pid, .forked(parent: 1), at: 10_000) }
        #expect(ledger.count == ProcessLedger.processesMaximum)
        #expect(ledger.sight(of: 199_999) == nil)
    }

    private static func process(_ pid: Int32, user: UInt32) -> ProcessInformation {
        ProcessInformation(pid: pid, startTime: 1, comm: "init", executable: "/bin/init", uid: user)
    }

    /// One in which process 1 runs `/bin/init` as root.
    private static func ledger() -> ProcessLedger {
        var ledger = ProcessLedger()
        ledger.begin(with: [(process(1, user: 0), 1, 2)])
        return ledger
    }
}

extension ProcessLedger {
    fileprivate mutating func tell(_ pid: Int32, _ kind: ProcessEvent.Kind, at time: UInt64) {
        note(ProcessEvent(kind: kind, pid: pid, time: time))
    }

    fileprivate mutating func open(_ image: String, isScript: Bool = false, by pid: Int32) {
        noteOpening(image, isScript: isScript, by: pid, nil, from: 0, to: 0)
    }
}
