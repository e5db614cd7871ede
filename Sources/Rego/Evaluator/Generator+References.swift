extension Generator {
    /// Looks for all values of a reference, binding the keys that are not bound.
    func search(_ ref: LoweredRef, _ bound: RegisterSet, then: (RegisterSet) -> Sink) -> Step {
        isCostly = true
        switch ref.head {
        case .data:
            return searchData(RuleTree.root, ref.path[...], bound, then)
        case .input:
            let sink = walk(ref.path[...], bound, then)
            return { machine in
                guard let input = machine.scope.input else { return false }
                return try sink(machine, input)
            }
        case .term(let term):
            let head = value(term, bound)
            let sink = walk(ref.path[...], bound, then)
            return { machine in
                guard let value = try head(machine) else { return false }
                return try sink(machine, value)
            }
        }
    }

    /// Goes down a path inside of a value.
    func walk(_ path: ArraySlice<LoweredTerm>, _ bound: RegisterSet, _ then: (RegisterSet) -> Sink) -> Sink {
        guard let key = path.first else { return then(bound) }
        let rest = path.dropFirst()
        if Ordering.isEvaluable(key, bound) {
            let next = walk(rest, bound, then)
            if let constant = key.constant {
                return { machine, value in
                    guard let found = value[constant] else { return false }
                    return try next(machine, found)
                }
            }
            let evaluation = self.value(key, bound)
            return { machine, value in
                guard let key = try evaluation(machine), let found = value[key] else { return false }
                return try next(machine, found)
            }
        }
        var inner = bound
        if case .variable(let register) = key, inlined[register] == nil {
            inner.insert(register)
            let next = walk(rest, inner, then)
            return { machine, value in
                try machine.visit(value) { machine, key, found in
                    machine.frame[register] = key
                    return try next(machine, found)
                }
            }
        }
        let match = matcher(key, &inner)
        let next = walk(rest, inner, then)
        return { machine, value in
            try machine.visit(value) { machine, key, found in
                guard try match(machine, key) else { return false }
                return try next(machine, found)
            }
        }
    }

    /// Goes down a path in `data`, where rules and base documents meet.
    private func searchData(
        _ node: Int, _ path: ArraySlice<LoweredTerm>, _ bound: RegisterSet, _ then: (RegisterSet) -> Sink
    ) -> Step {
        let place = Array(compiler.tree[node].path.dropFirst())
        if let group = group(at: node) { return searchGroup(group, path, bound, then) }
        guard let key = path.first else {
            let document = document(node)
            let sink = then(bound)
            return { machine in
                guard let value = try document(machine) else { return false }
                return try sink(machine, value)
            }
        }
        let rest = path.dropFirst()
        let children = compiler.tree[node].childByKey
        if let constant = key.constant {
            if let child = children[constant] { return searchData(child, rest, bound, then) }
            let sink = walk(path, bound, then)
            return { machine in
                guard let value = machine.scope.base(place) else { return false }
                return try sink(machine, value)
            }
        }
        var inner = bound
        let isKnown = Ordering.isEvaluable(key, bound)
        let evaluation: Evaluation? = isKnown ? value(key, bound) : nil
        let match: Matcher? = isKnown ? nil : matcher(key, &inner)
        var steps: [RegoValue: Step] = [:]
        for (childKey, child) in children { steps[childKey] = searchData(child, rest, inner, then) }
        let next = walk(rest, inner, then)
        let table = steps
        if let evaluation {
            return { machine in
                guard let key = try evaluation(machine) else { return false }
                if let step = table[key] { return try step(machine) }
                guard let base = machine.scope.base(place), let value = EvaluationScope.stored(base, key) else {
                    return false
                }
                return try next(machine, value)
            }
        }
        guard let match else { return { _ in false } }
        let order = compiler.tree[node].children.compactMap { compiler.tree[$0].path.last }
            .filter { node != RuleTree.root || $0 != "system" }.sorted()
        return { machine in
            for key in order {
                try machine.tick()
                guard try match(machine, key), let step = table[key] else { continue }
                if try step(machine) { return true }
            }
            guard let base = machine.scope.base(place) else { return false }
            return try machine.visit(base) { machine, key, value in
                guard table[key] == nil, try match(machine, key) else { return false }
                return try next(machine, value)
            }
        }
    }

    private func searchGroup(
        _ group: RuleGroup, _ path: ArraySlice<LoweredTerm>, _ bound: RegisterSet, _ then: (RegisterSet) -> Sink
    ) -> Step {
        if case .function = group.kind { return { _ in false } }
        if group.kind != .complete, let key = path.first, Ordering.isEvaluable(key, bound) {
            let evaluation = value(key, bound)
            let sink = walk(path.dropFirst(), bound, then)
            return { machine in
                guard let key = try evaluation(machine), let value = try group.lookup(key, machine) else {
                    return false
                }
                return try sink(machine, value)
            }
        }
        let sink = walk(path, bound, then)
        return { machine in
            guard let value = try group.document(machine) else { return false }
            return try sink(machine, value)
        }
    }

    // MARK: References with one value

    /// The value of a reference whose keys are all bound.
    func reference(_ ref: LoweredRef, _ bound: RegisterSet) -> Evaluation {
        switch ref.head {
        case .data:
            return dataValue(RuleTree.root, ref.path[...], bound)
        case .input:
            return inputValue(ref.path, bound)
        case .term(let term):
            return descend(value(term, bound), ref.path[...], bound)
        }
    }

    private func inputValue(_ path: [LoweredTerm], _ bound: RegisterSet) -> Evaluation {
        let constants = path.compactMap(\.constant)
        guard constants.count == path.count else {
            return descend({ $0.scope.input }, path[...], bound)
        }
        switch constants.count {
        case 0: return { $0.scope.input }
        case 1:
            let key = constants[0]
            return { $0.scope.input?[key] }
        case 2:
            let first = constants[0], second = constants[1]
            return { $0.scope.input?[first]?[second] }
        default:
            return { machine in
                guard var value = machine.scope.input else { return nil }
                for key in constants {
                    guard let next = value[key] else { return nil }
                    value = next
                }
                return value
            }
        }
    }

    private func descend(
        _ head: @escaping Evaluation, _ path: ArraySlice<LoweredTerm>, _ bound: RegisterSet
    ) -> Evaluation {
        var current = head
        for key in path {
            let before = current
            if let constant = key.constant {
                current = { machine in try before(machine)?[constant] }
            } else {
                let evaluation = value(key, bound)
                current = { machine in
                    guard let value = try before(machine), let key = try evaluation(machine) else { return nil }
                    return value[key]
                }
            }
        }
        return current
    }

    private func dataValue(_ node: Int, _ path: ArraySlice<LoweredTerm>, _ bound: RegisterSet) -> Evaluation {
        if let group = group(at: node) { return groupValue(group, path, bound) }
        guard let key = path.first else { return document(node) }
        let place = Array(compiler.tree[node].path.dropFirst())
        let children = compiler.tree[node].childByKey
        if let constant = key.constant {
            if let child = children[constant] { return dataValue(child, path.dropFirst(), bound) }
            let constants = path.prefix { $0.constant != nil }.compactMap(\.constant)
            let full = place + constants
            return descend({ $0.scope.base(full) }, path.dropFirst(constants.count), bound)
        }
        let evaluation = value(key, bound)
        var values: [RegoValue: Evaluation] = [:]
        for (childKey, child) in children { values[childKey] = dataValue(child, path.dropFirst(), bound) }
        let table = values
        let rest = path.dropFirst().map { value($0, bound) }
        return { machine in
            guard let key = try evaluation(machine) else { return nil }
            if let found = table[key] { return try found(machine) }
            guard let base = machine.scope.base(place), var value = EvaluationScope.stored(base, key) else {
                return nil
            }
            for step in rest {
                guard let key = try step(machine), let next = value[key] else { return nil }
                value = next
            }
            return value
        }
    }

    private func groupValue(
        _ group: RuleGroup, _ path: ArraySlice<LoweredTerm>, _ bound: RegisterSet
    ) -> Evaluation {
        isCostly = true
        switch group.kind {
        case .function:
            return { _ in nil }
        case .set, .partial:
            guard let key = path.first else { break }
            let evaluation = value(key, bound)
            let head: Evaluation = { machine in
                guard let key = try evaluation(machine) else { return nil }
                return try group.lookup(key, machine)
            }
            return descend(head, path.dropFirst(), bound)
        case .complete:
            break
        }
        return descend({ try group.document($0) }, path, bound)
    }

    /// All that is at a place of the tree: the documents of rules over the base document.
    func document(_ node: Int) -> Evaluation {
        isCostly = true
        if let group = group(at: node) {
            if case .function = group.kind { return { _ in nil } }
            return { try group.document($0) }
        }
        let place = Array(compiler.tree[node].path.dropFirst())
        var parts: [(RegoValue, Bool, Evaluation)] = []
        for child in compiler.tree[node].children {
            guard let key = compiler.tree[child].path.last else { continue }
            if node == RuleTree.root, key == "system" { continue }
            parts.append((key, compiler.tree[child].group != nil, document(child)))
        }
        let children = parts
        return { machine in
            if !machine.scope.overrides.isEmpty, machine.scope.isOverridden(place) { return machine.scope.base(place) }
            var object = RegoObject()
            if case .object(let base)? = machine.scope.base(place) { object = base }
            for (key, isRule, child) in children {
                // What a base document has goes before what a rule gives in the same place.
                if isRule, object[key] != nil { continue }
                if let value = try child(machine) { object.insert(key, value) }
            }
            return .object(object)
        }
    }
}
