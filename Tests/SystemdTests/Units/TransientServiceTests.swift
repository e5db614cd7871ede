import Testing

@testable import Systemd

@Suite struct TransientServiceTests {
    private func properties(of service: TransientService) throws -> [String: BusValue] {
        var properties: [String: BusValue] = [:]
        for property in try service.properties() {
            guard case .structure(let pair) = property, pair.count == 2, let name = pair[0].text,
                case .variant(let value) = pair[1]
            else {
                Issue.record("not a property: \(property)")
                continue
            }
            let earlier = properties.updateValue(value, forKey: name)
            #expect(earlier == nil, "\(name) twice")
        }
        return properties
    }

    @Test func `a command is passed on unexpanded, as a one-shot that stays`() throws {
        let service = TransientService(arguments: ["/bin/sh", "-c", "echo $HOME %n"], description: "d")
        let properties = try properties(of: service)
        #expect(
            properties == [
                "Description": .string("d"), "Type": .string("oneshot"), "RemainAfterExit": .boolean(true),
                "StandardOutput": .string("journal"), "StandardError": .string("journal"),
                "TimeoutStartUSec": .uint64(.max),
                "ExecStartEx": .array(
                    of: "(sasas)",
                    [
                        .structure([
                            .string("/bin/sh"), .strings(["/bin/sh", "-c", "echo $HOME %n"]),
                            .strings(["no-env-expand"]),
                        ])
                    ]),
            ])
    }

    @Test func `what is asked for is there`() throws {
        var service = TransientService(arguments: ["/bin/true"], description: "d")
        service.environment = [(name: "A", value: "b c"), (name: "D", value: "=")]
        service.workingDirectory = "/srv"
        service.runTimeMaximum = .milliseconds(1500)
        service.remainsAfterExit = false
        service.isCollectedAfterFailure = true
        service.user = "nobody"
        service.syslogIdentifier = "x"
        service.logFields = [(name: "AETHEREDGE_RUN", value: "r\n1")]
        let properties = try properties(of: service)
        #expect(properties["Environment"] == .strings(["A=b c", "D=="]))
        #expect(properties["WorkingDirectory"] == .string("/srv"))
        #expect(properties["TimeoutStartUSec"] == .uint64(1_500_000))
        #expect(properties["RemainAfterExit"] == .boolean(false))
        #expect(properties["CollectMode"] == .string("inactive-or-failed"))
        #expect(properties["User"] == .string("nobody") && properties["SyslogIdentifier"] == .string("x"))
        #expect(properties["LogExtraFields"] == .array(of: "ay", [.bytes(Array("AETHEREDGE_RUN=r\n1".utf8))]))
    }

    @Test func `no command, a relative one and a bad field are refused before anything is sent`() throws {
        var bad = TransientService(arguments: ["/bin/true"], description: "")
        bad.logFields = [(name: "_PID", value: "1")]
        let services = [
            TransientService(arguments: [], description: ""), TransientService(arguments: ["true"], description: ""),
            bad,
        ]
        try FakePeer.with(FakeSystemd.handler { _ in [] }) { peer in
            let manager = try SystemManager(addresses: [peer.address])
            for service in services {
                let error = #expect(throws: SystemdError.self) {
                    try manager.startTransient(UnitName("r.service"), service, timeout: .seconds(1))
                }
                #expect(error?.code == .invalidArgument)
            }
            for name in ["r.socket", "r@.service"] {
                #expect(throws: SystemdError.self) {
                    let service = TransientService(arguments: ["/bin/true"], description: "")
                    _ = try manager.startTransient(UnitName(name), service, timeout: .seconds(1))
                }
            }
            #expect(peer.calls.map(\.member) == ["Subscribe"])
        }
    }
}
