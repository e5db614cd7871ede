import Synchronization
import Testing

@testable import LinuxIO

@Suite struct ExecCacheTests {
    @Test func `a process that has ended is named while its number cannot have been used again`() {
        let host = SimulatedProcesses()
        let cache = host.cache(numberMaximum: 1_000)
        host.start(10, executable: "/usr/bin/sed", arguments: ["sed", "-i"])
        cache.record(pid: 10, image: "/usr/bin/sed") { true }
        host.end(10)
        host.fork(499)
        #expect(Self.named(cache.attribute(pid: 10, process: .exited))?.commandLine == "sed -i")
        host.fork(1)
        #expect(Self.reason(cache.attribute(pid: 10, process: .exited)) == .numberReused)
    }

    @Test func `a number that now belongs to another process is not the old one's`() {
        let host = SimulatedProcesses()
        let cache = host.cache()
        host.start(10, executable: "/bin/a")
        cache.record(pid: 10, image: "/bin/a") { true }
        host.end(10)
        host.start(10, executable: "/bin/b")
        #expect(Self.named(cache.attribute(pid: 10, process: .unknown))?.executable == "/bin/b")
        #expect(Self.named(cache.attribute(pid: 10, process: .exited))?.executable == "/bin/a")
    }

    @Test func `a process whose start was not seen is unknown once it has ended`() {
        let host = SimulatedProcesses()
        let cache = host.cache()
        #expect(Self.reason(cache.attribute(pid: 10, process: .exited)) == .ended)
        #expect(Self.reason(cache.attribute(pid: 10, process: .unknown)) == .ended)
        #expect(Self.reason(cache.attribute(pid: 0, process: .unknown)) == .noProcess)
    }

    @Test func `a process that ends while it is looked at is not recorded`() {
        let host = SimulatedProcesses()
        let cache = host.cache()
        host.start(10, executable: "/bin/a")
        cache.record(pid: 10, image: "/bin/a") { false }
        host.end(10)
        #expect(Self.reason(cache.attribute(pid: 10, process: .exited)) == .ended)
    }

    @Test func `a program that does not run yet is looked at again, and its arguments are its own`() {
        let host = SimulatedProcesses()
        let cache = host.cache()
        host.start(10, executable: "/bin/bash", arguments: ["bash"])
        cache.record(pid: 10, image: "/usr/bin/sed") { true }
        #expect(cache.settle() == .milliseconds(1))
        let early = Self.named(cache.attribute(pid: 10, process: .exited))
        #expect(early?.executable == "/usr/bin/sed" && early?.comm == "sed" && early?.arguments == [])
        host.change(10, executable: "/usr/bin/sed", arguments: ["sed", "-i"])
        host.pass(.milliseconds(1))
        #expect(cache.settle() == nil)
        host.end(10)
        #expect(Self.named(cache.attribute(pid: 10, process: .exited))?.arguments == ["sed", "-i"])
    }

    @Test func `a program that has its name and not yet its arguments is looked at again`() {
        let host = SimulatedProcesses()
        let cache = host.cache()
        host.start(10, executable: "/usr/bin/sed", arguments: [])
        cache.record(pid: 10, image: "/usr/bin/sed") { true }
        #expect(cache.settle() == .milliseconds(1))
        host.pass(.milliseconds(1))
        #expect(cache.settle() == .milliseconds(2))
        host.change(10, executable: "/usr/bin/sed", arguments: ["sed", "-i"])
        host.pass(.milliseconds(2))
        #expect(cache.settle() == nil)
        host.end(10)
        #expect(Self.named(cache.attribute(pid: 10, process: .exited))?.arguments == ["sed", "-i"])
    }

