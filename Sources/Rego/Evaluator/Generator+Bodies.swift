extension Generator {
    /// A body: its goals in a safe order, then what `then` makes for all that is bound.
    func body(_ goals: [Goal], _ bound: RegisterSet, then: (RegisterSet) -> Step) -> Step {
        let ordering = Ordering(goals, bound: bound)
        // Only what is safe is generated; the compiler reported the rest.
        guard ordering.unsafe.isEmpty else { return { _ in false } }
        if isTraced { return tracedBody(ordering, then: then) }
        let kept = inlineTemporaries(ordering)
        var next = then(ordering.bound)
        var index = kept.count - 1
        while index >= 0 {
            let group = ordering.goals[kept[index]].withGroup
            guard group != 0 else {
                let goal = ordering.goals[kept[index]]
                let before = ordering.boundBefore[kept[index]]
                let following = kept[(index + 1)...].map { ordering.goals[$0] }
                if let join = join(goal, following, before) {
                    next = step(join, join.element == nil ? step(goal, before.union([join.key]), next) : next)
                } else {
                    next = step(goal, before, next)
                }
                index -= 1
                continue
            }
            // Goals of one statement run under its modifiers together.
            var first = index
            while first > 0, ordering.goals[kept[first - 1]].withGroup == group { first -= 1 }
            next = modified(
                kept[first...index].map { (ordering.goals[$0], ordering.boundBefore[$0]) }, next)
            index = first - 1
        }
        return next
    }

    /// Leaves out the goals that only find a value for the goal behind them; it is found there.
    private func inlineTemporaries(_ ordering: Ordering) -> [Int] {
        var kept: [Int] = []
        var mentioned: RegisterSet?
        var consumer: Goal?
        for index in ordering.goals.indices.reversed() {
            let goal = ordering.goals[index]
            if let register = goal.temporary { inlined[register] = nil }
            if let register = goal.temporary, !goal.isNegated,
                case .unify(_, let term, _) = goal.kind,
                Ordering.isEvaluable(term, ordering.boundBefore[index]),
                consumer.map({ !$0.isNegated && $0.withGroup == goal.withGroup }) ?? (goal.withGroup == 0),
                mentioned?.contains(register) ?? true
            {
                inlined[register] = term
                var mentions = Mentions()
                mentions.add(term)
                mentioned?.formUnion(mentions.direct)
                continue
            }
            kept.append(index)
            consumer = goal
            mentioned = goal.mentions.direct
        }
        return kept.reversed()
    }

    /// One goal, without its modifiers.
    func step(_ goal: Goal, _ bound: RegisterSet, _ next: @escaping Step) -> Step {
        guard goal.isNegated else { return positive(goal, bound, next) }
        var inner = goal
        inner.isNegated = false
        let holds = isTraced ? tracedNegation(inner, bound) : positive(inner, bound) { _ in true }
        return { machine in
            if try holds(machine) { return false }
            return try next(machine)
        }
    }

    private func positive(_ goal: Goal, _ bound: RegisterSet, _ next: @escaping Step) -> Step {
        switch goal.kind {
        case .test(let term):
            return test(term, bound, next)
        case .unify(let left, let right, _):
            return unification(left, right, bound, next)
        case .call(let call, let output):
            return relation(call, output, bound, next)
        case .every(let key, let value, let domain, let body):
            return every(key, value, domain, body, bound, next)
        case .output(let parts):
            let pieces = parts.map { self.part($0, bound) }
            return { machine in
                if let sink = machine.context.sink {
                    var texts: [String] = []
                    for piece in pieces { texts.append(try piece(machine).map { Self.shown($0) } ?? "<undefined>") }
                    sink(texts.joined(separator: " "))
                }
                return try next(machine)
            }
        }
    }

    /// A value as `print` and interpolated strings show it.
    static func shown(_ value: RegoValue) -> String {
        if case .string(let string) = value { return string.string }
        return value.description
    }

    private func test(_ term: LoweredTerm, _ bound: RegisterSet, _ next: @escaping Step) -> Step {
        if case .ref(let ref) = term, !Ordering.isEvaluable(term, bound) {
            return search(ref, bound) { _ in
                { machine, value in
                    if case .bool(false) = value { return false }
                    return try next(machine)
                }
            }
        }
        if case .constant(let value) = term {
            guard value != .bool(false) else { return { _ in false } }
            return next
        }
        let evaluation = value(term, bound)
        return { machine in
            guard let value = try evaluation(machine) else { return false }
            if case .bool(false) = value { return false }
            return try next(machine)
        }
    }

    /// Makes two terms equal.
    func unification(
        _ left: LoweredTerm, _ right: LoweredTerm, _ bound: RegisterSet, _ next: @escaping Step
    ) -> Step {
        for (side, other) in [(left, right), (right, left)] {
            guard case .ref(let ref) = side, !Ordering.isEvaluable(side, bound) else { continue }
            return search(ref, bound) { bound in
                var bound = bound
                let match = self.matcher(other, &bound)
                return { machine, value in
                    guard try match(machine, value) else { return false }
                    return try next(machine)
                }
            }
        }
        for (side, other) in [(left, right), (right, left)] where Ordering.isEvaluable(side, bound) {
            return evaluated(side, other, bound, next)
        }
        guard let pairs = Ordering.pairs(left, right), let (ordered, _) = Ordering.order(pairs, bound) else {
            return { _ in false }
        }
        var steps: [(LoweredTerm, LoweredTerm, RegisterSet)] = []
        var current = bound
        for pair in ordered {
            steps.append((pair.0, pair.1, current))
            current = Ordering.boundByMatch(pair.0, pair.1, current) ?? current
        }
        var step = next
        for (first, second, before) in steps.reversed() { step = unification(first, second, before, step) }
        return step
    }

    /// A term with a value against a pattern.
    private func evaluated(
        _ term: LoweredTerm, _ pattern: LoweredTerm, _ bound: RegisterSet, _ next: @escaping Step
    ) -> Step {
        if case .variable(let register) = pattern, !bound.contains(register), inlined[register] == nil {
            let evaluation = value(term, bound)
            return { machine in
                guard let value = try evaluation(machine) else { return false }
                machine.frame[register] = value
                return try next(machine)
            }
        }
        if Ordering.isEvaluable(pattern, bound) {
            // The constant is compared with, whichever side it stands on.
            let (first, second) = term.constant == nil ? (term, pattern) : (pattern, term)
            let evaluation = value(first, bound)
            if let constant = second.constant {
                return { machine in
                    guard let value = try evaluation(machine), value == constant else { return false }
                    return try next(machine)
                }
            }
            let other = value(second, bound)
            return { machine in
                guard let value = try evaluation(machine), let expected = try other(machine), value == expected else {
                    return false
                }
                return try next(machine)
            }
        }
        let evaluation = value(term, bound)
        var inner = bound
        let match = matcher(pattern, &inner)
        return { machine in
            guard let value = try evaluation(machine), try match(machine, value) else { return false }
            return try next(machine)
        }
    }

    /// Compares a value with a pattern, and binds what the pattern has that is not bound.
    func matcher(_ pattern: LoweredTerm, _ bound: inout RegisterSet) -> Matcher {
        if case .variable(let register) = pattern, !bound.contains(register), inlined[register] == nil {
            bound.insert(register)
            return { machine, value in
                machine.frame[register] = value
                return true
            }
        }
        if Ordering.isEvaluable(pattern, bound) {
            if let constant = pattern.constant { return { _, value in value == constant } }
            let evaluation = value(pattern, bound)
            return { machine, value in try evaluation(machine) == value }
        }
        switch pattern {
        case .array(let terms):
            var matchers: [Matcher] = []
            for term in terms { matchers.append(matcher(term, &bound)) }
            let all = matchers
            return { machine, value in
                guard case .array(let array) = value, array.count == all.count else { return false }
                for index in all.indices where try !all[index](machine, array[index]) { return false }
                return true
            }
        case .object(let items):
            var parts: [(Evaluation, Matcher)] = []
            for item in items { parts.append((value(item.key, bound), matcher(item.value, &bound))) }
            let all = parts
            return { machine, value in
                guard case .object(let object) = value, object.count == all.count else { return false }
                for (key, match) in all {
                    guard let key = try key(machine), let found = object[key], try match(machine, found) else {
                        return false
                    }
                }
                return true
            }
        default:
            return { _, _ in false }
        }
    }

    private func every(
        _ key: Int?, _ register: Int, _ domain: LoweredTerm, _ goals: [Goal], _ bound: RegisterSet,
        _ next: @escaping Step
    ) -> Step {
        isCostly = true
        let container = value(domain, bound)
        var inner = bound.union([register])
        if let key { inner.insert(key) }
        let holds = nested(goals, inner) { _ in { _ in true } }
        return { machine in
            guard let found = try container(machine) else { return false }
            switch found {
            case .array, .object, .set: break
            default: return false
            }
            let fails = try machine.visit(found) { machine, index, value in
                if let key { machine.frame[key] = index }
                machine.frame[register] = value
                return try !holds(machine)
            }
            return fails ? false : try next(machine)
        }
    }
}

extension Machine {
    /// Visits what a value holds, until the visitor says true.
    @inline(__always)
    func visit(_ value: RegoValue, _ visitor: (Machine, RegoValue, RegoValue) throws -> Bool) throws -> Bool {
        switch value {
        case .array(let array):
            let elements = array.elements
            for index in elements.indices {
                try tick()
                if try visitor(self, .number(RegoNumber(index)), elements[index]) { return true }
            }
        case .object(let object):
            let keys = object.keys
            let values = object.values
            for index in keys.indices {
                try tick()
                if try visitor(self, keys[index], values[index]) { return true }
            }
        case .set(let set):
            for member in set.sorted {
                try tick()
                if try visitor(self, member, member) { return true }
            }
        default: break
        }
        return false
    }
}
