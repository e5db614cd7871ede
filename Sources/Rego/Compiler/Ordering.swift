/// Brings goals into an order in which each finds bound what it needs, keeping the written order where it can.
struct Ordering {
    var goals: [Goal] = []
    /// What is bound before each of the goals.
    var boundBefore: [RegisterSet] = []
    /// What is bound behind all of them.
    var bound: RegisterSet
    /// The goals that no order makes safe.
    var unsafe: [Goal] = []

    init(_ body: [Goal], bound initial: RegisterSet) {
        bound = initial
        let mentions = body.map(\.mentions)
        var direct: RegisterSet = []
        for mention in mentions { direct.formUnion(mention.direct) }
        // What closures share with this body must be bound before they run.
        let shared = mentions.map { $0.closed.intersection(direct) }
        var isPlaced = [Bool](repeating: false, count: body.count)
        var remaining = body.count
        var hasProgress = true
        while remaining > 0, hasProgress {
            hasProgress = false
            for index in body.indices where !isPlaced[index] {
                guard shared[index].isSubset(of: bound),
                    let next = Self.boundAfter(body[index], mentions[index], bound)
                else { continue }
                isPlaced[index] = true
                hasProgress = true
                remaining -= 1
                goals.append(body[index])
                boundBefore.append(bound)
                bound = next
            }
        }
        for index in body.indices where !isPlaced[index] { unsafe.append(body[index]) }
    }

    /// What is bound behind a goal, or nil when it cannot run yet.
    private static func boundAfter(_ goal: Goal, _ mentions: Mentions, _ bound: RegisterSet) -> RegisterSet? {
        if goal.isNegated { return mentions.direct.isSubset(of: bound) ? bound : nil }
        for with in goal.with {
            if case .term(let term) = with.value, !isEvaluable(term, bound) { return nil }
        }
        switch goal.kind {
        case .test(let term):
            guard case .ref(let ref) = term else { return isEvaluable(term, bound) ? bound : nil }
            return boundAfter(ref, bound)
        case .unify(let left, let right, let isComparison):
            return boundAfter(left, right, isComparison: isComparison, bound)
        case .call(let call, let output):
            guard call.arguments.allSatisfy({ isEvaluable($0, bound) }) else { return nil }
            return boundByPattern(output, bound)
        case .every(_, _, let domain, _):
            return isEvaluable(domain, bound) ? bound : nil
        case .output:
            return bound
        }
    }

    private static func boundAfter(
        _ left: LoweredTerm, _ right: LoweredTerm, isComparison: Bool, _ bound: RegisterSet
    ) -> RegisterSet? {
        var bound = bound
        for side in [left, right] {
            guard case .ref(let ref) = side else { continue }
            guard let next = boundAfter(ref, bound) else { return nil }
            bound = next
        }
        if isComparison { return isEvaluable(left, bound) && isEvaluable(right, bound) ? bound : nil }
        return boundByMatch(left, right, bound)
    }

    /// What is bound behind a reference: the keys that it looks for.
    static func boundAfter(_ ref: LoweredRef, _ bound: RegisterSet) -> RegisterSet? {
        if case .term(let head) = ref.head, !isEvaluable(head, bound) { return nil }
        var bound = bound
        for key in ref.path {
            guard let next = boundByPattern(key, bound) else { return nil }
            bound = next
        }
        return bound
    }

    static func isEvaluable(_ term: LoweredTerm, _ bound: RegisterSet) -> Bool {
        switch term {
        case .constant: return true
        case .variable(let id): return bound.contains(id)
        default:
            var mentions = Mentions()
            mentions.add(term)
            return mentions.direct.isSubset(of: bound)
        }
    }

    /// What is bound once a value was matched with a pattern.
    static func boundByPattern(_ pattern: LoweredTerm, _ bound: RegisterSet) -> RegisterSet? {
        switch pattern {
        case .constant: return bound
        case .variable(let id): return bound.union([id])
        case .array(let terms):
            var bound = bound
            for term in terms {
                guard let next = boundByPattern(term, bound) else { return nil }
                bound = next
            }
            return bound
        case .object(let items):
            var bound = bound
            for item in items {
                guard isEvaluable(item.key, bound), let next = boundByPattern(item.value, bound) else { return nil }
                bound = next
            }
            return bound
        default:
            return isEvaluable(pattern, bound) ? bound : nil
        }
    }

    /// What is bound once two terms were made equal, where either may have what the other lacks.
    static func boundByMatch(_ left: LoweredTerm, _ right: LoweredTerm, _ bound: RegisterSet) -> RegisterSet? {
        if isEvaluable(left, bound) { return boundByPattern(right, bound) }
        if isEvaluable(right, bound) { return boundByPattern(left, bound) }
        guard let pairs = pairs(left, right) else { return nil }
        return order(pairs, bound)?.1
    }

    /// The parts of two composites that must be equal; nil when they are no composites of one shape.
    static func pairs(_ left: LoweredTerm, _ right: LoweredTerm) -> [(LoweredTerm, LoweredTerm)]? {
        switch (left.opened, right.opened) {
        case (.array(let first), .array(let second)):
            return first.count == second.count ? Array(zip(first, second)) : nil
        case (.object(let first), .object(let second)):
            guard first.count == second.count else { return nil }
            var values: [RegoValue: LoweredTerm] = [:]
            for item in second {
                guard let key = item.key.constant else { return nil }
                values[key] = item.value
            }
            var pairs: [(LoweredTerm, LoweredTerm)] = []
            for item in first {
                guard let key = item.key.constant, let value = values[key] else { return nil }
                pairs.append((item.value, value))
            }
            return pairs
        default:
            return nil
        }
    }

    /// The pairs in an order that binds them all, with what is bound then.
    static func order(
        _ pairs: [(LoweredTerm, LoweredTerm)], _ bound: RegisterSet
    ) -> ([(LoweredTerm, LoweredTerm)], RegisterSet)? {
        var rest = pairs
        var ordered: [(LoweredTerm, LoweredTerm)] = []
        var bound = bound
        while !rest.isEmpty {
            var found: Int?
            for (index, pair) in rest.enumerated() {
                if let next = boundByMatch(pair.0, pair.1, bound) {
                    bound = next
                    found = index
                    break
                }
            }
            guard let found else { return nil }
            ordered.append(rest.remove(at: found))
        }
        return (ordered, bound)
    }
}

extension LoweredTerm {
    /// A constant composite taken apart one level, to be matched with a pattern.
    var opened: LoweredTerm {
        switch self {
        case .constant(.array(let array)):
            return .array(array.map(LoweredTerm.constant))
        case .constant(.object(let object)):
            return .object(object.map { LoweredItem(key: .constant($0.key), value: .constant($0.value)) })
        default:
            return self
        }
    }
}
