import Synchronization

/// The rules that give one document or function, ready to run.
// Safety: filled by the generator before the query it belongs to is given to anybody; emptied when nobody has the
// query any more; never changed in between.
final class RuleGroup: @unchecked Sendable {
    /// One rule: its body and those of its `else` branches, tried in order.
    struct Member: Sendable {
        var branches: [Step]
    }

    let id: Int
    let kind: GroupPlan.Kind
    /// The place below `data`.
    let path: [RegoValue]
    let site: CallSite
    var frameSize = FrameLayout.firstArgument + 1
    var members: [Member] = []
    /// The rules with the first key of the document given.
    var keyedMembers: [Member] = []
    var defaultValue: Evaluation?
    var index: RuleIndex?
    /// Whether every rule gives the same constant, so that the first one decides.
    var hasOneValue = false
    /// Whether every rule gives one value under one key.
    var isFlat = false
    /// Whether answers are kept by their arguments.
    var isMemoized = true
    /// Whether the document depends on nothing but the base document, so that it serves all evaluations.
    var isStable = false
    private let shared = Mutex(EvaluationScope.Cell.unknown)

    init(id: Int, kind: GroupPlan.Kind, path: [RegoValue], site: CallSite) {
        self.id = id
        self.kind = kind
        self.path = path
        self.site = site
    }

    /// Drops the closures, which hold the group themselves.
    func clear() {
        members = []
        keyedMembers = []
        defaultValue = nil
        index = nil
    }

    // MARK: Documents

    /// The whole document.
    func document(_ machine: Machine) throws -> RegoValue? {
        if !machine.scope.overrides.isEmpty, machine.scope.isOverridden(path) { return machine.scope.base(path) }
        switch machine.scope.cells[id] {
        case .value(let value): return value
        case .undefined: return nil
        case .unknown: break
        }
        let isShared = isStable && machine.scope.overrides.isEmpty && machine.scope.mocks == nil
        if isShared {
            switch shared.withLock({ $0 }) {
            case .value(let value):
                machine.scope.cells[id] = .value(value)
                return value
            case .undefined: return nil
            case .unknown: break
            }
        }
        let errorCount = machine.builtinErrors.count
        let value = try make(machine)
        let cell = value.map(EvaluationScope.Cell.value) ?? .undefined
        machine.scope.cells[id] = cell
        // What a built-in failed on is found again, for another evaluation may be strict.
        if isShared, machine.builtinErrors.count == errorCount { shared.withLock { $0 = cell } }
        return value
    }

    private func make(_ machine: Machine) throws -> RegoValue? {
        let mark = machine.mark
        // Safety: reserved with the size of this group, released below.
        let frame = machine.reserve(frameSize)
        defer { machine.release(to: mark) }
        return switch kind {
        case .complete: try solve(machine, frame)
        case .function: nil
        case .set, .partial: try build(machine, frame)
        }
    }

    /// What a complete rule or a function gives in a frame that holds its arguments.
    private func solve(_ machine: Machine, _ frame: UnsafeMutablePointer<RegoValue>) throws -> RegoValue? {
        try machine.enter()
        // Safety: reserved by the caller with the size of this group.
        let outer = machine.frame
        machine.frame = frame
        defer {
            machine.frame = outer
            machine.depth -= 1
        }
        var result: RegoValue?
        if let index {
            for number in try index.candidates(machine) {
                if try run(members[number], machine, frame, &result) { return result }
            }
        } else {
            for member in members where try run(member, machine, frame, &result) { return result }
        }
        if let result { return result }
        return try defaultValue?(machine)
    }

    /// Runs one rule; true when no other one need be run.
    // Safety: the frame is the caller's.
    @inline(__always)
    private func run(
        _ member: Member, _ machine: Machine, _ frame: UnsafeMutablePointer<RegoValue>, _ result: inout RegoValue?
    ) throws -> Bool {
        frame[FrameLayout.hasResult] = .null
        for branch in member.branches {
            _ = try branch(machine)
            guard case .bool(true) = frame[FrameLayout.hasResult] else { continue }
            let value = frame[FrameLayout.result]
            if let known = result {
                if known != value { throw conflict }
            } else {
                result = value
                if hasOneValue { return true }
            }
            break
        }
        return false
    }

    var conflict: RegoError {
        let message =
            switch kind {
            case .function: "functions must not produce multiple outputs for same inputs"
            case .complete: "complete rules must not produce multiple outputs"
            case .set, .partial: "object keys must be unique"
            }
        return RegoError(code: .conflict, message: message, location: site.location)
    }

    /// A set or an object with all that its rules give.
    // Safety: the frame was reserved by the caller with the size of this group.
    private func build(_ machine: Machine, _ frame: UnsafeMutablePointer<RegoValue>) throws -> RegoValue? {
        try machine.enter()
        let outer = machine.frame
        machine.frame = frame
        defer {
            machine.frame = outer
            machine.depth -= 1
        }
        if kind == .set {
            let saved = machine.set
            machine.set = RegoSet()
            try runAll(members, machine)
            let result = machine.set
            machine.set = saved
            return .set(result)
        }
        if isFlat {
            let saved = machine.object
            machine.object = RegoObject()
            try runAll(members, machine)
            let result = machine.object
            machine.object = saved
            return .object(result)
        }
        let saved = machine.document
        machine.document = DocumentNode()
        try runAll(members, machine)
        let result = machine.document.build()
        machine.document = saved
        return result
    }

