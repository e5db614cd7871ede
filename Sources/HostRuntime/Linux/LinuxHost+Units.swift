public import Model
internal import Systemd

extension LinuxHost {
    /// The states of units.
    public func units(_ names: [String]) throws(HostError) -> [UnitObservation] {
        if names.isEmpty { return [] }
        let systemd = try connection("look at units")
        do throws(SystemdError) {
            let manager = try systemd.manager()
            var valid: [UnitName] = []
            for name in names { valid.append(try UnitName(name)) }
            let asked = valid.filter { !$0.isTemplate }
            var answers = manager.units(asked).makeIterator()
            var observations: [UnitObservation] = []
            var queued: [Int] = []
            for name in valid {
                if name.isTemplate {
                    observations.append(try Self.template(name, manager))
                } else if let answer = answers.next() {
                    let unit = try answer.get()
                    let observation = UnitObservation(unit)
                    if unit.job != nil, !observation.isRunning { queued.append(observations.count) }
                    observations.append(observation)
                }
            }
            return try Self.withTransitions(observations, of: valid, queued: queued, manager)
        } catch {
            throw Self.hostError(error, "look at units")
        }
    }

    /// The last lines that a unit logged since it was last started.
    public func lastLines(ofUnit name: String, count: Int) -> [String] {
        guard let unit = try? UnitName(name) else { return [] }
        let invocation = try? systemd?.manager().unit(unit).invocationID
        return (try? JournalReader.lastLines(ofUnit: unit, count: count, invocationID: invocation ?? nil)) ?? []
    }

    /// Does something to a unit and waits for its job.
    public func perform(
        _ action: UnitAction, on unit: String, timeoutSeconds: Int, permit: borrowing MutationPermit
    ) throws(HostError) {
        let tried = "\(action.rawValue) '\(unit)'"
        let systemd = try connection(tried)
        let timeout = Duration.seconds(timeoutSeconds)
        let result: JobResult?
        do throws(SystemdError) {
            let manager = try systemd.manager()
            let name = try UnitName(unit)
            switch action {
            case .start: result = try manager.start(name, timeout: timeout)
            case .stop: result = try manager.stop(name, timeout: timeout)
            case .restart: result = try manager.restart(name, timeout: timeout)
            case .reload: result = try manager.reloadOrRestart(name, timeout: timeout)
            case .enable, .disable, .mask, .unmask:
                try Self.changeLinks(action, name, manager)
                result = nil
            }
        } catch {
            throw Self.hostError(error, tried)
        }
        if let result, result != .done { throw jobFailure(result, unit, tried) }
    }

    /// Makes systemd read its unit files again.
    public func reloadUnitFiles(permit: borrowing MutationPermit) throws(HostError) {
        let systemd = try connection("reload unit files")
        do throws(SystemdError) {
            try systemd.manager().reload()
        } catch {
            throw Self.hostError(error, "reload unit files")
        }
    }

    /// Says of units that do not run what systemd is about to do to them; `queued` are those that have a job.
    private static func withTransitions(
        _ observations: [UnitObservation], of names: [UnitName], queued: [Int], _ manager: SystemManager
    ) throws(SystemdError) -> [UnitObservation] {
        guard observations.contains(where: { !$0.isRunning }) else { return observations }
        var observations = observations
        if !queued.isEmpty {
            for (index, summary) in zip(queued, try manager.listUnits(queued.map { names[$0] })) {
                // The job may have ended since: then this is the newer look at the unit.
                observations[index].activeState = summary.activeState.rawValue
                guard let job = summary.jobType, !observations[index].isRunning else { continue }
                if ["start", "restart", "reload-or-start"].contains(job) { observations[index].transition = .starting }
            }
        }
        guard try manager.systemState() == "stopping" else { return observations }
        for index in observations.indices where !observations[index].isRunning {
            observations[index].transition = .shuttingDown
        }
        return observations
    }

    private static func changeLinks(
        _ action: UnitAction, _ name: UnitName, _ manager: SystemManager
    ) throws(SystemdError) {
        switch action {
        case .enable: _ = try manager.enable([name])
        case .disable: _ = try manager.disable([name])
        case .mask: _ = try manager.mask([name])
        case .unmask: _ = try manager.unmask([name])
        case .start, .stop, .restart, .reload:
            preconditionFailure("'\(action.rawValue)' is a job, not a change of links")
        }
    }

    /// Templates cannot be loaded, only enabled and masked.
    private static func template(
        _ name: UnitName, _ manager: SystemManager
    ) throws(SystemdError) -> UnitObservation {
        do throws(SystemdError) {
            let state = try manager.unitFileState(name).rawValue
            let load = state == "masked" ? "masked" : "loaded"
            return UnitObservation(loadState: load, activeState: "inactive", unitFileState: state)
        } catch {
            guard error.code == .notFound else { throw error }
            return UnitObservation(loadState: "not-found", activeState: "inactive", unitFileState: "")
        }
    }

    private func connection(_ tried: String) throws(HostError) -> SystemdConnection {
        guard let systemd else {
            throw HostError(
                .unavailable, "cannot \(tried): there is no systemd here, or another root than '/' is managed")
        }
        return systemd
    }

    /// Why a job did not do what it was for, with what the unit itself said.
    private func jobFailure(_ result: JobResult, _ unit: String, _ tried: String) -> HostError {
        let reason =
            switch result {
            case .failed: "the unit failed"
            case .timeout: "the unit or its job ran into its own timeout"
            case .dependency: "a unit that it depends on failed; see 'systemctl list-dependencies \(unit)'"
            case .skipped: "a Condition of the unit does not hold here; see 'systemctl status \(unit)'"
            case .assert: "an Assert of the unit does not hold here; see 'systemctl status \(unit)'"
            case .canceled: "somebody cancelled the job or replaced it by another"
            case .unsupported: "units of this type cannot do it"
            default: "its job ended with '\(result)'"
            }
        let lines = lastLines(ofUnit: unit, count: 5).map { $0.prefix(200) }
        let said = lines.isEmpty ? "" : "; its last lines: " + lines.joined(separator: " | ")
        return HostError(result == .timeout ? .timeout : .unitFailed, "cannot \(tried): \(reason)\(said)")
    }

    static func hostError(_ error: SystemdError, _ tried: String) -> HostError {
        let code: HostError.Code =
            switch error.code {
            case .notFound: .notFound
            case .timedOut: .timeout
            case .accessDenied: .notPermitted
            case .masked, .notInstallable, .unavailable, .disconnected, .overloaded, .invalidArgument: .unavailable
            case .jobLost: .changed
            default: .unitFailed
            }
        return HostError(code, "cannot \(tried): \(error.message)")
    }
}

extension UnitObservation {
    fileprivate init(_ unit: UnitProperties) {
        self.init(
            loadState: unit.loadState.rawValue, activeState: unit.activeState.rawValue,
            unitFileState: unit.unitFileState.rawValue, mainPID: unit.service?.mainPID ?? 0,
            needsReload: unit.needsDaemonReload)
    }
}
