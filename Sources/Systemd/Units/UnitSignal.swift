/// What the service manager announces.
///
/// Signals are hints: one that was lost costs time, never truth, if the receiver looks again.
public enum UnitSignal: Sendable {
    /// Properties of a unit changed; the values are those that the manager sent along.
    case changed(UnitName, [String: BusValue])
    /// A unit was loaded.
    case added(UnitName)
    /// A unit was unloaded.
    case removed(UnitName)
    /// A job ended.
    case jobRemoved(id: UInt32, unit: UnitName, result: JobResult)
    /// Unit files were enabled, disabled, masked or unmasked through the manager.
    case unitFilesChanged
    /// The manager begins (true) or has ended (false) a reload of all units.
    case reloading(Bool)
    /// The manager left the bus or came back, as when it executes itself anew; what it did meanwhile was not announced.
    case serviceManagerChanged
}

extension UnitSignal {
    /// What a bus signal says of units; nil if nothing.
    init?(_ signal: BusSignal) {
        let arguments = signal.arguments
        switch (signal.interface, signal.member) {
        case ("org.freedesktop.DBus.Properties", "PropertiesChanged"):
            guard let unit = try? UnitName(objectPath: signal.path), arguments.count >= 2,
                let properties = arguments[1].properties
            else { return nil }
            self = .changed(unit, properties)
        case ("org.freedesktop.DBus", "NameOwnerChanged"):
            guard arguments.first?.text == SystemManager.busName else { return nil }
            self = .serviceManagerChanged
        case (SystemManager.interface, let member):
            self.init(managerSignal: member, arguments)
        default:
            return nil
        }
    }

    private init?(managerSignal member: String, _ arguments: [BusValue]) {
        switch member {
        case "UnitNew":
            guard let unit = Self.unit(arguments.first) else { return nil }
            self = .added(unit)
        case "UnitRemoved":
            guard let unit = Self.unit(arguments.first) else { return nil }
            self = .removed(unit)
        case "JobRemoved":
            guard arguments.count == 4, let id = arguments[0].integer, let unit = Self.unit(arguments[2]),
                let result = arguments[3].text
            else { return nil }
            self = .jobRemoved(id: UInt32(clamping: id), unit: unit, result: JobResult(rawValue: result))
        case "UnitFilesChanged":
            self = .unitFilesChanged
        case "Reloading":
            guard let isActive = arguments.first?.truth else { return nil }
            self = .reloading(isActive)
        default:
            return nil
        }
    }

    private static func unit(_ value: BusValue?) -> UnitName? {
        guard let text = value?.text else { return nil }
        return try? UnitName(text)
    }
}
