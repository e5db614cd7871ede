public import Model

extension UnitProvider {
    /// The unit in its declared states, with its declared files read by systemd.
    public static func expected(
        from observation: Observation, to declared: DeclaredResource, context: PlanContext
    ) throws(HostError) -> Observation {
        guard case .unit(let unit) = declared.attributes, case .unit(var state, var files) = observation else {
            return observation
        }
        try UnitCheck(id: declared.id, declared: unit, state: state).run()
        if let isActive = unit.isActive, isActive != state.isRunning || (!isActive && state.mayRun) {
            state.activeState = isActive ? "active" : "inactive"
        }
        if let isMasked = unit.isMasked, isMasked != state.isMasked {
            state.unitFileState = isMasked ? "masked" : "disabled"
            state.loadState = isMasked ? "masked" : "loaded"
        }
        if let isEnabled = unit.isEnabled, isEnabled != state.isEnabled, !state.isNeverEnabled || isEnabled {
            state.unitFileState = isEnabled ? "enabled" : "disabled"
        }
        let leaving = LeavingUnitFiles(of: declared.id.identity, context.unitFiles[declared.id] ?? [], found: files)
        if leaving.removesUnit {
            try UnitCheck(id: declared.id, declared: unit, state: state).checkRemoval()
            state.activeState = "inactive"
            state.unitFileState = ""
        }
        if unit.hasFiles || !leaving.operations.isEmpty {
            state.needsReload = false
            files = leaving.afterwards
            if let content = unit.content { files.content = content }
            files.dropIns.merge(unit.dropIns) { $1 }
            if !unit.dropIns.isEmpty { files.hasDropInDirectory = true }
        }
        return .unit(state, files: files)
    }

    /// The change that writes the unit's files and brings it into its declared states, or restarts or reloads it
    /// because something that it depends on changes in the same plan.
    public static func change(
        from observation: Observation, to declared: DeclaredResource, context: PlanContext
    ) throws(HostError) -> Change? {
        guard case .unit(let unit) = declared.attributes, case .unit(let state, let files) = observation else {
            return nil
        }
        let after = try expected(from: observation, to: declared, context: context)
        guard case .unit(let wanted, _) = after else { return nil }
        let steps = UnitSteps(
            name: declared.id.identity, declared: unit, state: state, wanted: wanted, files: files,
            trigger: UnitTrigger(unit, changed: context.changed),
            leaving: LeavingUnitFiles(of: declared.id.identity, context.unitFiles[declared.id] ?? [], found: files))
        guard !steps.operations.isEmpty else { return nil }
        return Change(
            resource: declared.id, action: steps.action, fields: steps.fields,
            before: observation.digest(for: declared), after: after.digest(for: declared),
            undo: steps.undo, risk: steps.risk, operations: steps.operations)
    }

    /// What systemd does by itself, where that is all the change would do: start the unit.
    static func transition(instead change: Change, from observation: Observation) -> UnitTransition? {
        guard case .unit(let state, _) = observation, let transition = state.transition,
            change.operations == [.unit(name: change.resource.identity, action: .start)]
        else { return nil }
        return transition
    }
}

extension UnitObservation {
    /// Whether stopping would end something: it runs, or it is about to.
    var mayRun: Bool { isRunning || activeState == "activating" }

    /// Whether the unit has no links of its own to make or remove.
    var isNeverEnabled: Bool { ["static", "generated", "transient", "alias"].contains(unitFileState) }
}

/// What another change of the same plan asks of a unit that runs.
struct UnitTrigger: Equatable {
    let restartCause: ResourceID?
    let reloadCause: ResourceID?

    init(_ unit: UnitAttributes, changed: Set<ResourceID>) {
        restartCause = unit.restartOn.first(where: changed.contains)
        reloadCause = unit.reloadOn.first(where: changed.contains)
    }
}