    @Test func `a process is looked at again by one thread at a time`() {
        var state = ExecCacheState(capacity: 16, numberMaximum: 1_000)
        let shell = ProcessInformation(pid: 10, startTime: 1, comm: "bash", executable: "/bin/bash")
        state.record(shell, image: "/usr/bin/sed", at: .zero)
        #expect(state.takeUnsettled(at: .zero) == [])
        #expect(state.takeUnsettled(at: .milliseconds(1)) == [10])
        #expect(state.takeUnsettled(at: .milliseconds(1)) == [])
        #expect(state.nextLook == nil)
        state.settle(pid: 10, shell, at: .milliseconds(1))
        #expect(state.nextLook == .milliseconds(3))
        #expect(state.takeUnsettled(at: .milliseconds(3)) == [10])
        // It opens another program before what was seen of it is told: that one is to be looked at all the same.
        state.record(shell, image: "/usr/bin/awk", at: .milliseconds(3))
        state.settle(pid: 10, shell, at: .milliseconds(3))
        #expect(state.nextLook == .milliseconds(4))
    }

    @Test func `a program that was not seen to run names nobody once the process has ended`() {
        let host = SimulatedProcesses()
        let cache = host.cache()
        host.start(10, executable: "/bin/bash", arguments: ["bash"])
        cache.record(pid: 10, image: "/tmp/broken") { true }
        var looks = 0
        while let wait = cache.settle() {
            host.pass(wait)
            looks += 1
        }
        #expect(looks == 8)
        #expect(Self.named(cache.attribute(pid: 10, process: .unknown))?.executable == "/bin/bash")
        host.end(10)
        #expect(Self.reason(cache.attribute(pid: 10, process: .exited)) == .undecided)
    }

    @Test func `a slow program is seen to run in the end`() {
        let host = SimulatedProcesses()
        let cache = host.cache()
        host.start(10, executable: "/bin/bash")
        cache.record(pid: 10, image: "/usr/bin/sed") { true }
        for _ in 0..<6 { host.pass(cache.settle() ?? .zero) }
        host.change(10, executable: "/usr/bin/sed", arguments: ["sed", "-i"])
        #expect(cache.settle() == nil)
        host.end(10)
        #expect(Self.named(cache.attribute(pid: 10, process: .exited))?.commandLine == "sed -i")
    }

    @Test func `what a process was before it started a program is no name for what it did after`() {
        let host = SimulatedProcesses()
        let cache = host.cache()
        host.start(10, executable: "/bin/bash")
        cache.record(pid: 10, image: "/usr/bin/sed") { true }
        while let wait = cache.settle() { host.pass(wait) }
        // Started after the last look, and ended without being waited for.
        host.change(10, executable: nil, comm: "sed")
        #expect(Self.named(cache.attribute(pid: 10, process: .unknown))?.executable == "/usr/bin/sed")
        host.change(10, executable: nil, comm: "bash")
        #expect(Self.named(cache.attribute(pid: 10, process: .unknown))?.executable == nil)
    }

    @Test func `a program that was opened unseen is neither named nor hidden by the one before`() {
        let host = SimulatedProcesses()
        let cache = host.cache()
        host.start(10, executable: "/bin/sh")
        cache.record(pid: 10, image: "/bin/sh") { true }
        host.end(10)
        cache.record(pid: 10, image: "/usr/bin/tool") { false }
        #expect(Self.reason(cache.attribute(pid: 10, process: .exited)) == .undecided)
    }

    @Test func `a program that acts as its owner names no user before it was seen to run`() throws {
        let host = SimulatedProcesses()
        let cache = host.cache()
        host.start(10, executable: "/bin/sh")
        let before = host.read(10)
        cache.record(ExecCache.Opening(pid: 10, image: "/usr/bin/su", changesUser: true, information: before))
        #expect(Self.reason(cache.attribute(pid: 10, process: .exited)) == .undecided)
        host.change(10, executable: "/usr/bin/su")
        host.pass(.milliseconds(1))
        #expect(cache.settle() == nil)
        host.end(10)
        #expect(Self.named(cache.attribute(pid: 10, process: .exited))?.executable == "/usr/bin/su")
    }

