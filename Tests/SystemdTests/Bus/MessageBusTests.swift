import Glibc
import Testing

@testable import Systemd

/// Against a dbus-daemon of its own.
@Suite struct MessageBusTests {
    private static func call(_ member: String, _ arguments: [BusValue] = []) -> BusCall {
        BusCall(
            destination: "org.freedesktop.DBus", path: "/org/freedesktop/DBus", interface: "org.freedesktop.DBus",
            member: member, arguments: arguments)
    }

    @Test func `a bus answers calls with lists, properties and errors`() throws {
        try withMessageBus { address, _ in
            let bus = try Bus(address) { _ in }
            let names = try bus.call(Self.call("ListNames")).first?.texts
            #expect(names?.contains("org.freedesktop.DBus") == true)
            var all = Self.call("GetAll", [.string("org.freedesktop.DBus")])
            all.interface = "org.freedesktop.DBus.Properties"
            let properties = try bus.call(all).first?.properties
            #expect(properties?["Interfaces"]?.texts != nil && properties?["Features"]?.texts != nil)
            let error = #expect(throws: SystemdError.self) {
                try bus.call(Self.call("GetNameOwner", [.string("no.such.name")]))
            }
            #expect(error?.code == .unavailable)
            #expect(error?.busErrorName == "org.freedesktop.DBus.Error.NameHasNoOwner")
        }
    }

    @Test func `who is not on the bus is told of at once`() throws {
        try withMessageBus { address, _ in
            let bus = try Bus(address) { _ in }
            var call = Self.call("Ping")
            call.destination = "no.such.name"
            let error = #expect(throws: SystemdError.self) { try bus.call(call) }
            #expect(error?.code == .unavailable && error?.isRetriable == true)
        }
    }

    @Test func `signals arrive that a match asks for`() throws {
        try withMessageBus { address, _ in
            let log = EventLog<BusEvent>()
            let bus = try Bus(address) { log.add($0) }
            try bus.addMatch("type='signal',interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='a.test'")
            let other = try Bus(address) { _ in }
            _ = try other.call(Self.call("RequestName", [.string("a.other"), .uint32(0)]))
            _ = try other.call(Self.call("RequestName", [.string("a.test"), .uint32(0)]))
            let owner = log.first { event -> [String]? in
                guard case .signal(let signal) = event, signal.member == "NameOwnerChanged" else { return nil }
                return signal.arguments.compactMap(\.text)
            }
            #expect(owner?.first == "a.test" && owner?.count == 3)
            let error = #expect(throws: SystemdError.self) { try bus.addMatch("nonsense") }
            #expect(error?.code == .rejected)
        }
    }

    @Test func `a bus that is killed ends its connections`() throws {
        try withMessageBus { address, process in
            let log = EventLog<BusEvent>()
            let bus = try Bus(address) { log.add($0) }
            kill(process, SIGKILL)
            let end = log.first { event -> SystemdError? in
                guard case .disconnected(let error) = event else { return nil }
                return error
            }
            #expect(end?.code == .disconnected)
            let later = #expect(throws: SystemdError.self) { try bus.call(Self.call("ListNames")) }
            #expect(later?.code == .disconnected)
        }
    }

    @Test func `a bus without a service manager is passed over for the next address`() throws {
        try withMessageBus { address, _ in
            try FakePeer.with({ _ in [.reply([])] }) { peer in
                let ends = EventLog<SystemdError>()
                let manager = try SystemManager(addresses: [address, peer.address], onDisconnect: { ends.add($0) })
                #expect(manager.address == peer.address)
                #expect(peer.calls.map(\.member) == ["Subscribe"])
                #expect(ends.all.isEmpty)
            }
            let error = #expect(throws: SystemdError.self) { try SystemManager(addresses: [address]) }
            #expect(error?.code == .unavailable)
        }
    }
}

/// Runs with a message bus of its own.
private func withMessageBus(_ body: (BusAddress, pid_t) throws -> Void) throws {
    try withTemporaryDirectory { directory in
        let socket = "unix:path=\(directory)/bus"
        // --fork returns once the socket is there.
        let (output, status) = try run("dbus-daemon --session --nopidfile --fork --print-pid --address='\(socket)'")
        let text = String(decoding: output, as: UTF8.self).filter(\.isNumber)
        guard status == 0, let process = pid_t(text) else {
            throw SystemCallFailed(call: "dbus-daemon", number: status)
        }
        defer { kill(process, SIGKILL) }
        try body(.bus(at: socket), process)
    }
}
