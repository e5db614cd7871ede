import Glibc
import LinuxIO
import Testing

@testable import Systemd

@Suite struct BusTests {
    private static func call(_ member: String, _ arguments: [BusValue] = []) -> BusCall {
        BusCall(destination: nil, path: "/a", interface: "a.b", member: member, arguments: arguments)
    }

    /// Answers with the arguments.
    private static let echo: FakePeer.Handler = { [.reply($0.arguments)] }

    @Test func `every type of value comes back as it was sent`() throws {
        let values: [BusValue] = [
            .byte(255), .boolean(true), .boolean(false), .int16(.min), .uint16(.max), .int32(.min), .uint32(.max),
            .int64(.min), .uint64(.max), .double(-1.5), .string(""), .string("é\n\u{1f600}"), .objectPath("/"),
            .objectPath("/org/x_2e"), .signature("a(ss)"), .bytes([]), .bytes([0, 255]), .strings([]),
            .strings(["a", ""]),
            .array(of: "(ss)", [.structure([.string("a"), .string("b")])]), .array(of: "(sss)", []),
            .array(
                of: "(ssssssouso)",
                [
                    .structure([
                        .string("a"), .string("b"), .string("c"), .string("d"), .string("e"), .string("f"),
                        .objectPath("/u"), .uint32(7), .string("start"), .objectPath("/j"),
                    ])
                ]),
            .variant(.string("v")), .variant(.variant(.strings(["deep"]))),
            .array(
                of: "{sv}",
                [
                    .entry(key: .string("A"), value: .variant(.uint64(1))),
                    .entry(key: .string("B"), value: .variant(.array(of: "{sv}", []))),
                ]),
            .structure([.structure([.boolean(true)]), .array(of: "ay", [.bytes([1]), .bytes([])])]),
        ]
        try FakePeer.with(Self.echo) { peer in
            let bus = try Bus(peer.address) { _ in }
            for value in values {
                #expect(try bus.call(Self.call("Echo", [value])) == [value])
            }
            #expect(try bus.call(Self.call("Echo", values)) == values)
            #expect(try bus.call(Self.call("Echo")).isEmpty)
        }
    }

    @Test(arguments: [
        BusValue.string("a\0b"), .objectPath("no slash"), .objectPath("/trailing/"), .signature("("),
        .array(of: "s", [.uint32(1)]), .array(of: "", []), .structure([]),
        .array(of: "()", []),
        .entry(key: .string("k"), value: .string("v")),
    ])
    func `a value that D-Bus cannot carry is refused and harms nothing`(value: BusValue) throws {
        try FakePeer.with(Self.echo) { peer in
            let bus = try Bus(peer.address) { _ in }
            let error = #expect(throws: SystemdError.self) { try bus.call(Self.call("Echo", [value])) }
            #expect(error?.code == .invalidArgument)
            #expect(try bus.call(Self.call("Echo", [.string("after")])) == [.string("after")])
            #expect(peer.calls.count == 1)
        }
    }

    @Test func `an error of the peer keeps its name and its text`() throws {
        let handler: FakePeer.Handler = { call in
            [.error("org.freedesktop.systemd1.\(call.member)", "the reason")]
        }
        try FakePeer.with(handler) { peer in
            let bus = try Bus(peer.address) { _ in }
            for (name, code) in [
                ("NoSuchUnit", SystemdError.Code.notFound), ("UnitMasked", .masked), ("New", .rejected),
            ] {
                let error = #expect(throws: SystemdError.self) { try bus.call(Self.call(name)) }
                #expect(error?.code == code)
                #expect(error?.busErrorName == "org.freedesktop.systemd1.\(name)")
                #expect(error?.message.contains("the reason") == true && error?.message.contains("a.b.\(name)") == true)
                #expect(error?.isRetriable == false)
            }
        }
    }

    @Test func `a batch far beyond the window keeps the order of its answers`() throws {
        let handler: FakePeer.Handler = { call in
            call.arguments.first?.integer.map { $0 % 7 == 3 } == true
                ? [.error("a.b.Odd", "odd")] : [.reply(call.arguments)]
        }
        try FakePeer.with(handler) { peer in
            let bus = try Bus(peer.address) { _ in }
            let answers = bus.call((0..<3000).map { Self.call("Echo", [.uint32($0)]) })
            #expect(answers.count == 3000)
            for (index, answer) in answers.enumerated() {
                switch answer {
                case .success(let values): #expect(values == [.uint32(UInt32(index))] && index % 7 != 3)
                case .failure(let error): #expect(error.busErrorName == "a.b.Odd" && index % 7 == 3)
                }
            }
            #expect(bus.call([]).isEmpty)
        }
    }

    @Test func `many threads share a connection and each gets its own answer`() throws {
        try FakePeer.with(Self.echo) { peer in
            let bus = try Bus(peer.address) { _ in }
            let pool = try WorkerPool(name: "callers", count: 4)
            let answered = EventLog<Bool>()
            for start: UInt32 in [0, 100, 200, 300] {
                try pool.enqueue {
                    for number in start..<(start + 100) {
                        answered.add((try? bus.call(Self.call("Echo", [.uint32(number)]))) == [.uint32(number)])
                    }
                }
            }
            #expect(answered.waitForCount(400))
            #expect(answered.all.allSatisfy { $0 })
            pool.stop()
        }
    }