    @Test func `what the connector says is forgotten with what it lost, and what was read stays`() {
        let host = SimulatedProcesses()
        let cache = host.cache()
        host.start(10, executable: "/bin/a")
        cache.record(pid: 10, image: "/bin/a") { true }
        host.end(10)
        cache.note(ProcessEventBatch(isLost: true))
        #expect(!cache.isLedgerActive)
        #expect(Self.named(cache.attribute(pid: 10, process: .exited))?.executable == "/bin/a")
        cache.forget()
        #expect(Self.reason(cache.attribute(pid: 10, process: .exited)) == .ended)
    }

    @Test func `a process that ends before it is looked at again keeps the program it opened`() {
        let host = SimulatedProcesses()
        let cache = host.cache()
        host.start(10, executable: "/bin/bash")
        cache.record(pid: 10, image: "/usr/bin/sed") { true }
        host.end(10)
        host.pass(.milliseconds(1))
        #expect(cache.settle() == nil)
        #expect(Self.named(cache.attribute(pid: 10, process: .exited))?.executable == "/usr/bin/sed")
    }

    @Test func `a script, its interpreter and the loader are one execution`() {
        let host = SimulatedProcesses()
        let cache = host.cache()
        host.start(10, executable: "/bin/bash", arguments: ["bash", "/opt/job"])
        for image in ["/opt/job", "/bin/bash", "/lib64/ld-linux-x86-64.so.2"] {
            cache.record(pid: 10, image: image) { true }
        }
        host.end(10)
        guard case .process(let process, let images) = cache.attribute(pid: 10, process: .exited) else {
            Issue.record("not found")
            return
        }
        #expect(images == ["/opt/job", "/bin/bash"])
        #expect(process.commandLine == "bash /opt/job")
    }

    @Test func `a loader whose program was not seen names nobody`() {
        let host = SimulatedProcesses()
        let cache = host.cache()
        host.start(10, executable: "/usr/lib/systemd/systemd")
        cache.record(pid: 10, image: "/lib64/ld-linux-x86-64.so.2") { true }
        host.end(10)
        #expect(Self.reason(cache.attribute(pid: 10, process: .exited)) == .ended)
    }

    @Test func `a loader that is started as a program is one`() {
        let host = SimulatedProcesses()
        let cache = host.cache()
        let loader = "/lib64/ld-linux-x86-64.so.2"
        host.start(10, executable: "/bin/bash")
        cache.record(pid: 10, image: "/bin/bash") { true }
        cache.record(pid: 10, image: loader) { true }
        host.change(10, executable: loader, arguments: ["ld", "/tmp/x"])
        cache.record(pid: 10, image: loader) { true }
        host.end(10)
        #expect(Self.named(cache.attribute(pid: 10, process: .exited))?.commandLine == "ld /tmp/x")
    }

    @Test func `an execution that is told twice, as on an overlay, is one`() {
        let host = SimulatedProcesses()
        let cache = host.cache()
        let loader = "/lib64/ld-linux-x86-64.so.2"
        host.start(10, executable: "/bin/sh")
        for image in ["/bin/a", "/bin/a", loader, loader] { cache.record(pid: 10, image: image) { true } }
        host.end(10)
        for image in ["/bin/a", loader] { cache.record(pid: 10, image: image) { false } }
        guard case .process(let process, let images) = cache.attribute(pid: 10, process: .exited) else {
            Issue.record("not found")
            return
        }
        #expect(images == ["/bin/a"] && process.executable == "/bin/a")
    }

    @Test func `a long command line is kept in part`() {
        let host = SimulatedProcesses()
        let cache = host.cache()
        let long = String(repeating: "x", count: 700)
        host.start(10, executable: "/bin/a", arguments: [long, long, long])
        cache.record(pid: 10, image: "/bin/a") { true }
        host.end(10)
        let arguments = Self.named(cache.attribute(pid: 10, process: .exited))?.arguments
        #expect(arguments == [long, String(repeating: "x", count: 324)])
    }

