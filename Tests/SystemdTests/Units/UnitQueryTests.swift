import Testing

@testable import Systemd

@Suite struct UnitQueryTests {
    @Test func `the properties of a service are read and the others are left out`() throws {
        let handler = FakeSystemd.handler { _ in [.reply([FakeSystemd.properties(id: "a.service")])] }
        try FakePeer.with(handler) { peer in
            let manager = try SystemManager(addresses: [peer.address])
            let unit = try manager.unit(UnitName("a.service"))
            #expect(unit.id == "a.service" && unit.loadState == .loaded && unit.loadError == nil)
            #expect(unit.activeState == .active && unit.subState == "running" && unit.unitFileState == .enabled)
            #expect(unit.fragmentPath == "/etc/systemd/system/a.service" && unit.dropInPaths == ["/etc/a.conf"])
            #expect(unit.needsDaemonReload && unit.invocationID == "000102030405060708090a0b0c0d0e0f")
            #expect(unit.stateChangeTimestamp == 1_700_000_000_000_000 && unit.triggeredBy == ["x.socket"])
            #expect(unit.job == 9 && unit.result == "success")
            let service = try #require(unit.service)
            #expect(service.type == "notify" && service.mainPID == 42 && service.restartCount == 3)
            #expect(service.execMainCode == 0 && service.execMainStatus == 0 && service.statusText == "fine")
            #expect(peer.calls.last?.path == "/org/freedesktop/systemd1/unit/a_2eservice")
        }
    }

    @Test func `what a unit does not have is nil`() throws {
        let handler = FakeSystemd.handler { _ in
            [
                .reply([
                    FakeSystemd.properties(
                        id: "a.service",
                        [
                            "LoadState": .string("not-found"),
                            "LoadError": .structure([.string("x"), .string("no such unit")]),
                            "FragmentPath": .string(""), "InvocationID": .bytes([]), "DropInPaths": .strings([]),
                            "Job": .structure([.uint32(0), .objectPath("/")]),
                        ])
                ])
            ]
        }
        try FakePeer.with(handler) { peer in
            let unit = try SystemManager(addresses: [peer.address]).unit(UnitName("a.service"))
            #expect(unit.loadState == .notFound && unit.loadError == "no such unit" && unit.service == nil)
            #expect(unit.fragmentPath == nil && unit.invocationID == nil && unit.job == nil && unit.dropInPaths == [])
        }
    }

    @Test func `a thousand units are answered in order, and one that fails does not fail the others`() throws {
        let handler = FakeSystemd.handler { call in
            let name = (try? UnitName(objectPath: call.path).rawValue) ?? ""
            return name == "u500.service"
                ? [.error("org.freedesktop.DBus.Error.InvalidArgs", "no")]
                : [.reply([FakeSystemd.properties(id: name)])]
        }
        try FakePeer.with(handler) { peer in
            let manager = try SystemManager(addresses: [peer.address])
            let names = try (0..<1000).map { try UnitName("u\($0).service") }
            let units = manager.units(names)
            #expect(units.count == 1000)
            for (name, unit) in zip(names, units) {
                switch unit {
                case .success(let unit): #expect(unit.id == name.rawValue)
                case .failure(let error): #expect(name.rawValue == "u500.service" && error.code == .invalidArgument)
                }
            }
        }
    }

    @Test(arguments: [
        [BusValue](), [.string("x")], [.array(of: "{sv}", [])], [.array(of: "s", [.string("x")])],
    ])
    func `an answer of another shape is an error, not a crash`(answer: [BusValue]) throws {
        try FakePeer.with(FakeSystemd.handler { _ in [.reply(answer)] }) { peer in
            let manager = try SystemManager(addresses: [peer.address])
            let name = try UnitName("a.service")
            let tries: [() throws -> Void] = [
                { _ = try manager.unit(name) }, { _ = try manager.start(name) }, { _ = try manager.enable([name]) },
            ]
            for attempt in tries {
                let error = #expect(throws: SystemdError.self) { try attempt() }
                #expect(error?.code == .invalidReply)
            }
        }
    }

    @Test func `a list of units is read line by line`() throws {
        let line = BusValue.structure([
            .string("a.service"), .string("The A"), .string("loaded"), .string("activating"), .string("start"),
            .string(""), .objectPath("/u"), .uint32(5), .string("start"), .objectPath("/j"),
        ])
        let handler = FakeSystemd.handler { _ in [.reply([.array(of: "(ssssssouso)", [line])])] }
        try FakePeer.with(handler) { peer in
            let units = try SystemManager(addresses: [peer.address]).listUnits([UnitName("a.service")])
            #expect(units.count == 1 && units.first?.id == "a.service" && units.first?.description == "The A")
            #expect(units.first?.activeState == .activating && units.first?.subState == "start")
            #expect(units.first?.loadState == .loaded && units.first?.jobType == "start")
        }
    }

    @Test func `the state of the system is a word, and anything else is an error`() throws {
        let handler = FakeSystemd.handler { call in
            [.reply([.variant(call.arguments.last?.text == "SystemState" ? .string("stopping") : .uint32(1))])]
        }
        try FakePeer.with(handler) { peer in
            let state = try SystemManager(addresses: [peer.address]).systemState()
            #expect(state == "stopping")
        }
        let nonsense = FakeSystemd.handler { _ in [.reply([.variant(.uint32(1))])] }
        try FakePeer.with(nonsense) { peer in
            let manager = try SystemManager(addresses: [peer.address])
            #expect(throws: SystemdError.self) { try manager.systemState() }
        }
    }

    @Test func `enabling a unit that nothing can install is an error, and one that is enabled already is not`() throws {
        let handler = FakeSystemd.handler { call in
            let isStatic = call.arguments.first?.texts == ["static.service"]
            return [.reply([.boolean(!isStatic), .array(of: "(sss)", [])])]
        }
        try FakePeer.with(handler) { peer in
            let manager = try SystemManager(addresses: [peer.address])
            #expect(try manager.enable([UnitName("a.service")]).isEmpty)
            let error = #expect(throws: SystemdError.self) { try manager.enable([UnitName("static.service")]) }
            #expect(error?.code == .notInstallable && error?.message.contains("'static.service'") == true)
        }
    }

    @Test func `changes of unit files carry their flags and come back`() throws {
        let change = BusValue.structure([.string("symlink"), .string("/etc/l"), .string("/lib/u")])
        let handler = FakeSystemd.handler { call in
            let changes = BusValue.array(of: "(sss)", [change])
            return [.reply(call.member == "EnableUnitFiles" ? [.boolean(true), changes] : [changes])]
        }
        try FakePeer.with(handler) { peer in
            let manager = try SystemManager(addresses: [peer.address])
            let names = try [UnitName("a.service"), UnitName("b.socket")]
            let expected = [UnitFileChange(kind: "symlink", path: "/etc/l", target: "/lib/u")]
            #expect(try manager.enable(names, runtime: true, force: true) == expected)
            #expect(try manager.disable(names) == expected)
            #expect(try manager.mask(names, force: true) == expected)
            #expect(try manager.unmask(names, runtime: true) == expected)
            let list = BusValue.strings(["a.service", "b.socket"])
            #expect(
                peer.calls.dropFirst().map(\.arguments) == [
                    [list, .boolean(true), .boolean(true)], [list, .boolean(false)],
                    [list, .boolean(false), .boolean(true)], [list, .boolean(true)],
                ])
        }
    }
}