    @Test func `no answer in time is a timeout, and a late one disturbs nobody`() throws {
        let handler: FakePeer.Handler = { call in call.member == "Silent" ? [] : [.reply(call.arguments)] }
        try FakePeer.with(handler) { peer in
            let bus = try Bus(peer.address) { _ in }
            let error = #expect(throws: SystemdError.self) {
                try bus.call(Self.call("Silent"), timeout: .milliseconds(50))
            }
            #expect(error?.code == .timedOut && error?.isRetriable == true)
            #expect(try bus.call(Self.call("Echo", [.byte(1)])) == [.byte(1)])
            let spent = #expect(throws: SystemdError.self) { try bus.call(Self.call("Echo"), timeout: .zero) }
            #expect(spent?.code == .timedOut)
        }
    }

    @Test func `more calls than the bound are refused, all of them`() throws {
        try FakePeer.with(Self.echo) { peer in
            let bus = try Bus(peer.address, queueLimit: 8) { _ in }
            let answers = bus.call((0..<9).map { Self.call("Echo", [.uint32($0)]) })
            for answer in answers {
                guard case .failure(let error) = answer else {
                    Issue.record("a call beyond the bound was answered")
                    continue
                }
                #expect(error.code == .overloaded)
            }
            #expect(peer.calls.isEmpty)
            #expect(try bus.call(Self.call("Echo", [.byte(1)])) == [.byte(1)])
        }
    }

    @Test func `signals arrive in order and before the answer that follows them`() throws {
        let handler: FakePeer.Handler = { _ in
            (0..<200).map { .signal(path: "/s", interface: "s.t", member: "Count", [.uint32($0)]) } + [.reply([])]
        }
        try FakePeer.with(handler) { peer in
            let log = EventLog<BusEvent>()
            let bus = try Bus(peer.address) { log.add($0) }
            _ = try bus.call(Self.call("Go"))
            let numbers = log.all.compactMap { event -> Int? in
                guard case .signal(let signal) = event else { return nil }
                #expect(signal.path == "/s" && signal.interface == "s.t" && signal.member == "Count")
                return signal.arguments.first?.integer
            }
            #expect(numbers == Array(0..<200))
        }
    }

    @Test func `a peer that hangs up fails what is under way and is told of once`() throws {
        let handler: FakePeer.Handler = { call in call.member == "HangUp" ? [.hangUp] : [] }
        try FakePeer.with(handler) { peer in
            let log = EventLog<BusEvent>()
            let bus = try Bus(peer.address) { log.add($0) }
            for answer in bus.call([Self.call("Silent"), Self.call("HangUp"), Self.call("Silent")]) {
                guard case .failure(let error) = answer else {
                    Issue.record("a call was answered by nobody")
                    continue
                }
                #expect(error.code == .disconnected)
            }
            let end = log.first { event -> SystemdError? in
                guard case .disconnected(let error) = event else { return nil }
                return error
            }
            #expect(end?.code == .disconnected && log.all.count == 1)
            #expect(bus.end?.code == .disconnected)
            let later = #expect(throws: SystemdError.self) { try bus.call(Self.call("Echo")) }
            #expect(later?.code == .disconnected)
        }
    }

    @Test func `closing fails what is under way`() throws {
        let called = EventLog<String>()
        let handler: FakePeer.Handler = { call in
            called.add(call.member)
            return []
        }
        try FakePeer.with(handler) { peer in
            let bus = try Bus(peer.address) { _ in }
            let thread = try WorkerThread(name: "closer")
            try thread.enqueue {
                _ = called.first { $0 }
                bus.close()
                bus.close()
            }
            let error = #expect(throws: SystemdError.self) { try bus.call(Self.call("Silent")) }
            #expect(error?.code == .disconnected)
            thread.stop()
        }
    }

    @Test func `nobody there is unavailable at once`() throws {
        try withTemporaryDirectory { directory in
            for address in ["unix:path=\(directory)/none", "unix:path=\(directory)", "nonsense"] {
                let error = #expect(throws: SystemdError.self) { try Bus(.bus(at: address)) { _ in } }
                #expect(error?.code == .unavailable)
                #expect(error?.message.contains(address) == true)
            }
        }
    }

    @Test func `a socket where nobody speaks is given up in time`() throws {
        try withTemporaryDirectory { directory in
            let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(listener) }
            try bindUnixSocket(listener, directory + "/mute")
            #expect(listen(listener, 1) == 0)
            let error = #expect(throws: SystemdError.self) {
                try Bus(.bus(at: "unix:path=\(directory)/mute"), timeout: .milliseconds(50)) { _ in }
            }
            #expect(error?.code == .timedOut)
        }
    }

    @Test func `a call from the handler's thread traps`() async {
        await #expect(processExitsWith: .failure) {
            try FakePeer.with({ _ in [.signal(path: "/s", interface: "s.t", member: "S", []), .reply([])] }) { peer in
                let own = Monitor<Bus?>(nil)
                let bus = try Bus(peer.address) { _ in
                    _ = try? own.update { $0 }?.call(Self.call("Echo"))
                }
                own.update { $0 = bus }
                _ = try bus.call(Self.call("Go"))
            }
        }
    }
}
