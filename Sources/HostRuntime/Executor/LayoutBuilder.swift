import Model

/// Places the operations of a plan, change by change, into slots that become batches.
struct LayoutBuilder {
    /// A place in the order of execution.
    struct Slot: Hashable, Comparable {
        /// The layer of the graph.
        var layer: Int
        /// The turn within the layer: even for files, odd for units.
        var turn: Int
        /// Distinguishes file batches of one turn whose paths touch each other.
        var part: Int

        var isFiles: Bool { turn.isMultiple(of: 2) }

        static func < (left: Slot, right: Slot) -> Bool {
            (left.layer, left.turn, left.part) < (right.layer, right.turn, right.part)
        }
    }

    /// An operation on its way into a batch.
    struct Placed {
        var change: Int
        var resource: ResourceID
        var operation: Operation
    }

    /// What the run does at or below a path, as far as it was placed.
    private struct Touch {
        var at: Slot?
        var replaced: Slot?
        var below: Slot?
    }

    private var placed: [Slot: [Int: [Placed]]] = [:]
    private var touches: [String: Touch] = [:]
    private var layerAfter: [ResourceID: Int] = [:]
    private(set) var compared: [Slot: [ResourceID]] = [:]
    private(set) var completed: [Slot: [Int]] = [:]

    /// The slots in order, each with its waves in order.
    var slots: [(Slot, [[Placed]])] {
        placed.keys.sorted().map { slot in
            let waves = placed[slot] ?? [:]
            return (slot, waves.keys.sorted().map { wave in grouped(waves[wave] ?? []) })
        }
    }

    /// Places one change after those that it depends on.
    mutating func add(_ change: Change, at position: Int) {
        let layer = change.dependencies.compactMap { layerAfter[$0] }.max() ?? 0
        var slot = Slot(layer: layer, turn: 0, part: 0)
        var wave = 0
        let isCompared = isComparable(change)
        var first: Slot?
        for operation in change.operations {
            switch operation {
            case .writeFile(let path, _, _), .setMetadata(let path, _), .remove(let path), .makeDirectory(let path, _),
                .makeSymlink(let path, _, _):
                if !slot.isFiles { slot = Slot(layer: slot.layer, turn: slot.turn + 1, part: 0) }
                if let conflict = conflict(with: operation, at: path), conflict >= slot {
                    slot = Slot(layer: conflict.layer, turn: conflict.turn, part: conflict.part + 1)
                }
                touch(path, replaces: operation.replaces, in: slot)
                wave = 0
            case .reloadUnitFiles:
                wave = enterUnits(&slot, after: wave, parity: 0)
            case .unit:
                wave = enterUnits(&slot, after: wave, parity: 1)
            }
            first = first ?? slot
            place(Placed(change: position, resource: change.resource, operation: operation), in: slot, wave: wave)
        }
        layerAfter[change.resource] = slot.layer + 1
        guard let first else { return }
        completed[slot, default: []].append(position)
        if isCompared { compared[first, default: []].append(change.resource) }
    }

    /// Moves into the unit turn, and to the next wave of a parity: even waves reload unit files, odd ones work on
    /// units.
    private func enterUnits(_ slot: inout Slot, after wave: Int, parity: Int) -> Int {
        if slot.isFiles {
            slot = Slot(layer: slot.layer, turn: slot.turn + 1, part: 0)
            return parity
        }
        return wave % 2 == parity ? wave : wave + 1
    }

    private mutating func place(_ step: Placed, in slot: Slot, wave: Int) {
        let waves = placed[slot]?[wave] ?? []
        // One reload serves every change of the wave.
        if case .reloadUnitFiles = step.operation, !waves.isEmpty { return }
        placed[slot, default: [:]][wave, default: []].append(step)
    }

    /// Whether a change can be compared again in the middle of the run: only where nothing that the run itself did
    /// before changes what is observed.
    ///
    /// Units are compared at the start only, because files of the run change what systemd says.
    private func isComparable(_ change: Change) -> Bool {
        guard change.resource.type.isPath else { return false }
        let path = change.resource.identity
        if let touch = touches[path], touch.at != nil || touch.below != nil { return false }
        return !ExecutorPath.ancestors(of: path).contains { touches[$0]?.replaced != nil }
    }

    /// The last slot whose operations must be over before this one starts.
    private func conflict(with operation: Operation, at path: String) -> Slot? {
        var latest = touches[path]?.at
        if operation.replaces, let below = touches[path]?.below { latest = latest.map { max($0, below) } ?? below }
        for ancestor in ExecutorPath.ancestors(of: path) {
            guard let replaced = touches[ancestor]?.replaced else { continue }
            latest = latest.map { max($0, replaced) } ?? replaced
        }
        return latest
    }

    private mutating func touch(_ path: String, replaces: Bool, in slot: Slot) {
        var touch = touches[path] ?? Touch()
        touch.at = max(touch.at ?? slot, slot)
        if replaces { touch.replaced = max(touch.replaced ?? slot, slot) }
        touches[path] = touch
        for ancestor in ExecutorPath.ancestors(of: path) {
            let below = touches[ancestor]?.below ?? slot
            touches[ancestor, default: Touch()].below = max(below, slot)
        }
    }

    /// The steps of one unit beside each other, units in the order of their first step.
    private func grouped(_ wave: [Placed]) -> [Placed] {
        var order: [String: Int] = [:]
        for step in wave {
            guard case .unit(let name, _) = step.operation else { return wave }
            if order[name] == nil { order[name] = order.count }
        }
        return wave.enumerated().sorted { left, right in
            (order[left.element.unitName] ?? 0, left.offset) < (order[right.element.unitName] ?? 0, right.offset)
        }.map(\.element)
    }
}

extension LayoutBuilder.Placed {
    fileprivate var unitName: String {
        if case .unit(let name, _) = operation { name } else { "" }
    }
}

extension Operation {
    /// Whether the operation puts something else at its path, so that what lies below depends on it.
    var replaces: Bool {
        switch self {
        case .writeFile, .remove, .makeDirectory, .makeSymlink: true
        case .setMetadata, .unit, .reloadUnitFiles: false
        }
    }

    /// The path that the operation works on.
    package var path: String? {
        switch self {
        case .writeFile(let path, _, _), .setMetadata(let path, _), .remove(let path), .makeDirectory(let path, _),
            .makeSymlink(let path, _, _):
            path
        case .unit, .reloadUnitFiles: nil
        }
    }
}
