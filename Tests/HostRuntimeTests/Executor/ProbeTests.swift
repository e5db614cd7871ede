import Glibc
import HTTPTransport
import Model
import Synchronization
import Testing

@testable import HostRuntime

/// Probes against a simulated host, and against sockets of this machine.
@Suite struct ProbeTests {
    private static let resource = ResourceID(type: .unit, identity: "web.service")
    private static let text = "[Service]\nExecStart=/bin/server\n"

    private static func run(
        _ probe: Probe, on fixture: ExecutorFixture, transport: Transport? = nil,
        clock: (any Clock<Duration>)? = nil, worker: any BlockingWorker = InlineWorker()
    ) async throws -> String? {
        let executor = fixture.executor()
        let run = try fixture.run(Plan(cause: .change, commit: "c", changes: []))
        let runner = ProbeRunner(
            host: fixture.host, worker: worker, transport: transport,
            clock: clock ?? SimulatedClock(host: fixture.host), settleSeconds: 2)
        return await runner.run(probe, of: resource, hand: executor.hand(for: run))
    }

    @Test func `a command passes by its status`() async throws {
        try await withExecutor { fixture in
            fixture.host.setCommand("/bin/check", CommandResult(status: 3, output: "no such port"))
            let failed = try await Self.run(.exec(arguments: ["/bin/check", "-v"], timeoutSeconds: 1), on: fixture)
            #expect(
                failed == "the probe '/bin/check -v' of unit:web.service ended with status 3; it printed: no such port")
            let passed = try await Self.run(.exec(arguments: ["/bin/true"], timeoutSeconds: 1), on: fixture)
            #expect(passed == nil)
        }
    }

    @Test func `a unit passes once it stayed active`() async throws {
        try await withExecutor { fixture in
            fixture.host.install(unit: "web.service", Self.text, isRunning: true)
            let probe = Probe.unitActive(name: "web.service", timeoutSeconds: 5)
            let message = try await Self.run(probe, on: fixture)
            #expect(message == nil)
        }
    }

    @Test func `a unit that dies while it is looked at does not pass`() async throws {
        try await withExecutor { fixture in
            fixture.host.install(unit: "web.service", Self.text, isRunning: true)
            let clock = ActingClock { fixture.host.fail(unit: "web.service") }
            let probe = Probe.unitActive(name: "web.service", timeoutSeconds: 5)
            let message = try await Self.run(probe, on: fixture, clock: clock)
            #expect(message == "the unit 'web.service' is failed: it failed; its last lines: web.service: started")
        }
    }

    @Test func `a unit that is restarted over and over does not pass`() async throws {
        try await withExecutor { fixture in
            fixture.host.install(unit: "web.service", Self.text, isRunning: true)
            let clock = ActingClock {
                fixture.host.stop(unit: "web.service")
                fixture.host.start(unit: "web.service")
            }
            let probe = Probe.unitActive(name: "web.service", timeoutSeconds: 5)
            let message = try await Self.run(probe, on: fixture, clock: clock)
            #expect(message?.contains("did not stay active within 5 s") == true)
        }
    }

    @Test func `a unit that never starts does not pass`() async throws {
        try await withExecutor { fixture in
            fixture.host.install(unit: "web.service", Self.text)
            let probe = Probe.unitActive(name: "web.service", timeoutSeconds: 3)
            let message = try await Self.run(probe, on: fixture)
            #expect(message?.hasPrefix("the unit 'web.service' is inactive") == true)
        }
    }

    @Test func `a connection passes when it is accepted`() async throws {
        try await withExecutor { fixture in
            let listener = try Listener()
            let probe = Probe.tcp(host: "127.0.0.1", port: listener.port, timeoutSeconds: 5)
            let message = try await Self.run(probe, on: fixture)
            #expect(message == nil)
        }
    }

    @Test func `a connection that is refused does not pass`() async throws {
        try await withExecutor { fixture in
            let port = try Listener().port
            let probe = Probe.tcp(host: "127.0.0.1", port: port, timeoutSeconds: 5)
            let message = try await Self.run(probe, on: fixture)
            let tried = "tried 9 times within 5 s"
            #expect(message == "cannot connect to 127.0.0.1:\(port): Connection refused; \(tried)")
        }
    }

    @Test func `a connection is tried until it is accepted`() async throws {
        try await withExecutor { fixture in
            let port = try Listener().port
            let opened = Mutex<Listener?>(nil)
            let clock = SteppedClock { number in
                guard number == 3 else { return .zero }
                opened.withLock { $0 = Result { try Listener(port: port) }.value }
                return .zero
            }
            let probe = Probe.tcp(host: "127.0.0.1", port: port, timeoutSeconds: 30)
            let message = try await Self.run(probe, on: fixture, clock: clock)
            #expect(message == nil)
            #expect(clock.pauses == [.milliseconds(50), .milliseconds(100), .milliseconds(200)])
        }
    }

    @Test func `nothing is tried after the timeout`() async throws {
        try await withExecutor { fixture in
            let port = try Listener().port
            let clock = SteppedClock { _ in .zero }
            let probe = Probe.tcp(host: "127.0.0.1", port: port, timeoutSeconds: 4)
            let message = try await Self.run(probe, on: fixture, clock: clock)
            #expect(message?.hasSuffix("Connection refused; tried 8 times within 4 s") == true)
            #expect(clock.pauses == [50, 100, 200, 400, 800, 1_000, 1_000].map { .milliseconds($0) })
        }
    }

    @Test func `a pause that took too long ends the tries`() async throws {
        try await withExecutor { fixture in
            let port = try Listener().port
            let clock = SteppedClock { _ in .seconds(3_600) }
            let message = try await Self.run(
                .tcp(host: "127.0.0.1", port: port, timeoutSeconds: 30), on: fixture, clock: clock)
            #expect(message?.hasSuffix("tried once within 30 s") == true)
        }
    }

    @Test func `a command that fails is not run again`() async throws {
        try await withExecutor { fixture in
            fixture.host.setCommand("/bin/check", CommandResult(status: 1, output: ""))
            let clock = SteppedClock { _ in .zero }
            let message = try await Self.run(
                .exec(arguments: ["/bin/check"], timeoutSeconds: 30), on: fixture, clock: clock)
            #expect(message?.contains("status 1") == true)
            #expect(clock.pauses.isEmpty)
        }
    }

    @Test func `a name that does not resolve does not pass`() async throws {
        try await withExecutor { fixture in
            let probe = Probe.tcp(host: "no such host", port: 80, timeoutSeconds: 1)
            let message = try await Self.run(probe, on: fixture)
            #expect(message?.hasPrefix("cannot resolve 'no such host'") == true)
        }
    }

    @Test func `a request that cannot be sent is not tried again`() async throws {
        let transport = try Transport()
        try await withExecutor { fixture in
            let clock = SteppedClock { _ in .zero }
            let probe = Probe.http(url: "nonsense://localhost/", statuses: [], timeoutSeconds: 30)
            let message = try await Self.run(probe, on: fixture, transport: transport, clock: clock)
            #expect(message != nil)
            #expect(clock.pauses.isEmpty)
        }
        await transport.shutdown()
    }

    @Test(arguments: [200: [], 301: [], 404: [404]] as [Int: [Int]])
    func `an answer with a wanted status passes`(_ status: Int, _ wanted: [Int]) async throws {
        let message = try await Self.answer([status], wanted)
        #expect(message == nil)
    }

    @Test func `a service that answers as wanted after a while passes`() async throws {
        let message = try await Self.answer([503, 404, 200], [])
        #expect(message == nil)
    }

    @Test(arguments: [404: [], 500: [], 200: [204, 301]] as [Int: [Int]])
    func `an answer with another status does not pass`(_ status: Int, _ wanted: [Int]) async throws {
        let message = try await Self.answer([503, status], wanted)
        #expect(message?.contains("answered with status \(status), not ") == true)
        #expect(message?.hasSuffix("tried 2 times within 120 s") == true)
    }

    @Test func `a request without an HTTP client says so`() async throws {
        try await withExecutor { fixture in
            let probe = Probe.http(url: "http://localhost/", statuses: [], timeoutSeconds: 1)
            let message = try await Self.run(probe, on: fixture)
            #expect(message?.contains("no HTTP client") == true)
        }
    }

    /// What a probe says of a server that answers with these statuses, one after the other, within the probe's time.
    private static func answer(_ statuses: [Int], _ wanted: [Int]) async throws -> String? {
        let listener = try Listener()
        let server = try ThreadWorker(name: "server")
        let transport = try Transport()
        async let served: Void = server.run { for status in statuses { try listener.answerOnce(status) } }
        let clock = SteppedClock { number in number < statuses.count ? .zero : .seconds(3_600) }
        let message = try await withExecutor { fixture in
            try await run(
                .http(url: "http://127.0.0.1:\(listener.port)/", statuses: wanted, timeoutSeconds: 120), on: fixture,
                transport: transport, clock: clock)
        }
        try await served
        await transport.shutdown()
        server.stop()
        return message
    }
}

