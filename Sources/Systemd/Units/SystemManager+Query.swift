extension SystemManager {
    /// The properties of a unit, which is loaded for it if need be; a name that nothing defines has the load state `notFound`.
    public func unit(_ name: UnitName, timeout: Duration = callTimeout) throws(SystemdError) -> UnitProperties {
        try units([name], timeout: timeout)[0].get()
    }

    /// The properties of many units in the order of the names, with many questions under way at a time.
    ///
    /// The timeout is for all of them together. One that fails does not fail the others.
    public func units(
        _ names: [UnitName], timeout: Duration = callTimeout
    ) -> [Result<UnitProperties, SystemdError>] {
        var calls: [BusCall] = []
        var ranges: [Range<Int>] = []
        for name in names {
            let start = calls.count
            calls.append(contentsOf: Self.propertyCalls(name))
            ranges.append(start..<calls.count)
        }
        let requested = calls
        let answers = bus.call(calls, timeout: timeout) { index, reader throws(SystemdError) in
            try Self.readProperties(requested[index], reader)
        }
        return zip(names, ranges).map { name, range in
            Result { () throws(SystemdError) -> UnitProperties in
                var typed: [String: BusValue] = [:]
                for answer in answers[range].dropFirst() { typed.merge(try answer.get()) { $1 } }
                return try UnitProperties(name: name, unit: try answers[range.lowerBound].get(), typed: typed)
            }
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

    /// Whether a unit's file is enabled, without loading the unit; `notFound` if there is no file.
    public func unitFileState(
        _ name: UnitName, timeout: Duration = callTimeout
    ) throws(SystemdError) -> UnitFileState {
        let reply = try call("GetUnitFileState", [.string(name.rawValue)], timeout: timeout)
        guard let word = reply.first?.text else {
            throw SystemdError(.invalidReply, "the service manager did not answer GetUnitFileState with a word")
        }
        return UnitFileState(rawValue: word)
    }

    /// The questions about one unit: its object is loaded when it is asked, so LoadUnit is not needed.
    private static func propertyCalls(_ name: UnitName) -> [BusCall] {
        func call(_ member: String, _ arguments: [BusValue]) -> BusCall {
            BusCall(
                destination: busName, path: name.objectPath, interface: "org.freedesktop.DBus.Properties",
                member: member, arguments: arguments)
        }
        // GetAll of the type's interface would read every resource counter of the unit's control group.
        return [call("GetAll", [.string(UnitProperties.unitInterface)])]
            + UnitProperties.typeWanted(name.type).map { call("Get", [.string(name.type.interface), .string($0)]) }
    }

    private static func readProperties(
        _ call: BusCall, _ reader: BusMessageReader
    ) throws(SystemdError) -> [String: BusValue] {
        guard call.member == "Get", let property = call.arguments.last?.text else {
            var properties: [String: BusValue] = [:]
            try reader.properties(UnitProperties.unitWanted, into: &properties)
            return properties
        }
        guard case .variant(let value)? = try reader.nextValue() else {
            throw SystemdError(.invalidReply, "the service manager did not answer \(call.summary) with a value")
        }
        return [property: value]
    }
}
