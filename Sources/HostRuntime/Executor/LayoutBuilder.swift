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
        /// Where the directory is that holds the path; nil where that is the root.
        let parent: Int?
        var at: Slot?
        var replaced: Slot?
        /// The last slot of anything below; never before that of a directory in it.
        var below: Slot?
    }

    private var placed: [Slot: [Int: [Placed]]] = [:]
    private var touches: [Touch] = []
    private var placeOfPath: [String: Int] = [:]
    /// The path that was asked for last, for a change asks for its own twice.
    private var lastPath: (path: String, touch: Int)?
    /// The directory that the path before lies in, for its neighbours.
    private var lastDirectory: (path: Substring, touch: Int?) = ("", nil)
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
                let touch = touch(at: path)
                if let conflict = conflict(with: operation, at: touch), conflict >= slot {
                    slot = Slot(layer: conflict.layer, turn: conflict.turn, part: conflict.part + 1)
                }
                note(operation, at: touch, in: slot)
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
        // One reload serves every change of the wave.
        if case .reloadUnitFiles = step.operation, placed[slot]?[wave]?.isEmpty == false { return }
        placed[slot, default: [:]][wave, default: []].append(step)
    }

    /// Where the touch of a path is, and on the way to it those of the directories above.
    private mutating func touch(at path: String) -> Int {
        if let lastPath, lastPath.path == path { return lastPath.touch }
        let touch = placeOfPath[path] ?? firstTouch(at: path)
        lastPath = (path, touch)
        return touch
    }

    private mutating func firstTouch(at path: String) -> Int {
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) ?? path.startIndex
        let parent: Int?
        if path[..<slash] == lastDirectory.path {
            parent = lastDirectory.touch
        } else {
            parent = slash == path.startIndex ? nil : touch(at: String(path[..<slash]))
            lastDirectory = (path[..<slash], parent)
        }
        touches.append(Touch(parent: parent))
        placeOfPath[path] = touches.count - 1
        return touches.count - 1
    }

    /// The touches of the directories above one, the nearest first.
    private func above(_ touch: Int) -> some Sequence<Int> {
        sequence(state: touches[touch].parent) { next in
            defer { next = next.flatMap { touches[$0].parent } }
            return next
        }
    }

    /// Whether a change can be compared again in the middle of the run: only where nothing that the run itself did
    /// before changes what is observed.
    ///
    /// Units are compared at the start only, because files of the run change what systemd says.
    private mutating func isComparable(_ change: Change) -> Bool {
        guard change.resource.type.isPath else { return false }
        let touch = touch(at: change.resource.identity)
        if touches[touch].at != nil || touches[touch].below != nil { return false }
        return above(touch).allSatisfy { touches[$0].replaced == nil }
    }

    /// The last slot whose operations must be over before this one starts.
    private func conflict(with operation: Operation, at touch: Int) -> Slot? {
        var latest = touches[touch].at
        if operation.replaces, let below = touches[touch].below { latest = latest.map { max($0, below) } ?? below }
        for ancestor in above(touch) {
            guard let replaced = touches[ancestor].replaced else { continue }
            latest = latest.map { max($0, replaced) } ?? replaced
        }
        return latest
    }

    private mutating func note(_ operation: Operation, at touch: Int, in slot: Slot) {
        touches[touch].at = max(touches[touch].at ?? slot, slot)
        if operation.replaces { touches[touch].replaced = max(touches[touch].replaced ?? slot, slot) }
        var next = touches[touch].parent
        while let ancestor = next {
            // Those above have it already, or something later.
            if let below = touches[ancestor].below, below >= slot { return }
            touches[ancestor].below = slot
            next = touches[ancestor].parent
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
