internal import Model

/// The operations that bring a unit from one state to another, in the only order that works: unmask, files,
/// daemon-reload, links, daemon-reload, then jobs.
struct UnitSteps {
    let name: String
    let declared: UnitAttributes
    let state: UnitObservation
    let wanted: UnitObservation
    let files: UnitFiles
    let trigger: UnitTrigger
    let leaving: LeavingUnitFiles

    var operations: [Operation] {
        var operations: [Operation] = []
        // Writing the unit's own file replaces the mask, which is a link in its place.
        if unmasks && !writesContent { operations.append(.unit(name: name, action: .unmask)) }
        if leaving.removesUnit {
            // Its links are known only while its file is there.
            if state.isEnabled { operations.append(.unit(name: name, action: .disable)) }
            if state.mayRun { operations.append(.unit(name: name, action: .stop)) }
        }
        operations += fileOperations
        if !fileOperations.isEmpty || (job != nil && job != .stop && state.needsReload) || isStale || unmasks {
            operations.append(.reloadUnitFiles)
        }
        operations += linkOperations
        if !linkOperations.isEmpty { operations.append(.reloadUnitFiles) }
        if let job { operations.append(.unit(name: name, action: job)) }
        return operations
    }

    private var writesContent: Bool { declared.content.map { $0 != files.content } ?? false }
    private var unmasks: Bool { state.isMasked && !wanted.isMasked && declared.isMasked == false }
    private var isStale: Bool { declared.hasFiles && state.needsReload }
    /// Whether the running unit was started from other files than those that hold afterwards.
    private var changesFiles: Bool { !fileOperations.isEmpty || isStale }

    private var fileOperations: [Operation] {
        let metadata = FileMetadata(owner: 0, group: 0, mode: 0o644)
        let path = "\(unitDirectory)/\(name)"
        var operations: [Operation] = []
        if writesContent, let content = declared.content {
            operations.append(.writeFile(path: path, content: content, metadata: metadata))
        }
        let changed = declared.dropIns.filter { files.dropIns[$0.key] != $0.value }.sorted { $0.key < $1.key }
        if !changed.isEmpty, !files.hasDropInDirectory {
            operations.append(
                .makeDirectory(path: path + ".d", metadata: FileMetadata(owner: 0, group: 0, mode: 0o755)))
        }
        for (dropIn, content) in changed {
            operations.append(
                .writeFile(path: "\(path).d/\(dropIn)", content: content, metadata: metadata))
        }
        return operations + leaving.operations
    }

    private var linkOperations: [Operation] {
        var operations: [Operation] = []
        if let isEnabled = declared.isEnabled, !leaving.removesUnit {
            // A mask hides the links: once it is off, they are what they were.
            let differs = isEnabled != state.isEnabled || (unmasks && !isEnabled)
            if differs, isEnabled || !state.isNeverEnabled {
                operations.append(.unit(name: name, action: isEnabled ? .enable : .disable))
            }
        }
        if declared.isMasked == true, !state.isMasked { operations.append(.unit(name: name, action: .mask)) }
        return operations
    }

    private var job: UnitAction? {
        if leaving.removesUnit { return nil }
        switch declared.isActive {
        case true?:
            guard state.isRunning else { return .start }
            return jobOfRunning
        case false?: return state.mayRun ? .stop : nil
        case nil:
            guard state.isRunning, !wanted.isMasked else { return nil }
            return jobOfRunning
        }
    }

    private var jobOfRunning: UnitAction? {
        if trigger.restartCause != nil || changesFiles { return .restart }
        return trigger.reloadCause != nil ? .reload : nil
    }
}

extension UnitSteps {
    /// What the change does, in one word.
    var action: ChangeAction {
        let operations = operations
        if operations == [.unit(name: name, action: .restart)] { return .restart }
        if operations == [.unit(name: name, action: .reload)] { return .reload }
        return state.loadState == "not-found" && declared.content != nil ? .create : .update
    }

    /// Files and links are brought back exactly; a process that was stopped is another one when it is started again.
    var undo: UndoKind { job == nil && !leaving.removesUnit ? .exact : .compensating }

    /// Stopping and masking take a service away; starting and restarting interrupt it at most.
    var risk: Risk {
        if leaving.removesUnit || job == .stop || (declared.isMasked == true && !state.isMasked) { return .high }
        return job == nil && fileOperations.isEmpty ? .low : .medium
    }

    /// The attributes that differ, as people read them.
    var fields: [FieldDifference] {
        var fields: [FieldDifference] = []
        func add(_ field: String, _ observed: String?, _ declared: String?) {
            if observed != declared {
                fields.append(FieldDifference(field: field, observed: observed, declared: declared))
            }
        }
        if writesContent {
            add("content", files.content.map(ChangeDraft.described), declared.content.map(ChangeDraft.described))
        }
        for (dropIn, content) in declared.dropIns.sorted(by: { $0.key < $1.key }) {
            add("drop-in '\(dropIn)'", files.dropIns[dropIn].map(ChangeDraft.described), ChangeDraft.described(content))
        }
        fields += leaving.fields
        if isStale { add("unit files", "changed on disk, not read", "read") }
        if let isMasked = declared.isMasked { add("masked", String(state.isMasked), String(isMasked)) }
        if declared.isEnabled != nil, linkOperations.contains(where: { $0.isEnablement }) {
            let observed = state.unitFileState.isEmpty ? "unknown" : state.unitFileState
            add("enabled", observed, wanted.isEnabled ? "enabled" : "disabled")
        }
        if job == .start || job == .stop { add("active", state.activeState, job == .start ? "active" : "inactive") }
        if job == .restart {
            add("restart", nil, trigger.restartCause.map { "'\($0)' changes" } ?? "its unit files change")
        }
        if job == .reload { add("reload", nil, trigger.reloadCause.map { "'\($0)' changes" }) }
        return fields
    }
}

extension Operation {
    fileprivate var isEnablement: Bool {
        guard case .unit(_, let action) = self else { return false }
        return action == .enable || action == .disable
    }
}
