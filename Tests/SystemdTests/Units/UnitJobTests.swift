import Glibc
import LinuxIO
import Testing

@testable import Systemd

@Suite struct UnitJobTests {
    private let unit: UnitName

    init() throws {
        unit = try UnitName("a.service")
    }

    @Test(arguments: [
        JobResult.done, .canceled, .timeout, .failed, .dependency, .skipped, JobResult(rawValue: "unheard-of"),
    ])
    func `a job's own result is returned, also when it ends right behind the answer`(result: JobResult) throws {
        let handler = FakeSystemd.handler { _ in
            [
                FakeSystemd.jobRemoved(6, "a.service", "canceled"), .reply([.objectPath(FakeSystemd.jobPath(7))]),
                FakeSystemd.jobRemoved(8, "a.service", "canceled"),
                FakeSystemd.jobRemoved(7, "a.service", result.rawValue),
            ]
        }
        try FakePeer.with(handler) { peer in
            let manager = try SystemManager(addresses: [peer.address])
            #expect(try manager.start(unit) == result)
        }
    }

    @Test func `each method asks for its own kind of job`() throws {
        let handler = FakeSystemd.handler { _ in
            [.reply([.objectPath(FakeSystemd.jobPath(1))]), FakeSystemd.jobRemoved(1, "a.service", "done")]
        }
        try FakePeer.with(handler) { peer in
            let manager = try SystemManager(addresses: [peer.address])
            _ = try manager.start(unit, mode: .fail)
            _ = try manager.stop(unit, mode: .replaceIrreversibly)
            _ = try manager.restart(unit)
            _ = try manager.tryRestart(unit)
            _ = try manager.reload(unit)
            _ = try manager.reloadOrRestart(unit, mode: .ignoreDependencies)
            let calls = peer.calls.dropFirst().map { [$0.member] + $0.arguments.compactMap(\.text) }
            #expect(
                calls == [
                    ["StartUnit", "a.service", "fail"], ["StopUnit", "a.service", "replace-irreversibly"],
                    ["RestartUnit", "a.service", "replace"], ["TryRestartUnit", "a.service", "replace"],
                    ["ReloadUnit", "a.service", "replace"],
                    ["ReloadOrRestartUnit", "a.service", "ignore-dependencies"],
                ])
        }
    }

    @Test func `a job that does not end in time is reported and left alone`() throws {
        let handler = FakeSystemd.handler { _ in [.reply([.objectPath(FakeSystemd.jobPath(7))])] }
        try FakePeer.with(handler) { peer in
            let manager = try SystemManager(addresses: [peer.address])
            let error = #expect(throws: SystemdError.self) { try manager.start(unit, timeout: .milliseconds(80)) }
            #expect(error?.code == .timedOut && error?.message.contains("a.service") == true)
            #expect(peer.calls.map(\.member) == ["Subscribe", "StartUnit"])
        }
    }

    @Test func `a job that vanished during a reload is lost, not waited for`() throws {
        let handler = FakeSystemd.handler { call in
            call.member == "StartUnit"
                ? [.reply([.objectPath(FakeSystemd.jobPath(7))]), FakeSystemd.reloading(true)]
                : [.error("org.freedesktop.DBus.Error.UnknownObject", "Unknown object")]
        }
        try FakePeer.with(handler) { peer in
            let manager = try SystemManager(addresses: [peer.address])
            let error = #expect(throws: SystemdError.self) { try manager.start(unit) }
            #expect(error?.code == .jobLost)
            #expect(peer.calls.last?.path == FakeSystemd.jobPath(7))
        }
    }

    @Test func `a job that outlives a reload is waited for, and its end counts although it is asked for again`() throws
    {
        let handler = FakeSystemd.handler { call in
            switch call.member {
            case "StartUnit": [.reply([.objectPath(FakeSystemd.jobPath(7))]), FakeSystemd.reloading(false)]
            case "Get" where call.arguments.last?.text == "State":
                [
                    FakeSystemd.jobRemoved(7, "a.service", "failed"),
                    .error("org.freedesktop.DBus.Error.UnknownObject", ""),
                ]
            default: [.error("a.b.Unexpected", call.member)]
            }
        }
        try FakePeer.with(handler) { peer in
            let manager = try SystemManager(addresses: [peer.address])
            #expect(try manager.start(unit) == .failed)
        }
    }

    @Test func `a connection that goes fails the wait and says that the job may have run`() throws {
        let handler = FakeSystemd.handler { call in
            call.member == "StartUnit" ? [.reply([.objectPath(FakeSystemd.jobPath(7))]), .hangUp] : []
        }
        try FakePeer.with(handler) { peer in
            let ends = EventLog<SystemdError>()
            let manager = try SystemManager(addresses: [peer.address], onDisconnect: { ends.add($0) })
            let error = #expect(throws: SystemdError.self) { try manager.start(unit) }
            #expect(error?.code == .disconnected && error?.isRetriable == true)
            #expect(ends.waitForCount(1) && manager.end != nil)
        }
    }

    @Test func `jobs of many threads do not get each other's results`() throws {
        let handler = FakeSystemd.handler { call in
            let name = call.arguments.first?.text ?? ""
            let id = UInt32(name.dropFirst().prefix { $0.isNumber }) ?? 0
            return [
                .reply([.objectPath(FakeSystemd.jobPath(id))]),
                FakeSystemd.jobRemoved(id, name, id % 2 == 0 ? "done" : "failed"),
            ]
        }
        try FakePeer.with(handler) { peer in
            let manager = try SystemManager(addresses: [peer.address])
            let pool = try WorkerPool(name: "callers", count: 4)
            let rights = EventLog<Bool>()
            for id in 0..<100 {
                try pool.enqueue {
                    let result = try? manager.restart(UnitName("u\(id).service"))
                    rights.add(result == (id % 2 == 0 ? .done : .failed))
                }
            }
            #expect(rights.waitForCount(100) && rights.all.allSatisfy { $0 })
            pool.stop()
        }
    }

    @Test func `threads that ask for the same job both get its result`() throws {
        let handler = FakeSystemd.handler { call in
            let answer = FakeAction.reply([.objectPath(FakeSystemd.jobPath(7))])
            return call.member == "StopUnit" ? [answer, FakeSystemd.jobRemoved(7, "a.service", "done")] : [answer]
        }
        try FakePeer.with(handler) { peer in
            let manager = try SystemManager(addresses: [peer.address])
            let thread = try WorkerThread(name: "caller")
            let results = EventLog<JobResult?>()
            let unit = unit
            try thread.enqueue { results.add(try? manager.start(unit)) }
            // The second call ends the job, so it must come after the first.
            while !peer.calls.contains(where: { $0.member == "StartUnit" }) { sched_yield() }
            #expect(try manager.stop(unit) == .done)
            #expect(results.waitForCount(1) && results.all == [.done])
            thread.stop()
        }
    }
}
