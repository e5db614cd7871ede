extension Generator {
    /// The result of a call whose arguments are all bound.
    func call(_ call: LoweredCall, _ bound: RegisterSet) -> Evaluation {
        let arguments = call.arguments.map { value($0, bound) }
        switch call.callee {
        case .node(let node):
            isCostly = true
            guard let group = group(at: node) else { return { _ in nil } }
            return { machine in
                if let mocks = machine.scope.mocks, let mock = mocks.groups[node] {
                    return try Self.call(mock, machine, arguments, group.site)
                }
                return try group.call(machine, arguments)
            }
        case .builtin(let name):
            return builtin(name, arguments, site(call.span))
        }
    }

    private func builtin(_ name: String, _ arguments: [Evaluation], _ site: CallSite) -> Evaluation {
        guard let declaration = Builtins.all[name] else { return { _ in nil } }
        var general = generalCall(declaration, arguments, site)
        if isTraced, name == "trace" { general = tracedNote(general, site) }
        let fast = arguments.count == 2 ? Self.fastOperator(declaration, arguments[0], arguments[1], site) : nil
        let plain = fast ?? general
        return { machine in
            if let mocks = machine.scope.mocks, let mock = mocks.builtins[name] {
                return try Self.call(mock, machine, arguments, site)
            }
            return try plain(machine)
        }
    }

    private func generalCall(
        _ declaration: BuiltinDeclaration, _ arguments: [Evaluation], _ site: CallSite
    ) -> Evaluation {
        if arguments.count == 1 {
            let argument = arguments[0]
            return { machine in
                guard let value = try argument(machine) else { return nil }
                return try machine.call(declaration, [value], site)
            }
        }
        return { machine in
            var values: [RegoValue] = []
            values.reserveCapacity(arguments.count)
            for argument in arguments {
                guard let value = try argument(machine) else { return nil }
                values.append(value)
            }
            return try machine.call(declaration, values, site)
        }
    }

    /// The operators that need no call: comparisons, sums of small integers, membership.
    private static func fastOperator(
        _ declaration: BuiltinDeclaration, _ left: @escaping Evaluation, _ right: @escaping Evaluation,
        _ site: CallSite
    ) -> Evaluation? {
        func comparison(_ test: @escaping @Sendable (RegoValue, RegoValue) -> Bool) -> Evaluation {
            { machine in
                guard let first = try left(machine), let second = try right(machine) else { return nil }
                return .bool(test(first, second))
            }
        }
        switch declaration.name {
        case "equal": return comparison { $0 == $1 }
        case "neq": return comparison { $0 != $1 }
        case "lt": return comparison { $0 < $1 }
        case "lte": return comparison { !($1 < $0) }
        case "gt": return comparison { $1 < $0 }
        case "gte": return comparison { !($0 < $1) }
        case "plus": return sum(left, right, declaration, site) { $0.addingReportingOverflow($1) }
        case "minus": return sum(left, right, declaration, site) { $0.subtractingReportingOverflow($1) }
        case "mul": return sum(left, right, declaration, site) { $0.multipliedReportingOverflow(by: $1) }
        case "internal.member_2":
            return { machine in
                guard let member = try left(machine), let container = try right(machine) else { return nil }
                return .bool(Self.contains(container, member))
            }
        default: return nil
        }
    }

    /// Small integers are added where they stand; all else is the built-in's.
    private static func sum(
        _ left: @escaping Evaluation, _ right: @escaping Evaluation, _ declaration: BuiltinDeclaration,
        _ site: CallSite, _ add: @escaping @Sendable (Int, Int) -> (partialValue: Int, overflow: Bool)
    ) -> Evaluation {
        { machine in
            guard let first = try left(machine), let second = try right(machine) else { return nil }
            if case .number(let one) = first, case .number(let other) = second, let one = one.int,
                let other = other.int
            {
                let (value, overflow) = add(one, other)
                if !overflow { return .number(RegoNumber(value)) }
            }
            return try machine.call(declaration, [first, second], site)
        }
    }

    static func contains(_ container: RegoValue, _ member: RegoValue) -> Bool {
        switch container {
        case .array(let array): array.elements.contains(member)
        case .set(let set): set.contains(member)
        case .object(let object): object.unorderedValues.contains(member)
        default: false
        }
    }

    /// Calls what stands in for a function; the functions that it calls itself are the real ones.
    private static func call(
        _ mock: Mocks.Replacement, _ machine: Machine, _ arguments: [Evaluation], _ site: CallSite
    ) throws -> RegoValue? {
        var values: [RegoValue] = []
        for argument in arguments {
            guard let value = try argument(machine) else { return nil }
            values.append(value)
        }
        switch mock {
        case .value(let value): return value
        case .builtin(let declaration):
            guard declaration.arity == values.count else { return nil }
            return try machine.call(declaration, values, site)
        case .group(let group):
            let scope = machine.scope
            machine.scope = scope.withoutMocks()
            let value = try group.call(machine, values: values)
            machine.scope = scope
            return value
        }
    }

    // MARK: Relations

    /// `walk`: every place inside of a value, with its path.
    func relation(
        _ call: LoweredCall, _ output: LoweredTerm, _ bound: RegisterSet, _ next: @escaping Step
    ) -> Step {
        isCostly = true
        let arguments = call.arguments.map { value($0, bound) }
        guard case .builtin(let name) = call.callee, let subject = arguments.first else { return { _ in false } }
        var inner = bound
        // The usual form `[path, value]` needs no array made for it, nor a path that nobody looks at.
        if case .array(let parts) = output, parts.count == 2 {
            let needsPath: Bool
            if case .variable(let register) = parts[0] {
                needsPath = bound.contains(register) || compilerName(register) != "_"
            } else {
                needsPath = true
            }
            let matchPath = matcher(parts[0], &inner)
            let matchValue = matcher(parts[1], &inner)
            let visit: @Sendable (Machine, ContiguousArray<RegoValue>, RegoValue) throws -> Bool = {
                machine, path, value in
                if needsPath, try !matchPath(machine, .array(RegoArray(path))) { return false }
                guard try matchValue(machine, value) else { return false }
                return try next(machine)
            }
            return walkStep(name, subject, needsPath: needsPath, visit)
        }
        let match = matcher(output, &inner)
        return walkStep(name, subject, needsPath: true) { machine, path, value in
            guard try match(machine, [.array(RegoArray(path)), value]) else { return false }
            return try next(machine)
        }
    }

    private func compilerName(_ register: Int) -> String {
        frameNames.indices.contains(register) ? frameNames[register].name : ""
    }

    private func walkStep(
        _ name: String, _ subject: @escaping Evaluation, needsPath: Bool,
        _ visit: @escaping @Sendable (Machine, ContiguousArray<RegoValue>, RegoValue) throws -> Bool
    ) -> Step {
        { machine in
            if let mocks = machine.scope.mocks, let mock = mocks.builtins[name] {
                guard
                    let value = try Self.call(
                        mock, machine, [subject], CallSite(source: SourceText(name: "", bytes: []), span: .none)),
                    case .array(let pair) = value, pair.count == 2, case .array(let path) = pair[0]
                else { return false }
                return try visit(machine, path.elements, pair[1])
            }
            guard let value = try subject(machine) else { return false }
            return try Self.walkAll(value, machine, needsPath, visit)
        }
    }

    /// One container on the way down.
    private struct WalkLevel {
        let keys: ContiguousArray<RegoValue>?
        let values: ContiguousArray<RegoValue>
        var position = 0

        init?(_ value: RegoValue) {
            switch value {
            case .array(let array):
                keys = nil
                values = array.elements
            case .object(let object):
                keys = object.keys
                values = object.values
            case .set(let set):
                values = set.sorted
                keys = values
            default: return nil
            }
        }

        var key: RegoValue { keys?[position] ?? .number(RegoNumber(position)) }
    }

    /// Visits a value and all inside of it, with a stack of its own: values may be deeper than the thread's.
    private static func walkAll(
        _ value: RegoValue, _ machine: Machine, _ needsPath: Bool,
        _ visit: (Machine, ContiguousArray<RegoValue>, RegoValue) throws -> Bool
    ) throws -> Bool {
        var path = ContiguousArray<RegoValue>()
        if try visit(machine, path, value) { return true }
        guard let first = WalkLevel(value) else { return false }
        var levels = [first]
        while var level = levels.last {
            guard level.position < level.values.count else {
                levels.removeLast()
                if needsPath, !path.isEmpty { path.removeLast() }
                continue
            }
            try machine.tick()
            let found = level.values[level.position]
            if needsPath {
                path.append(level.key)
                try machine.charge(bytes: 16 * path.count)
            }
            level.position += 1
            levels[levels.count - 1] = level
            if try visit(machine, path, found) { return true }
            if let next = WalkLevel(found) {
                levels.append(next)
            } else if needsPath {
                path.removeLast()
            }
        }
        return false
    }
}
