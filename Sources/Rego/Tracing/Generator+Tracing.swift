/// The closures of traced queries: they tell the tracer of the machine what they do.
///
/// They run the goals as they were lowered, one by one, without joins and without goals that are evaluated inside of
/// others; what they find is the same.
extension Generator {
    func node(_ kind: TraceNode.Kind, _ span: Span, text: String? = nil) -> TraceNode {
        nodeCount += 1
        let location = source.location(span)
        return TraceNode(
            kind: kind, id: nodeCount, location: location, text: text ?? TraceNode.line(location.text))
    }

    /// The node of a body that stands inside of a rule or query.
    func node(ofBody goals: [Goal]) -> TraceNode {
        var texts: [String] = []
        for goal in goals where goal.temporary == nil {
            let text = TraceNode.line(source.text(goal.span))
            if texts.last != text { texts.append(text) }
        }
        var span = goals.first?.span ?? .none
        if let last = goals.last?.span { span = span.through(last) }
        return node(.body, span, text: texts.joined(separator: "; "))
    }

    /// A body whose goals are told of.
    func tracedBody(_ ordering: Ordering, then: (RegisterSet) -> Step) -> Step {
        var next = then(ordering.bound)
        var index = ordering.goals.count - 1
        while index >= 0 {
            let group = ordering.goals[index].withGroup
            guard group != 0 else {
                next = tracedStep(ordering.goals[index], ordering.boundBefore[index], next)
                index -= 1
                continue
            }
            var first = index
            while first > 0, ordering.goals[first - 1].withGroup == group { first -= 1 }
            next = modified((first...index).map { (ordering.goals[$0], ordering.boundBefore[$0]) }, next)
            index = first - 1
        }
        return next
    }

    /// One goal, told of.
    func tracedStep(_ goal: Goal, _ bound: RegisterSet, _ next: @escaping Step) -> Step {
        let isTrue: Bool
        if case .test(let term) = goal.kind, term.constant == .bool(true) { isTrue = true } else { isTrue = false }
        let node = node(.expression, goal.span, text: isTrue ? "true" : nil)
        let run = step(goal, bound) { machine in
            let stops = try next(machine)
            if let tracer = machine.tracer {
                tracer.isDefined = true
                tracer.tell(.redo, node)
            }
            return stops
        }
        return { machine in
            guard let tracer = machine.tracer else { return try run(machine) }
            tracer.tell(.eval, node)
            let outer = tracer.isDefined
            tracer.isDefined = false
            let stops = try run(machine)
            if !tracer.isDefined { tracer.tell(.fail, node) }
            tracer.isDefined = outer
            return stops
        }
    }

    /// A body that runs on its own inside of a goal or a term, such as that of a comprehension or of `every`.
    func nested(_ goals: [Goal], _ bound: RegisterSet, then: (RegisterSet) -> Step) -> Step {
        guard isTraced, !goals.isEmpty else { return body(goals, bound, then: then) }
        let node = node(ofBody: goals)
        return entering(node, body(goals, bound) { self.exiting(node, isEarly: false, then($0)) })
    }

    /// What is negated: true when it holds.
    func tracedNegation(_ goal: Goal, _ bound: RegisterSet) -> Step {
        var text = TraceNode.line(source.text(goal.span))
        if text.hasPrefix("not ") { text = String(text.dropFirst(4)) }
        let body = node(.body, goal.span, text: text)
        let expression = node(.expression, goal.span, text: text)
        let run = step(goal, bound, exiting(body, isEarly: false) { _ in true })
        return entering(body) { machine in
            machine.tracer?.tell(.eval, expression)
            let holds = try run(machine)
            machine.tracer?.tell(holds ? .redo : .fail, expression)
            return holds
        }
    }

    /// A run of a rule or a body.
    func entering(_ node: TraceNode, _ run: @escaping Step) -> Step {
        { machine in
            guard let tracer = machine.tracer else { return try run(machine) }
            let level = tracer.enter(node)
            let stops = try run(machine)
            tracer.leave(level)
            return stops
        }
    }

    /// A solution of the run.
    func exiting(_ node: TraceNode, isEarly: Bool, _ next: @escaping Step) -> Step {
        { machine in
            guard let tracer = machine.tracer else { return try next(machine) }
            tracer.tell(.exit, node, message: isEarly ? "early" : "")
            let stops = try next(machine)
            tracer.redo(node)
            return stops
        }
    }

    /// An index that tells how many rules it found.
    func tracedIndex(_ group: RuleGroup) -> RuleIndex {
        let rules = group.index?.root ?? .rules(Array(group.members.indices))
        let node = TraceNode(kind: .rule, id: 0, location: group.site.location, text: group.tracePath)
        return RuleIndex(root: .traced(node, isEarly: group.hasOneValue, rules))
    }

    /// The value of a default rule.
    func tracedDefault(_ rule: LoweredRule, of group: RuleGroup, _ value: @escaping Evaluation) -> Evaluation {
        guard isTraced else { return value }
        let node = node(.rule, rule.span, text: group.tracePath)
        return { machine in
            guard let tracer = machine.tracer else { return try value(machine) }
            let level = tracer.enter(node)
            let found = try value(machine)
            tracer.tell(.exit, node)
            tracer.leave(level)
            return found
        }
    }

    /// A call of `trace`.
    func tracedNote(_ call: @escaping Evaluation, _ site: CallSite) -> Evaluation {
        let node = node(.expression, site.span)
        return { machine in
            let value = try call(machine)
            if let tracer = machine.tracer, let note = machine.context.notes.popLast() {
                tracer.note(note, at: node)
            }
            return value
        }
    }
}

extension RuleGroup {
    var tracePath: String { RuleNode.format(["data"] + path) }
}

extension TraceNode {
    /// A text on one line.
    static func line(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 10 || $0 == 9 || $0 == 13 }) else { return text }
        return text.split { $0 == "\n" || $0 == "\t" || $0 == "\r" || $0 == "\r\n" || $0 == " " }.joined(separator: " ")
    }
}