/// A clock that moves as far as somebody wants to sleep, and by what `act` adds for the sleep with a number.
private final class SteppedClock: Clock {
    private let state = Mutex<(now: ContinuousClock.Instant, pauses: [Duration])>((ContinuousClock.now, []))
    private let act: @Sendable (_ number: Int) -> Duration

    init(_ act: @escaping @Sendable (_ number: Int) -> Duration) { self.act = act }

    var now: ContinuousClock.Instant { state.withLock { $0.now } }
    var minimumResolution: Duration { .nanoseconds(1) }
    var pauses: [Duration] { state.withLock { $0.pauses } }

    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
        let number = state.withLock { state in
            state.pauses.append(state.now.duration(to: deadline))
            return state.pauses.count
        }
        let more = act(number)
        state.withLock { $0.now = deadline.advanced(by: more) }
    }
}

extension Result {
    fileprivate var value: Success? { if case .success(let value) = self { value } else { nil } }
}

/// A clock that does something whenever somebody sleeps by it.
private struct ActingClock: Clock {
    let act: @Sendable () -> Void

    init(_ act: @escaping @Sendable () -> Void) { self.act = act }

    var now: ContinuousClock.Instant { ContinuousClock.now }
    var minimumResolution: Duration { .nanoseconds(1) }

    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws { act() }
}

