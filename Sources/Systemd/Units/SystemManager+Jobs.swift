extension SystemManager {
    /// How long a job may take unless the caller says otherwise: systemd's own default for starting, and a margin.
    public static let jobTimeout = Duration.seconds(100)

    /// Starts a unit and waits for the end of the job.
    ///
    /// At the timeout it throws `timedOut` and cancels nothing: the job goes on.
    public func start(
        _ name: UnitName, mode: JobMode = .replace, timeout: Duration = jobTimeout
    ) throws(SystemdError) -> JobResult {
        try runJob("StartUnit", name, mode, timeout)
    }

    /// Stops a unit and waits for the end of the job, as ``start(_:mode:timeout:)`` does.
    public func stop(
        _ name: UnitName, mode: JobMode = .replace, timeout: Duration = jobTimeout
    ) throws(SystemdError) -> JobResult {
        try runJob("StopUnit", name, mode, timeout)
    }

    /// Restarts a unit, or starts it if it is down, and waits for the end of the job.
    public func restart(
        _ name: UnitName, mode: JobMode = .replace, timeout: Duration = jobTimeout
    ) throws(SystemdError) -> JobResult {
        try runJob("RestartUnit", name, mode, timeout)
    }

    /// Restarts a unit if it is up, and waits for the end of the job.
    public func tryRestart(
        _ name: UnitName, mode: JobMode = .replace, timeout: Duration = jobTimeout
    ) throws(SystemdError) -> JobResult {
        try runJob("TryRestartUnit", name, mode, timeout)
    }

    /// Makes a unit read its configuration again and waits for the end of the job.
    public func reload(
        _ name: UnitName, mode: JobMode = .replace, timeout: Duration = jobTimeout
    ) throws(SystemdError) -> JobResult {
        try runJob("ReloadUnit", name, mode, timeout)
    }

    /// Reloads a unit if it can, else restarts it, or starts it if it is down, and waits for the end of the job.
    public func reloadOrRestart(
        _ name: UnitName, mode: JobMode = .replace, timeout: Duration = jobTimeout
    ) throws(SystemdError) -> JobResult {
        try runJob("ReloadOrRestartUnit", name, mode, timeout)
    }

    /// Starts a command as a unit of its own and waits for the end of the job, which for a one-shot is the end of the
    /// command.
    ///
    /// The unit is found by its name whatever happens to the caller. Ask ``unit(_:timeout:)`` for its exit status, then
    /// ``stop(_:mode:timeout:)`` and ``resetFailed(_:timeout:)`` it, so that the manager forgets it.
    public func startTransient(
        _ name: UnitName, _ service: TransientService, timeout: Duration
    ) throws(SystemdError) -> JobResult {
        guard name.type == .service, !name.isTemplate else {
            throw SystemdError(.invalidArgument, "cannot run a command as '\(name)': it is not the name of a service")
        }
        let arguments: [BusValue] = [
            .string(name.rawValue), .string(JobMode.fail.rawValue),
            .array(of: "(sv)", try service.properties()), .array(of: "(sa(sv))", []),
        ]
        return try runJob(Self.managerCall("StartTransientUnit", arguments), name, timeout)
    }

    private func runJob(
        _ member: String, _ name: UnitName, _ mode: JobMode, _ timeout: Duration
    ) throws(SystemdError) -> JobResult {
        try runJob(Self.managerCall(member, [.string(name.rawValue), .string(mode.rawValue)]), name, timeout)
    }

    private func runJob(_ call: BusCall, _ name: UnitName, _ timeout: Duration) throws(SystemdError) -> JobResult {
        let deadline = MonotonicTime.now + timeout
        let waiter = Monitor(JobWait.waiting)
        try jobs.reserve(waiter)
        defer { jobs.forget(waiter) }
        let path = try bus.call(call, timeout: timeout) { [jobs] reader throws(SystemdError) in
            let path = try reader.text("o")
            jobs.expect(path, waiter)
            return path
        }
        let tried = "\(call.member) of '\(name)'"
        while true {
            let glance = min(deadline, MonotonicTime.now + Self.jobGlance)
            let state = waiter.wait(until: glance) { state in
                if state == .waiting { return nil as JobWait? }
                defer { state.advance(to: .waiting) }
                return state
            }
            switch state {
            case .ended(let result):
                return result
            case .disconnected:
                throw SystemdError(
                    .disconnected, "\(tried) was under way when the connection to \(address) went", cause: end)
            case .doubtful, .waiting, nil:
                guard MonotonicTime.now < deadline else {
                    throw SystemdError(
                        .timedOut,
                        "\(tried) did not end within \(timeout); its job goes on, see 'systemctl list-jobs'")
                }
                try checkJob(path, waiter, tried)
            }
        }
    }

    /// How long a waiter trusts that no signal was lost.
    private static let jobGlance = Duration.seconds(10)

    /// Throws `jobLost` if the job is gone although nobody said how it ended.
    private func checkJob(_ path: String, _ waiter: Monitor<JobWait>, _ tried: String) throws(SystemdError) {
        let question = BusCall(
            destination: Self.busName, path: path, interface: "org.freedesktop.DBus.Properties", member: "Get",
            arguments: [.string("org.freedesktop.systemd1.Job"), .string("State")])
        do {
            _ = try bus.call(question, timeout: Self.callTimeout)
        } catch  where error.code == .notFound {
            // What the manager sent before this answer has been received: an end that was announced is known by now.
            let isAnnounced = waiter.update { state in
                switch state {
                case .ended, .disconnected: true
                case .waiting, .doubtful: false
                }
            }
            guard isAnnounced else {
                throw SystemdError(.jobLost, "\(tried) has ended, but its result was not announced; observe the unit")
            }
        } catch  where error.isRetriable {
            // The manager is being replaced: its return is announced, and looked into then.
        }
    }
}
