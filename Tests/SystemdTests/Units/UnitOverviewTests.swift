import Testing

@testable import Systemd

@Suite struct UnitOverviewTests {
    private static func summary(_ name: String, _ load: String, _ active: String) -> BusValue {
        .structure([
            .string(name), .string("d"), .string(load), .string(active), .string("sub"), .string(""),
            .objectPath("/u"), .uint32(0), .string(""), .objectPath("/"),
        ])
    }

    /// A manager of `up.service`, `down.service`, `gone.service` and `broken.service`, whose unit directory is given.
    private static func handler(_ directory: String) -> FakePeer.Handler {
        FakeSystemd.handler { call in
            switch call.member {
            case "ListUnitsByNames":
                let names: [String] = call.arguments.first?.texts ?? []
                let units = names.map { name -> BusValue in
                    let id = name == "alias.service" ? "up.service" : name
                    let load = name == "gone.service" ? "not-found" : "loaded"
                    return summary(id, load, name == "up.service" ? "active" : "inactive")
                }
                return [.reply([.array(of: "(ssssssouso)", units)])]
            case "GetUnitFileState":
                return call.arguments.first?.text == "broken.service"
                    ? [.error("org.freedesktop.DBus.Error.InvalidArgs", "broken")]
                    : [.error("org.freedesktop.DBus.Error.FileNotFound", "no file")]
            case "Get":
                switch call.arguments.last?.text {
                case "UnitPath": return [.reply([.variant(.strings([directory]))])]
                case "MainPID": return [.reply([.variant(.uint32(42))])]
                default: return [.reply([.variant(.boolean(call.path.hasSuffix("up_2eservice")))])]
                }
            default: return [.error("a.b.Unexpected", call.member)]
            }
        }
    }

    @Test func `the states of many units come from the list, the files, and few questions`() throws {
        try withTemporaryDirectory { root in
            let directory = root + "/etc/systemd/system"
            try #require(try run("mkdir -p '\(directory)'").status == 0)
            try write(Array("[Install]\nWantedBy=x.target\n".utf8), to: directory + "/up.service")
            try write(Array("[Service]\n".utf8), to: directory + "/down.service")
            try FakePeer.with(Self.handler(directory)) { peer in
                let manager = try SystemManager(addresses: [peer.address])
                let names = try ["down", "up", "gone", "broken"].map { try UnitName($0 + ".service") }
                let units = try manager.overview(names)
                #expect(units.count == 4)
                let (down, up, gone) = (try units[0].get(), try units[1].get(), try units[2].get())
                #expect(down.activeState == .inactive && down.unitFileState == .static && down.mainPID == nil)
                #expect(up.activeState == .active && up.unitFileState == .disabled && up.mainPID == 42)
                #expect(up.needsDaemonReload && !down.needsDaemonReload && !up.hasJob && up.subState == "sub")
                #expect(gone.loadState == .notFound && gone.unitFileState.rawValue.isEmpty)
                let error = #expect(throws: SystemdError.self) { try units[3].get() }
                #expect(error?.code == .invalidArgument)
                let asked = peer.calls.filter { $0.member == "GetUnitFileState" }.compactMap {
                    $0.arguments.first?.text
                }
                #expect(asked == ["gone.service", "broken.service"])
                #expect(peer.calls.filter { $0.arguments.last?.text == "MainPID" }.count == 1)
                #expect(try manager.overview([]).isEmpty)
                let alias = try manager.overview([UnitName("alias.service")])[0].get()
                #expect(alias.unitFileState == .disabled)
            }
        }
    }

    @Test func `a list of another length is an error`() throws {
        try FakePeer.with(FakeSystemd.handler { _ in [.reply([.array(of: "(ssssssouso)", [])])] }) { peer in
            let manager = try SystemManager(addresses: [peer.address])
            let error = #expect(throws: SystemdError.self) { try manager.overview([UnitName("a.service")]) }
            #expect(error?.code == .invalidReply)
        }
    }
}