/// A TCP socket that listens on a port of its own, until it goes out of use.
private final class Listener: Sendable {
    struct Failure: Error {
        let call: String
        let code: Int32
    }

    let port: UInt16
    private let descriptor: Int32

    init(port: UInt16 = 0) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        self.descriptor = descriptor
        guard descriptor >= 0 else { throw Failure(call: "socket", code: errno) }
        var isReused: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &isReused, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_port = port.bigEndian
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        // Safety: the address is on the stack and as long as `size` says, during both calls.
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, size) != 0 || listen(descriptor, 8) != 0
                    || getsockname(descriptor, generic, &size) != 0
            }
        }
        self.port = UInt16(bigEndian: address.sin_port)
        if result { throw Failure(call: "bind", code: errno) }
    }

    deinit { close(descriptor) }

    /// Accepts one connection, reads the head of a request and answers it; blocks.
    func answerOnce(_ status: Int) throws {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0 else { throw Failure(call: "accept", code: errno) }
        defer { close(connection) }
        var head: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1_024)
        while !String(decoding: head, as: UTF8.self).contains("\r\n\r\n") {
            let count = read(connection, &buffer, buffer.count)
            guard count > 0 else { throw Failure(call: "read", code: errno) }
            head += buffer[..<count]
        }
        let answer = Array("HTTP/1.1 \(status) Answer\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8)
        guard write(connection, answer, answer.count) == answer.count else {
            throw Failure(call: "write", code: errno)
        }
    }
}