    @Test func `processes that run already are taken in`() throws {
        let shell = try ChildShell("read line")
        let cache = ExecCache()
        try cache.recordRunning()
        shell.open()
        shell.wait()
        let process = Self.named(cache.attribute(pid: shell.pid, process: .exited))
        #expect(process?.commandLine == "sh -c read line")
    }

    @Test func `a process that was not waited for keeps the program that was seen`() {
        let host = SimulatedProcesses()
        let cache = host.cache()
        host.start(10, executable: "/bin/a", arguments: ["a", "b"])
        cache.record(pid: 10, image: "/bin/a") { true }
        host.change(10, executable: nil, arguments: [])
        #expect(Self.named(cache.attribute(pid: 10, process: .unknown))?.commandLine == "a b")
    }

    @Test func `the cache holds no more than its capacity and forgets the oldest`() {
        let host = SimulatedProcesses()
        let cache = host.cache(capacity: 3)
        for pid in Int32(1)...10 {
            host.start(pid, executable: "/bin/a")
            cache.record(pid: pid, image: "/bin/a") { true }
            if pid > 1 { cache.record(pid: 9, image: "/bin/a") { true } }
        }
        for pid in Int32(1)...10 { host.end(pid) }
        let known = (Int32(1)...10).filter { Self.named(cache.attribute(pid: $0, process: .exited)) != nil }
        #expect(known == [8, 9, 10])
    }

    @Test func `a busy process does not let the order of a full cache grow`() {
        let host = SimulatedProcesses()
        var state = ExecCacheState(capacity: 2, numberMaximum: 100)
        host.start(1, executable: "/bin/a")
        for _ in 0..<10_000 { state.record(host.read(1) ?? Self.nobody, image: "/bin/a", at: .zero) }
        #expect(state.count == 1)
    }

    @Test func `the number of forks is found among the other lines`() {
        #expect(ForkCounter.parse("cpu 1 2\nintr 5 6\nctxt 7\nbtime 8\nprocesses 4711\nprocs_running 2\n") == 4_711)
        #expect(ForkCounter.parse("cpu 1 2\n") == nil)
        #expect(ForkCounter.current() != nil)
    }

    private static let nobody = ProcessInformation(pid: 1, startTime: 0, comm: "")

    private static func named(_ attribution: ProcessAttribution) -> ProcessInformation? {
        if case .process(let information, _) = attribution { information } else { nil }
    }

    private static func reason(_ attribution: ProcessAttribution) -> ProcessAttribution.Reason? {
        if case .unknown(let reason) = attribution { reason } else { nil }
    }
}

/// Processes that start and end as a test says.
private final class SimulatedProcesses: Sendable {
    private let processes = Mutex<[Int32: ProcessInformation]>([:])
    private let forks = Mutex<UInt64>(0)
    private let time = Mutex<Duration>(.zero)

    func cache(capacity: Int = 16, numberMaximum: UInt64 = 1_000) -> ExecCache {
        ExecCache(
            capacity: capacity, numberMaximum: numberMaximum, reader: { $1() ? self.read($0) : nil },
            ancestors: { _ in [] }, forkCounter: { self.forks.withLock { $0 } }, now: { self.time.withLock { $0 } })
    }

    func start(_ pid: Int32, executable: String, arguments: [String] = ["x"]) {
        fork(1)
        let startTime = forks.withLock { $0 }
        processes.withLock {
            $0[pid] = ProcessInformation(
                pid: pid, startTime: startTime, comm: "x", executable: executable, arguments: arguments)
        }
    }

    func pass(_ duration: Duration) { time.withLock { $0 += duration } }

    func change(_ pid: Int32, executable: String?, arguments: [String] = ["x"], comm: String? = nil) {
        processes.withLock {
            if let comm { $0[pid]?.comm = comm }
            $0[pid]?.executable = executable
            $0[pid]?.arguments = arguments
        }
    }

    func end(_ pid: Int32) { processes.withLock { $0[pid] = nil } }
    func fork(_ count: UInt64) { forks.withLock { $0 += count } }
    func read(_ pid: Int32) -> ProcessInformation? { processes.withLock { $0[pid] } }
}
