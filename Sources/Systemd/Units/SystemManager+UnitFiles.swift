extension SystemManager {
    /// Enables units: makes the links that their `[Install]` sections ask for, in /run if `runtime`.
    ///
    /// Units that are enabled already give no changes. The manager sees new links after ``reload(timeout:)`` only.
    /// Throws `notInstallable` if none of the units has an `[Install]` section.
    public func enable(
        _ names: [UnitName], runtime: Bool = false, force: Bool = false, timeout: Duration = callTimeout
    ) throws(SystemdError) -> [UnitFileChange] {
        let arguments: [BusValue] = [Self.list(names), .boolean(runtime), .boolean(force)]
        let reply = try call("EnableUnitFiles", arguments, timeout: timeout)
        guard reply.count == 2, let carriesInstallInformation = reply[0].truth else {
            throw SystemdError(.invalidReply, "the service manager answered EnableUnitFiles in an unknown shape")
        }
        let changes = try UnitFileChange.list(reply[1])
        guard carriesInstallInformation || !changes.isEmpty else {
            let quoted = names.map { "'\($0)'" }.joined(separator: ", ")
            throw SystemdError(
                .notInstallable, "cannot enable \(quoted): no [Install] section says what should start it")
        }
        return changes
    }

    /// Disables units: removes every link to them from /etc, or from /run if `runtime`.
    public func disable(
        _ names: [UnitName], runtime: Bool = false, timeout: Duration = callTimeout
    ) throws(SystemdError) -> [UnitFileChange] {
        try change("DisableUnitFiles", [Self.list(names), .boolean(runtime)], timeout)
    }

    /// Masks units: links them to /dev/null, so that nothing can start them.
    ///
    /// Fails if a unit's own file is in the way, unless `force`.
    public func mask(
        _ names: [UnitName], runtime: Bool = false, force: Bool = false, timeout: Duration = callTimeout
    ) throws(SystemdError) -> [UnitFileChange] {
        try change("MaskUnitFiles", [Self.list(names), .boolean(runtime), .boolean(force)], timeout)
    }

    /// Unmasks units.
    public func unmask(
        _ names: [UnitName], runtime: Bool = false, timeout: Duration = callTimeout
    ) throws(SystemdError) -> [UnitFileChange] {
        try change("UnmaskUnitFiles", [Self.list(names), .boolean(runtime)], timeout)
    }

    private func change(
        _ member: String, _ arguments: [BusValue], _ timeout: Duration
    ) throws(SystemdError) -> [UnitFileChange] {
        let reply = try call(member, arguments, timeout: timeout)
        guard let list = reply.first else {
            throw SystemdError(.invalidReply, "the service manager answered \(member) with nothing")
        }
        return try UnitFileChange.list(list)
    }

    private static func list(_ names: [UnitName]) -> BusValue {
        .strings(names.map(\.rawValue))
    }
}
