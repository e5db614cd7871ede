import Model
import Store

/// The order in which the effects of a run are taken back.
///
/// Pure.
///
/// Units that the run started, enabled or masked are brought down first, while their new files still say how; then
/// files go back, from the last batch to the first; then systemd reads its unit files again; then the units that ran
/// before are brought up with their old files, in the order in which the run came to them.
struct UndoOrder: Sendable, Equatable {
    /// What the run did to one unit.
    struct Unit: Sendable, Equatable {
        /// The unit.
        var name: String
        /// The state before the first step.
        var before: UnitBefore
        /// What was done to it.
        var actions: Set<UnitAction>
        /// The steps that did it.
        var steps: [StepRecord]
    }

    /// Units in the order of their first step.
    private(set) var units: [Unit] = []
    /// File steps by batch, the last batch first; within a batch from the highest step to the lowest.
    private(set) var files: [[StepRecord]] = []
    /// Steps that made systemd read unit files, and steps without an effect of their own.
    private(set) var reloads: [StepRecord] = []
    /// Whether systemd must read its unit files once the files are back.
    var needsReload: Bool { !reloads.isEmpty || units.contains { !$0.actions.isDisjoint(with: UnitAction.linking) } }

    /// Orders the steps that may have had an effect.
    init(_ records: [StepRecord], batches: [RunLayout.Batch]) {
        var unitAt: [String: Int] = [:]
        for record in records.sorted(by: { $0.index < $1.index }) where record.state.mayHaveEffect {
            guard case .unit(let name, let action) = record.operation, case .unit(let before) = record.undo.before
            else {
                if case .reloadUnitFiles = record.operation { reloads.append(record) }
                continue
            }
            let position = unitAt[name] ?? units.count
            if position == units.count {
                unitAt[name] = position
                units.append(Unit(name: name, before: before, actions: [], steps: []))
            }
            units[position].actions.insert(action)
            units[position].steps.append(record)
        }
        var remaining = records.filter { $0.operation.path != nil && $0.state.mayHaveEffect }
        remaining.sort { $0.index > $1.index }
        for batch in batches.reversed() where batch.isFiles {
            let group = remaining.prefix { batch.steps.contains($0.index) }
            remaining.removeFirst(group.count)
            if !group.isEmpty { files.append(Array(group)) }
        }
    }
}

extension UndoOrder.Unit {
    /// What brings the unit down to what it was, while its new files are in place.
    func lowering(from now: UnitObservation) -> [UnitAction] {
        var actions: [UnitAction] = []
        if now.unitFileState.isMaskedState, !before.unitFileState.isMaskedState { actions.append(.unmask) }
        if now.activeState.isRunningState, !before.activeState.isRunningState { actions.append(.stop) }
        if now.unitFileState.isEnabledState, !before.unitFileState.isEnabledState,
            !self.actions.isDisjoint(with: UnitAction.linking)
        {
            actions.append(.disable)
        }
        return actions
    }

    /// What brings the unit up to what it was, once its old files are in place.
    func raising(from now: UnitObservation) -> [UnitAction] {
        var actions: [UnitAction] = []
        if before.unitFileState.isEnabledState, !now.unitFileState.isEnabledState { actions.append(.enable) }
        if before.activeState.isRunningState {
            if !now.activeState.isRunningState {
                actions.append(.start)
            } else if self.actions.contains(.restart) {
                actions.append(.restart)
            } else if self.actions.contains(.reload) {
                actions.append(.reload)
            }
        }
        if before.unitFileState.isMaskedState, !now.unitFileState.isMaskedState { actions.append(.mask) }
        return actions
    }
}

extension UnitAction {
    /// The actions that change the links of a unit.
    static let linking: Set<UnitAction> = [.enable, .disable, .mask, .unmask]
}

extension StepState {
    /// Whether the step may have changed the host.
    var mayHaveEffect: Bool { self == .intended || self == .done }
}

extension String {
    fileprivate var isRunningState: Bool { self == "active" || self == "activating" || self == "reloading" }
    fileprivate var isEnabledState: Bool { self == "enabled" || self == "enabled-runtime" }
    fileprivate var isMaskedState: Bool { self == "masked" || self == "masked-runtime" }
}
