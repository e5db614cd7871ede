extension Generator {
    /// A search for elements by the values of their fields: `some b in data.bindings; b.user == input.user`.
    struct Join {
        var container: Evaluation
        var isBase: Bool
        /// The variable that takes the key, and the one that takes the element.
        var key: Int
        var element: Int?
        var fields: [[RegoValue]]
        var wanted: [Evaluation]
    }

    private static let fieldMaximum = 4

    /// The join that a goal begins, with the equalities behind it.
    func join(_ goal: Goal, _ following: [Goal], _ bound: RegisterSet) -> Join? {
        guard !goal.isNegated, goal.withGroup == 0, case .unify(let left, let right, _) = goal.kind else { return nil }
        for (pattern, other) in [(left, right), (right, left)] {
            guard case .ref(let ref) = other, !Ordering.isEvaluable(other, bound) else { continue }
            if case .variable(let element) = pattern, !bound.contains(element), inlined[element] == nil {
                return elementJoin(ref, element, following, bound)
            }
            if Ordering.isEvaluable(pattern, bound) { return fieldJoin(ref, pattern, bound) }
        }
        return nil
    }

    /// `element = container[key]`, then equalities of the element's fields.
    private func elementJoin(_ ref: LoweredRef, _ element: Int, _ following: [Goal], _ bound: RegisterSet) -> Join? {
        guard case .variable(let key)? = ref.path.last, !bound.contains(key), inlined[key] == nil, key != element,
            let (container, isBase) = container(ref, ref.path.dropLast(), bound)
        else { return nil }
        var join = Join(container: container, isBase: isBase, key: key, element: element, fields: [], wanted: [])
        for goal in following {
            guard join.fields.count < Self.fieldMaximum, !goal.isNegated, goal.withGroup == 0,
                case .unify(let left, let right, _) = goal.kind
            else { break }
            guard let (field, other) = field(of: element, left, right) ?? field(of: element, right, left),
                Ordering.isEvaluable(other, bound), !mentionsClosures(other)
            else { break }
            join.fields.append(field)
            join.wanted.append(value(other, bound))
        }
        return join.fields.isEmpty ? nil : join
    }

    private func mentionsClosures(_ term: LoweredTerm) -> Bool {
        var mentions = Mentions()
        mentions.add(term)
        return !mentions.closed.isEmpty
    }

    private func field(
        of element: Int, _ side: LoweredTerm, _ other: LoweredTerm
    ) -> ([RegoValue], LoweredTerm)? {
        guard case .ref(let ref) = side, case .term(.variable(element)) = ref.head, !ref.isDynamic, !ref.path.isEmpty
        else { return nil }
        return (ref.path.compactMap(\.constant), other)
    }

    /// `container[key].field = value`.
    private func fieldJoin(_ ref: LoweredRef, _ other: LoweredTerm, _ bound: RegisterSet) -> Join? {
        guard let position = ref.path.firstIndex(where: { !Ordering.isEvaluable($0, bound) }),
            case .variable(let key) = ref.path[position], inlined[key] == nil
        else { return nil }
        let rest = ref.path[(position + 1)...]
        guard !rest.isEmpty, rest.allSatisfy({ $0.constant != nil }), !mentionsClosures(other),
            let (container, isBase) = container(ref, ref.path[..<position], bound)
        else { return nil }
        return Join(
            container: container, isBase: isBase, key: key, element: nil, fields: [rest.compactMap(\.constant)],
            wanted: [value(other, bound)])
    }

    /// What is searched, when it is one value and not a place of the tree of rules.
    private func container(
        _ ref: LoweredRef, _ path: ArraySlice<LoweredTerm>, _ bound: RegisterSet
    ) -> (Evaluation, Bool)? {
        guard path.allSatisfy({ Ordering.isEvaluable($0, bound) }) else { return nil }
        var prefix = ref
        prefix.path = Array(path)
        guard case .data = ref.head else { return (reference(prefix, bound), false) }
        var node = RuleTree.root
        for key in path {
            guard let constant = key.constant else { return nil }
            guard let child = compiler.tree[node].childByKey[constant] else {
                let isBase = path.allSatisfy { $0.constant != nil }
                return (reference(prefix, bound), isBase)
            }
            node = child
            if let group = compiler.tree[node].group {
                if case .function = compiler.groups[group].kind { return nil }
                return (reference(prefix, bound), false)
            }
        }
        return nil
    }

    /// Runs a join: over an index where that pays, else over all elements; `next` checks the equalities again.
    func step(_ join: Join, _ next: @escaping Step) -> Step {
        isCostly = true
        siteCount += 1
        let site = IndexSite(id: siteCount, fields: join.fields, isBase: join.isBase)
        let container = join.container
        let wanted = join.wanted
        let keyRegister = join.key
        let elementRegister = join.element
        return { machine in
            guard let collection = try container(machine) else { return false }
            guard let index = try site.index(collection, machine) else {
                return try machine.visit(collection) { machine, key, value in
                    machine.frame[keyRegister] = key
                    if let elementRegister { machine.frame[elementRegister] = value }
                    return try next(machine)
                }
            }
            var key: RegoValue
            if wanted.count == 1 {
                guard let value = try wanted[0](machine) else { return false }
                key = value
            } else {
                var values = ContiguousArray<RegoValue>()
                for evaluation in wanted {
                    guard let value = try evaluation(machine) else { return false }
                    values.append(value)
                }
                key = .array(RegoArray(values))
            }
            guard let positions = index.positions[key] else { return false }
            for position in positions {
                try machine.tick()
                machine.frame[keyRegister] = index.keys[Int(position)]
                if let elementRegister { machine.frame[elementRegister] = index.values[Int(position)] }
                if try next(machine) { return true }
            }
            return false
        }
    }
}
