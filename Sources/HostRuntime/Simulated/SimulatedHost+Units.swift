public import Model
internal import Synchronization

extension SimulatedHost {
    /// The states of units.
    public func units(_ names: [String]) throws(HostError) -> [UnitObservation] {
        guard hasUnits else { throw HostError(.unavailable, "cannot look at units: there is no systemd here") }
        return try call { (state) throws(HostError) in
            var observations: [UnitObservation] = []
            for name in names { observations.append(state.observation(of: name)) }
            return observations
        }
    }

    /// The last lines that a unit logged.
    public func lastLines(ofUnit name: String, count: Int) -> [String] {
        state.withLock { Array($0.units[name]?.lines.suffix(count) ?? []) }
    }

    /// Does something to a unit.
    public func perform(
        _ action: UnitAction, on unit: String, timeoutSeconds: Int, permit: borrowing MutationPermit
    ) throws(HostError) {
        guard hasUnits else {
            throw HostError(.unavailable, "cannot \(action.rawValue) '\(unit)': there is no systemd here")
        }
        try call { (state) throws(HostError) in
            try state.check("\(unitDirectory)/\(unit)")
            try state.point()
            switch action {
            case .start: try state.startJob(unit, timeoutSeconds)
            case .stop: state.stop(unit)
            case .restart:
                state.stop(unit)
                try state.point()
                try state.startJob(unit, timeoutSeconds)
            case .reload: try state.reloadJob(unit, timeoutSeconds)
            case .enable: try state.enable(unit)
            case .disable: try state.disable(unit)
            case .mask: try state.mask(unit)
            case .unmask: try state.unmask(unit)
            }
            try state.point()
        }
    }

    /// Makes the simulated systemd read unit files again.
    public func reloadUnitFiles(permit: borrowing MutationPermit) throws(HostError) {
        try call { (state) throws(HostError) in
            try state.point()
            state.reloadUnits()
            try state.point()
        }
    }

    /// Answers a command as `setCommand` says.
    public func run(
        _ arguments: [String], name: String, timeoutSeconds: Int, permit: borrowing MutationPermit
    ) throws(HostError) -> CommandResult {
        try call { (state) throws(HostError) in
            try state.point()
            let command = arguments.first ?? ""
            return state.commands[command]
                ?? CommandResult(status: 127, output: "\(command): command not found")
        }
    }
}

/// What others than the daemon do to units.
extension SimulatedHost {
    /// Puts a unit file where packages do, and starts the unit if asked to.
    package func install(unit name: String, _ text: String, isRunning: Bool = false) {
        write("/usr/lib/systemd/system/\(name)", text)
        state.withLock { state in
            state.units[name] = nil
            if isRunning { _ = state.start(name) }
        }
        settle()
    }

    /// Starts a unit.
    package func start(unit name: String) { state.withLock { _ = $0.start(name) } }
    /// Queues a job that starts a unit, as at a boot; `start(unit:)` is its end.
    package func queueStart(unit name: String) {
        state.withLock { state in
            _ = state.load(name)
            state.units[name]?.isQueued = true
        }
    }
    /// Begins to shut the machine down.
    package func beginShutdown() { state.withLock { $0.isShuttingDown = true } }
    /// Stops a unit.
    package func stop(unit name: String) { state.withLock { $0.stop(name) } }
    /// Makes a unit fail.
    package func fail(unit name: String) {
        state.withLock { state in
            state.stop(name)
            state.units[name]?.activeState = "failed"
        }
    }
    /// Masks a unit.
    package func mask(unit name: String) { place(symlink: "\(unitDirectory)/\(name)", to: "/dev/null") }
    /// Removes the links that start a unit at boot.
    package func disable(unit name: String) {
        for link in state.withLock({ $0.enablementLinks(of: name) }) { removeAll(link) }
    }
    /// How often unit files were read again.
    package var reloadCount: Int { state.withLock { $0.reloadCount } }
}

extension SimulatedState {
    fileprivate mutating func startJob(_ name: String, _ timeoutSeconds: Int) throws(HostError) {
        guard !isMasked(name) else {
            throw HostError(.unitFailed, "cannot start '\(name)': it is masked; unmask it")
        }
        guard load(name).loaded != nil else {
            throw HostError(.notFound, "cannot start '\(name)': systemd knows no such unit")
        }
        switch start(name) {
        case "failed":
            throw HostError(.unitFailed, "cannot start '\(name)': its job failed; \(units[name]?.lines.last ?? "")")
        case "activating":
            wallTime += Int64(timeoutSeconds) * 1_000_000_000
            bootTime += Int64(timeoutSeconds) * 1_000_000_000
            throw HostError(.timeout, "cannot start '\(name)': it did not start within \(timeoutSeconds) s")
        default: break
        }
    }

    fileprivate mutating func reloadJob(_ name: String, _ timeoutSeconds: Int) throws(HostError) {
        let unit = load(name)
        guard unit.activeState == "active", let text = unit.loaded else {
            throw HostError(.unitFailed, "cannot reload '\(name)': it does not run")
        }
        if SimulatedUnitFile(text).canReload { return }
        stop(name)
        try startJob(name, timeoutSeconds)
    }

    fileprivate mutating func enable(_ name: String) throws(HostError) {
        guard let text = unitText(name) else {
            throw HostError(.notFound, "cannot enable '\(name)': systemd knows no such unit")
        }
        let targets = SimulatedUnitFile(text).wantedBy
        guard !targets.isEmpty else {
            throw HostError(.unavailable, "cannot enable '\(name)': it has no [Install] section")
        }
        for target in targets {
            let directory = "\(unitDirectory)/\(target).wants"
            if try disk.find(directory) == nil { put(directory, .directory([:]), 0o755) }
            try point()
            put("\(directory)/\(name)", .symlink("/usr/lib/systemd/system/\(name)"), 0o777)
        }
    }

    fileprivate mutating func disable(_ name: String) throws(HostError) {
        for link in enablementLinks(of: name) {
            let place = try disk.place(of: link)
            disk.change(place.parent, [(place.name, nil)])
            try point()
        }
    }

    fileprivate mutating func mask(_ name: String) throws(HostError) {
        let path = "\(unitDirectory)/\(name)"
        if isMasked(name) { return }
        guard try disk.find(path) == nil else {
            throw HostError(.exists, "cannot mask '\(name)': its own unit file '\(path)' is in the way")
        }
        put(path, .symlink("/dev/null"), 0o777)
    }

    fileprivate mutating func unmask(_ name: String) throws(HostError) {
        guard isMasked(name) else { return }
        let place = try disk.place(of: "\(unitDirectory)/\(name)")
        disk.change(place.parent, [(place.name, nil)])
    }
}
