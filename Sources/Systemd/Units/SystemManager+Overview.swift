import LinuxIO

extension SystemManager {
    /// The states of many units in the order of the names, as cheaply as they can be had.
    ///
    /// ``units(_:timeout:)`` costs the manager milliseconds for each unit that is not up, because it reads all unit
    /// directories for each; this reads them once, here, and asks the manager about file states only where the files
    /// leave a doubt. Names of templates are not allowed. The timeout is for all units together; one that fails does
    /// not fail the others.
    public func overview(
        _ names: [UnitName], timeout: Duration = callTimeout
    ) throws(SystemdError) -> [Result<UnitOverview, SystemdError>] {
        let deadline = MonotonicTime.now + timeout
        let summaries = try listUnits(names, timeout: timeout)
        guard summaries.count == names.count else {
            throw SystemdError(.invalidReply, "the service manager listed \(summaries.count) units of \(names.count)")
        }
        // Of an alias the manager gives the state of the unit that it stands for, and so does this.
        var units: [UnitName] = []
        for (name, summary) in zip(names, summaries) {
            units.append(summary.id == name.rawValue ? name : try UnitName(summary.id))
        }
        let fileStates = try fileStates(units, deadline)
        var questions: [BusCall] = []
        var ranges: [Range<Int>] = []
        for (name, summary) in zip(names, summaries) {
            let start = questions.count
            questions.append(contentsOf: Self.questions(name, summary))
            ranges.append(start..<questions.count)
        }
        let answers = bus.call(questions, timeout: deadline.remainingDuration)
        return names.indices.map { index in
            Result { () throws(SystemdError) -> UnitOverview in
                var values: [BusValue] = []
                for answer in answers[ranges[index]] { values.append(contentsOf: try answer.get()) }
                let mainPID = values.dropFirst().first?.integer ?? 0
                let summary = summaries[index]
                return UnitOverview(
                    loadState: summary.loadState, activeState: summary.activeState, subState: summary.subState,
                    unitFileState: try fileStates[index].get(), needsDaemonReload: values.first?.truth ?? false,
                    mainPID: mainPID == 0 ? nil : Int32(clamping: mainPID), hasJob: summary.jobType != nil)
            }
        }
    }

    /// What the list does not say.
    ///
    /// A unit that is down has no main process.
    private static func questions(_ name: UnitName, _ summary: UnitSummary) -> [BusCall] {
        func question(_ interface: String, _ property: String) -> BusCall {
            BusCall(
                destination: busName, path: name.objectPath, interface: "org.freedesktop.DBus.Properties",
                member: "Get", arguments: [.string(interface), .string(property)])
        }
        let needsReload = question("org.freedesktop.systemd1.Unit", "NeedDaemonReload")
        guard name.type == .service, summary.activeState != .inactive, summary.loadState == .loaded else {
            return [needsReload]
        }
        return [needsReload, question(name.type.interface, "MainPID")]
    }

    /// From the index where that is plain, else from the manager; a unit without a file has an empty state.
    private func fileStates(
        _ names: [UnitName], _ deadline: MonotonicTime
    ) throws(SystemdError) -> [Result<UnitFileState, SystemdError>] {
        let index = try fileIndex(deadline)
        var states: [Result<UnitFileState, SystemdError>] = []
        var open: [Int] = []
        for name in names {
            if let state = index?.state(of: name) {
                states.append(.success(state))
            } else {
                open.append(states.count)
                states.append(.success(UnitFileState(rawValue: "")))
            }
        }
        let calls = open.map { Self.managerCall("GetUnitFileState", [.string(names[$0].rawValue)]) }
        for (position, answer) in zip(open, bus.call(calls, timeout: deadline.remainingDuration)) {
            switch answer {
            case .success(let values):
                guard let word = values.first?.text else { throw Self.noWord }
                states[position] = .success(UnitFileState(rawValue: word))
            case .failure(let error) where error.code == .notFound:
                continue
            case .failure(let error):
                states[position] = .failure(error)
            }
        }
        return states
    }

    /// The index of the directories that the manager reads; nil if one cannot be read here, as without privilege.
    private func fileIndex(_ deadline: MonotonicTime) throws(SystemdError) -> UnitFileIndex? {
        let call = BusCall(
            destination: Self.busName, path: Self.path, interface: "org.freedesktop.DBus.Properties", member: "Get",
            arguments: [.string(Self.interface), .string("UnitPath")])
        guard let directories = try bus.call(call, timeout: deadline.remainingDuration).first?.texts else {
            throw Self.noWord
        }
        return try? UnitFileIndex(directories: directories)
    }

    private static let noWord = SystemdError(
        .invalidReply, "the service manager did not answer a question about unit files with text")
}