    private func runAll(_ members: [Member], _ machine: Machine) throws {
        if let index {
            for number in try index.candidates(machine) { try runAll(members[number], machine) }
            return
        }
        for member in members { try runAll(member, machine) }
    }

    /// Runs the branches of a rule until one has a solution.
    private func runAll(_ member: Member, _ machine: Machine) throws {
        if member.branches.count == 1 {
            _ = try member.branches[0](machine)
            return
        }
        machine.frame[FrameLayout.hasResult] = .null
        for branch in member.branches {
            _ = try branch(machine)
            if case .bool(true) = machine.frame[FrameLayout.hasResult] { return }
        }
    }

    // MARK: Keys

    /// How many members of a set are looked for one by one before the whole set is made.
    private static let keyedMaximum = 64

    /// What the document has under a key, without making all of it.
    func lookup(_ key: RegoValue, _ machine: Machine) throws -> RegoValue? {
        let scope = machine.scope
        if !scope.overrides.isEmpty, scope.isOverridden(path) { return scope.base(path)?[key] }
        switch scope.cells[id] {
        case .value(let value): return value[key]
        case .undefined: return nil
        case .unknown: break
        }
        if kind == .set {
            let count = scope.keyedCount[id, default: 0]
            if count >= Self.keyedMaximum { return try document(machine)?[key] }
            scope.keyedCount[id] = count + 1
        }
        let cacheKey = EvaluationScope.Key(group: id, arguments: [key])
        if let known = scope.keyed[cacheKey] { return known }
        let mark = machine.mark
        // Safety: reserved with the size of this group, released below.
        let frame = machine.reserve(frameSize)
        let outer = machine.frame
        try machine.enter()
        machine.frame = frame
        defer {
            machine.frame = outer
            machine.depth -= 1
            machine.release(to: mark)
        }
        frame[FrameLayout.firstArgument] = key
        let value = try find(key, machine, frame)
        try machine.charge(bytes: 96)
        scope.keyed[cacheKey] = .some(value)
        return value
    }

    // Safety: the frame is the caller's.
    private func find(
        _ key: RegoValue, _ machine: Machine, _ frame: UnsafeMutablePointer<RegoValue>
    ) throws -> RegoValue? {
        frame[FrameLayout.hasResult] = .null
        if kind == .set || isFlat {
            let numbers = try index?.candidates(machine)
            for position in 0..<(numbers?.count ?? keyedMembers.count) {
                for branch in keyedMembers[numbers?[position] ?? position].branches {
                    if try branch(machine) { return frame[FrameLayout.result] }
                    if case .bool(true) = frame[FrameLayout.hasResult] { break }
                }
            }
            guard case .bool(true) = frame[FrameLayout.hasResult] else { return nil }
            return frame[FrameLayout.result]
        }
        let saved = machine.document
        machine.document = DocumentNode()
        try runAll(keyedMembers, machine)
        let built = machine.document
        machine.document = saved
        return built.isEmpty ? nil : built.build()
    }

    // MARK: Calls

    /// Calls a function with arguments that are evaluated in the frame of the caller.
    func call(_ machine: Machine, _ arguments: [Evaluation]) throws -> RegoValue? {
        let mark = machine.mark
        // Safety: reserved with the size of this group, released below.
        let frame = machine.reserve(frameSize)
        defer { machine.release(to: mark) }
        for index in arguments.indices {
            guard let value = try arguments[index](machine) else { return nil }
            frame[FrameLayout.firstArgument + index] = value
        }
        return try apply(machine, frame, arguments.count)
    }

    /// Calls a function with values.
    func call(_ machine: Machine, values: [RegoValue]) throws -> RegoValue? {
        let mark = machine.mark
        // Safety: reserved with the size of this group, released below.
        let frame = machine.reserve(frameSize)
        defer { machine.release(to: mark) }
        guard case .function(let arity) = kind, arity == values.count else { return nil }
        for index in values.indices { frame[FrameLayout.firstArgument + index] = values[index] }
        return try apply(machine, frame, values.count)
    }

    // Safety: the frame is the caller's, with the arguments in it.
    private func apply(
        _ machine: Machine, _ frame: UnsafeMutablePointer<RegoValue>, _ count: Int
    ) throws -> RegoValue? {
        guard isMemoized else { return try solve(machine, frame) }
        var arguments = ContiguousArray<RegoValue>()
        arguments.reserveCapacity(count)
        for index in 0..<count { arguments.append(frame[FrameLayout.firstArgument + index]) }
        let key = EvaluationScope.Key(group: id, arguments: arguments)
        if let known = machine.scope.keyed[key] { return known }
        let value = try solve(machine, frame)
        try machine.charge(bytes: 64 + 32 * count)
        machine.scope.keyed[key] = .some(value)
        return value
    }
}
