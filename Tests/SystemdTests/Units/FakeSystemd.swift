@testable import Systemd

/// The answers of a service manager that tests make up.
enum FakeSystemd {
    static let manager = "org.freedesktop.systemd1.Manager"

    /// A handler that knows Subscribe and leaves the rest to the test.
    static func handler(_ rest: @escaping FakePeer.Handler) -> FakePeer.Handler {
        { call in call.member == "Subscribe" ? [.reply([])] : rest(call) }
    }

    static func jobPath(_ id: UInt32) -> String { "/org/freedesktop/systemd1/job/\(id)" }

    static func jobRemoved(_ id: UInt32, _ unit: String, _ result: String) -> FakeAction {
        .signal(
            path: "/org/freedesktop/systemd1", interface: manager, member: "JobRemoved",
            [.uint32(id), .objectPath(jobPath(id)), .string(unit), .string(result)])
    }

    static func reloading(_ isActive: Bool) -> FakeAction {
        .signal(path: "/org/freedesktop/systemd1", interface: manager, member: "Reloading", [.boolean(isActive)])
    }

    /// What GetAll says of a loaded, running service.
    static func properties(id: String, _ changes: [String: BusValue] = [:]) -> BusValue {
        var properties: [String: BusValue] = [
            "Id": .string(id), "LoadState": .string("loaded"),
            "LoadError": .structure([.string(""), .string("")]), "ActiveState": .string("active"),
            "SubState": .string("running"), "UnitFileState": .string("enabled"),
            "FragmentPath": .string("/etc/systemd/system/\(id)"), "DropInPaths": .strings(["/etc/a.conf"]),
            "NeedDaemonReload": .boolean(true), "InvocationID": .bytes(Array(0..<16)),
            "StateChangeTimestamp": .uint64(1_700_000_000_000_000), "TriggeredBy": .strings(["x.socket"]),
            "Job": .structure([.uint32(9), .objectPath(jobPath(9))]), "Result": .string("success"),
            "Type": .string("notify"), "MainPID": .uint32(42), "ExecMainCode": .int32(0), "ExecMainStatus": .int32(0),
            "NRestarts": .uint32(3), "StatusText": .string("fine"),
            "Environment": .strings(["NOT=WANTED"]), "Conditions": .array(of: "(sbbsi)", []),
        ]
        properties.merge(changes) { $1 }
        return .array(
            of: "{sv}",
            properties.sorted { $0.key < $1.key }.map { .entry(key: .string($0.key), value: .variant($0.value)) })
    }
}
