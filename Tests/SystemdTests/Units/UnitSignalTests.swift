import Testing

@testable import Systemd

@Suite struct UnitSignalTests {
    private static let path = "/org/freedesktop/systemd1"

    private static func signal(
        _ member: String, _ arguments: [BusValue], path: String = path, interface: String = FakeSystemd.manager
    ) -> BusSignal {
        BusSignal(sender: nil, path: path, interface: interface, member: member, arguments: arguments)
    }

    @Test func `a change of properties names its unit and carries the values`() throws {
        let values = BusValue.array(
            of: "{sv}", [.entry(key: .string("ActiveState"), value: .variant(.string("failed")))])
        let signal = UnitSignal(
            Self.signal(
                "PropertiesChanged", [.string("org.freedesktop.systemd1.Unit"), values, .strings([])],
                path: Self.path + "/unit/a_40b_2eservice", interface: "org.freedesktop.DBus.Properties"))
        guard case .changed(let unit, let properties) = signal else {
            Issue.record("not a change: \(String(describing: signal))")
            return
        }
        #expect(try unit == UnitName("a@b.service"))
        #expect(properties == ["ActiveState": .string("failed")])
    }

    @Test func `the manager's own signals are told apart`() throws {
        let unit = try UnitName("a.service")
        let object = BusValue.objectPath(unit.objectPath)
        let jobRemoved = UnitSignal(
            Self.signal("JobRemoved", [.uint32(7), .objectPath("/j"), .string("a.service"), .string("done")]))
        let others: [UnitSignal?] = [
            UnitSignal(Self.signal("UnitNew", [.string("a.service"), object])),
            UnitSignal(Self.signal("UnitRemoved", [.string("a.service"), object])),
            UnitSignal(Self.signal("UnitFilesChanged", [])),
            UnitSignal(Self.signal("Reloading", [.boolean(true)])),
            UnitSignal(
                Self.signal(
                    "NameOwnerChanged", [.string("org.freedesktop.systemd1"), .string(":1.0"), .string("")],
                    path: "/org/freedesktop/DBus", interface: "org.freedesktop.DBus")),
        ]
        guard case .jobRemoved(7, unit, .done) = jobRemoved, case .added(unit) = others[0],
            case .removed(unit) = others[1], case .unitFilesChanged = others[2], case .reloading(true) = others[3],
            case .serviceManagerChanged = others[4]
        else {
            Issue.record("\(String(describing: jobRemoved)) \(others)")
            return
        }
    }

    @Test func `what is not of units or has another shape is passed over`() {
        let signals = [
            Self.signal("JobNew", [.uint32(7)]),
            Self.signal("UnitNew", []),
            Self.signal("UnitNew", [.string("not a unit")]),
            Self.signal("JobRemoved", [.uint32(7), .objectPath("/j"), .string("a.service")]),
            Self.signal("Reloading", [.string("yes")]),
            Self.signal("UnitNew", [.string("a.service")], interface: "org.example.Manager"),
            Self.signal(
                "PropertiesChanged", [.string("i"), .array(of: "{sv}", []), .strings([])],
                interface: "org.freedesktop.DBus.Properties"),
            Self.signal(
                "PropertiesChanged", [.string("i")], path: Self.path + "/unit/a_2eservice",
                interface: "org.freedesktop.DBus.Properties"),
            Self.signal(
                "NameOwnerChanged", [.string("org.freedesktop.login1"), .string(""), .string("")],
                interface: "org.freedesktop.DBus"),
        ]
        for signal in signals {
            #expect(UnitSignal(signal) == nil, "of \(signal.member)")
        }
    }

    @Test func `signals reach the handler of a connection`() throws {
        let handler = FakeSystemd.handler { _ in
            [
                FakeSystemd.reloading(true), FakeSystemd.jobRemoved(1, "a.service", "done"),
                FakeSystemd.reloading(false), .reply([]),
            ]
        }
        try FakePeer.with(handler) { peer in
            let log = EventLog<String>()
            let manager = try SystemManager(addresses: [peer.address], onSignal: { log.add("\($0)") })
            try manager.reload()
            try manager.subscribe()
            #expect(log.all.count == 3 && log.all.first == "reloading(true)" && log.all.last == "reloading(false)")
        }
    }
}
