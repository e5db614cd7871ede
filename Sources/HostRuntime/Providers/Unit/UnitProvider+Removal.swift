internal import Model
internal import Store

extension UnitProvider {
    /// The change that takes back what a departed declaration made: its own files become what was there before them, or
    /// go, and the states that it managed become what they were before, as far as that is known.
    ///
    /// Nil when nothing is left of it.
    static func removal(
        from observation: Observation, of departed: DepartedResource
    ) -> Change? {
        guard case .unit(let unit) = departed.last.attributes, case .unit(let state, let files) = observation else {
            return nil
        }
        let name = departed.id.identity
        var before: UnitBefore?
        if case .unit(let known)? = departed.before { before = known }
        let removal = UnitRemoval(name: name, declared: unit, state: state, found: files, before: before)
        let operations = removal.operations
        guard !operations.isEmpty else { return nil }
        let after = Observation.unit(
            removal.stateAfterwards, files: removal.files.afterwards)
        return Change(
            resource: departed.id, action: .remove, fields: removal.fields,
            before: observation.digest(for: departed.last),
            after: after.digest(for: departed.last), undo: .compensating, risk: .high, operations: operations)
    }
}

/// The operations that take a unit's declaration back.
struct UnitRemoval {
    let name: String
    let declared: UnitAttributes
    let state: UnitObservation
    let before: UnitBefore?
    let files: LeavingUnitFiles

    init(name: String, declared: UnitAttributes, state: UnitObservation, found: UnitFiles, before: UnitBefore?) {
        self.name = name
        self.declared = declared
        self.state = state
        self.before = before.flatMap { $0.activeState.isEmpty ? nil : $0 }
        // What was there before a file that is declared, but was never written, is not known: it goes.
        let known = before?.files ?? []
        let names = declared.fileNames(of: name).filter { name in !known.contains { $0.name == name } }
        files = LeavingUnitFiles(of: name, known + names.map { NamedState(name: $0, state: .none) }, found: found)
    }

    var operations: [Operation] {
        var operations: [Operation] = []
        if declared.isMasked == true, state.isMasked, !wasMasked {
            operations += [.unit(name: name, action: .unmask), .reloadUnitFiles]
        }
        if disables { operations.append(.unit(name: name, action: .disable)) }
        if enables { operations.append(.unit(name: name, action: .enable)) }
        if stops { operations.append(.unit(name: name, action: .stop)) }
        let removals = files.operations
        operations += removals
        if !removals.isEmpty || disables || enables { operations.append(.reloadUnitFiles) }
        if declared.isMasked == false, wasMasked, !state.isMasked, !files.removesUnit {
            operations += [.unit(name: name, action: .mask), .reloadUnitFiles]
        }
        if starts {
            operations.append(.unit(name: name, action: .start))
        } else if !removals.isEmpty, state.isRunning, !stops {
            operations.append(.unit(name: name, action: .restart))
        }
        return operations
    }

    /// What systemd says once the operations are done, as far as the declaration manages it.
    var stateAfterwards: UnitObservation {
        var after = state
        if stops { after.activeState = "inactive" }
        if starts { after.activeState = "active" }
        if disables || files.removesUnit { after.unitFileState = files.removesUnit ? "" : "disabled" }
        if enables { after.unitFileState = "enabled" }
        if declared.isMasked == true, !wasMasked, after.isMasked { after.unitFileState = "disabled" }
        if declared.isMasked == false, wasMasked { after.unitFileState = "masked" }
        if after.unitFileState != "masked", after.loadState == "masked" { after.loadState = "loaded" }
        if files.removesUnit { after.loadState = "not-found" }
        after.needsReload = false
        return after
    }

    var fields: [FieldDifference] {
        var fields: [FieldDifference] = []
        fields += files.fields
        if enables || disables {
            fields.append(
                FieldDifference(
                    field: "enabled", observed: state.unitFileState, declared: enables ? "enabled" : "disabled"))
        }
        if stops || starts {
            fields.append(
                FieldDifference(field: "active", observed: state.activeState, declared: stops ? "inactive" : "active"))
        }
        return fields
    }

    private var wasActive: Bool? { before.map { ["active", "reloading", "activating"].contains($0.activeState) } }
    private var wasEnabled: Bool? { before.map { $0.unitFileState == "enabled" } }
    private var wasMasked: Bool { before?.unitFileState == "masked" }

    private var stops: Bool { state.mayRun && (files.removesUnit || (declared.isActive == true && wasActive == false)) }
    private var starts: Bool { !state.mayRun && !files.removesUnit && declared.isActive == false && wasActive == true }
    private var disables: Bool {
        state.isEnabled && (files.removesUnit || (declared.isEnabled == true && wasEnabled == false))
    }
    private var enables: Bool {
        !state.isEnabled && !files.removesUnit && declared.isEnabled == false && wasEnabled == true
    }
}
