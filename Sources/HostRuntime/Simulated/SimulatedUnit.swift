internal import Model

/// A unit as the simulated systemd holds it.
struct SimulatedUnit: Sendable {
    /// The unit file and its drop-ins as they were when they were last read; nil when there was no unit file.
    var loaded: String?
    var activeState = "inactive"
    var mainPID: Int32 = 0
    var lines: [String] = []
    /// Whether a job that starts it is queued.
    var isQueued = false
}

/// What the text of a unit file says, as far as the simulation goes by it: `ExecStart=/bin/false` fails,
/// `ExecStart=/bin/hang` never ends its start, and a oneshot without `RemainAfterExit=yes` is over at once.
struct SimulatedUnitFile {
    private let lines: [Substring]

    init(_ text: String) { lines = text.split(separator: "\n") }

    var isInstallable: Bool { lines.contains("[Install]") }
    var canReload: Bool { last("ExecReload") != nil }
    var failsToStart: Bool { last("ExecStart") == "/bin/false" }
    var hangsAtStart: Bool { last("ExecStart") == "/bin/hang" }
    var endsAtOnce: Bool { last("Type") == "oneshot" && last("RemainAfterExit") != "yes" }
    var wantedBy: [String] { last("WantedBy")?.split(separator: " ").map(String.init) ?? [] }

    private func last(_ key: String) -> String? {
        lines.last { $0.hasPrefix(key + "=") }.map { String($0.dropFirst(key.count + 1)) }
    }
}

extension SimulatedState {
    static let unitDirectories = [unitDirectory, "/run/systemd/system", "/usr/lib/systemd/system"]

    /// The text of a unit's file and drop-ins on the disk; nil when there is no unit file.
    func unitText(_ name: String) -> String? {
        let names = [name] + (ImpliedEdges.template(of: name).map { [$0] } ?? [])
        var text: String?
        search: for name in names {
            for directory in Self.unitDirectories {
                guard let number = try? disk.find("\(directory)/\(name)") else { continue }
                if case .regular(let bytes) = disk[number].content { text = String(decoding: bytes, as: UTF8.self) }
                if text != nil { break search }
            }
        }
        guard var whole = text else { return nil }
        for directory in Self.unitDirectories {
            guard let number = try? disk.find("\(directory)/\(name).d") else { continue }
            for (dropIn, child) in disk[number].entries.sorted(by: { $0.key < $1.key }) where dropIn.hasSuffix(".conf")
            {
                whole += "\n" + String(decoding: disk[child].bytes, as: UTF8.self)
            }
        }
        return whole
    }

    func isMasked(_ name: String) -> Bool {
        guard let number = try? disk.find("\(unitDirectory)/\(name)") else { return false }
        return disk[number].content == .symlink("/dev/null")
    }

    /// The links that start a unit at boot.
    func enablementLinks(of name: String) -> [String] {
        guard let directory = try? disk.find(unitDirectory) else { return [] }
        return disk[directory].entries.sorted { $0.key < $1.key }.compactMap { (entry, child) in
            guard entry.hasSuffix(".wants"), disk[child].entries[name] != nil else { return nil }
            return "\(unitDirectory)/\(entry)/\(name)"
        }
    }

    func unitFileState(of name: String) -> String {
        if isMasked(name) { return "masked" }
        guard let text = unitText(name) else { return "" }
        guard SimulatedUnitFile(text).isInstallable else { return "static" }
        return enablementLinks(of: name).isEmpty ? "disabled" : "enabled"
    }

    /// Reads a unit's files unless that was done before; like systemd, a unit that was not found is looked for again.
    mutating func load(_ name: String) -> SimulatedUnit {
        var unit = units[name] ?? SimulatedUnit()
        if unit.loaded == nil { unit.loaded = unitText(name) }
        units[name] = unit
        return unit
    }

    mutating func observation(of name: String) -> UnitObservation {
        let unit = load(name)
        let loadState = isMasked(name) ? "masked" : unit.loaded == nil ? "not-found" : "loaded"
        let isRunning = ["active", "reloading", "refreshing"].contains(unit.activeState)
        let transition: UnitTransition? = isShuttingDown ? .shuttingDown : unit.isQueued ? .starting : nil
        return UnitObservation(
            loadState: loadState, activeState: unit.activeState, unitFileState: unitFileState(of: name),
            mainPID: unit.mainPID, needsReload: unit.loaded != unitText(name) && loadState == "loaded",
            transition: isRunning ? nil : transition)
    }

    /// Reads all unit files again.
    mutating func reloadUnits() {
        reloadCount += 1
        for name in units.keys.sorted() {
            let text = unitText(name)
            units[name]?.loaded = text
        }
    }

    /// Starts the machine's units: nothing runs but what is enabled.
    mutating func bootUnits() {
        units = [:]
        var names: Set<String> = []
        if let directory = try? disk.find(unitDirectory) {
            for (entry, child) in disk[directory].entries where entry.hasSuffix(".wants") {
                names.formUnion(disk[child].entries.keys)
            }
        }
        for name in names.sorted() where !isMasked(name) { _ = start(name) }
    }

    /// Starts a unit and returns its new state.
    mutating func start(_ name: String) -> String {
        var unit = load(name)
        units[name]?.isQueued = false
        unit.isQueued = false
        guard let text = unit.loaded else { return "inactive" }
        if unit.activeState == "active" { return "active" }
        let file = SimulatedUnitFile(text)
        if file.failsToStart {
            unit.activeState = "failed"
            unit.lines = ["\(name): Main process exited, code=exited, status=1/FAILURE"]
        } else if file.hangsAtStart {
            unit.activeState = "activating"
            unit.lines = ["\(name): start operation timed out"]
        } else {
            unit.activeState = file.endsAtOnce ? "inactive" : "active"
            nextPID += 1
            unit.mainPID = file.endsAtOnce ? 0 : nextPID
            unit.lines = ["\(name): started"]
        }
        units[name] = unit
        return unit.activeState
    }

    mutating func stop(_ name: String) {
        var unit = load(name)
        if unit.activeState != "failed" { unit.activeState = "inactive" }
        unit.mainPID = 0
        unit.isQueued = false
        units[name] = unit
    }
}
