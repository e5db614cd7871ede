extension SystemManager {
    /// The properties of a unit, which is loaded for it if need be; a name that nothing defines has the load state
    /// `notFound`.
    public func unit(_ name: UnitName, timeout: Duration = callTimeout) throws(SystemdError) -> UnitProperties {
        try units([name], timeout: timeout)[0].get()
    }

    /// The properties of many units in the order of the names, with many questions under way at a time.
    ///
    /// The timeout is for all of them together. One that fails does not fail the others. A unit that is not loaded is
    /// loaded for the question and unloaded after it, and the manager looks through every unit directory for its file
    /// state: milliseconds each, and a ``UnitSignal/added(_:)`` and ``UnitSignal/removed(_:)`` each.
    /// ``listUnits(_:timeout:)`` is much cheaper.
    public func units(
        _ names: [UnitName], timeout: Duration = callTimeout
    ) -> [Result<UnitProperties, SystemdError>] {
        let calls = names.map { name in
            // The object is loaded when it is asked, so LoadUnit is not needed. The empty interface stands for all of
            // them: a second question might have to load it again.
            BusCall(
                destination: Self.busName, path: name.objectPath, interface: "org.freedesktop.DBus.Properties",
                member: "GetAll", arguments: [.string("")])
        }
        return bus.call(calls, timeout: timeout) { index, reader throws(SystemdError) in
            try UnitProperties(name: names[index], try reader.properties(UnitProperties.wanted))
        }
    }

    /// The states of units in one question, in the manager's order; much cheaper than ``units(_:timeout:)``.
    public func listUnits(
        _ names: [UnitName], timeout: Duration = callTimeout
    ) throws(SystemdError) -> [UnitSummary] {
        let reply = try call("ListUnitsByNames", [.strings(names.map(\.rawValue))], timeout: timeout)
        guard let list = reply.first?.elements else {
            throw SystemdError(.invalidReply, "the service manager did not answer ListUnitsByNames with a list")
        }
        var summaries: [UnitSummary] = []
        for value in list { summaries.append(try UnitSummary(value)) }
        return summaries
    }

    /// Whether a unit's file is enabled, from the links as they are now; `notFound` if there is no file.
    public func unitFileState(
        _ name: UnitName, timeout: Duration = callTimeout
    ) throws(SystemdError) -> UnitFileState {
        let reply = try call("GetUnitFileState", [.string(name.rawValue)], timeout: timeout)
        guard let word = reply.first?.text else {
            throw SystemdError(.invalidReply, "the service manager did not answer GetUnitFileState with a word")
        }
        return UnitFileState(rawValue: word)
    }

    /// The version of the manager with that of its package, such as `252.39-1~deb12u1`.
    public func version(timeout: Duration = callTimeout) throws(SystemdError) -> String {
        let question = BusCall(
            destination: Self.busName, path: Self.path, interface: "org.freedesktop.DBus.Properties", member: "Get",
            arguments: [.string(Self.interface), .string("Version")])
        guard let text = try bus.call(question, timeout: timeout).first?.text else {
            throw SystemdError(.invalidReply, "the service manager did not answer which version it is")
        }
        return text
    }

    /// Where the whole system is: `initializing`, `starting`, `running`, `degraded`, `maintenance`, `stopping`.
    public func systemState(timeout: Duration = callTimeout) throws(SystemdError) -> String {
        let question = BusCall(
            destination: Self.busName, path: Self.path, interface: "org.freedesktop.DBus.Properties", member: "Get",
            arguments: [.string(Self.interface), .string("SystemState")])
        guard let word = try bus.call(question, timeout: timeout).first?.text else {
            throw SystemdError(.invalidReply, "the service manager did not answer what state the system is in")
        }
        return word
    }
}
