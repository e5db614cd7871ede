/// Finds the variables that are never bound, in bodies and in what is nested in them.
struct SafetyChecker {
    let frame: FrameLayout
    let source: SourceText
    private(set) var errors: [RegoError] = []
    private var reported: Set<String> = []

    init(frame: FrameLayout, source: SourceText) {
        self.frame = frame
        self.source = source
    }

    mutating func check(_ goals: [Goal], bound: inout RegisterSet) {
        let ordering = Ordering(goals, bound: bound)
        for (index, goal) in ordering.goals.enumerated() {
            checkClosures(goal, bound: ordering.boundBefore[index])
        }
        for goal in ordering.unsafe {
            let mentions = goal.mentions
            var unsafe = mentions.direct.subtracting(ordering.bound)
            if unsafe.isEmpty { unsafe = mentions.closed.subtracting(ordering.bound) }
            report(unsafe, goal.span)
        }
        bound = ordering.bound
        // One error for a variable is enough; what depends on it is not reported again.
        for goal in ordering.unsafe { bound.formUnion(goal.mentions.direct) }
    }

    mutating func checkHead(_ unsafe: RegisterSet, _ span: Span) {
        if !unsafe.isEmpty { report(unsafe, span) }
    }

    private mutating func report(_ unsafe: RegisterSet, _ span: Span) {
        var names: [(String, Span)] = []
        for register in unsafe.sorted() {
            let info = frame.variables[register]
            if info.name.hasPrefix("__local"), info.isGenerated { continue }
            names.append((info.name, info.span))
        }
        if names.isEmpty, errors.isEmpty {
            errors.append(
                RegoError(code: .unsafeVariable, message: "expression is unsafe", location: source.location(span)))
        }
        for (name, place) in names where reported.insert(name).inserted {
            _ = place
            errors.append(
                RegoError(
                    code: .unsafeVariable, message: "var \(name) is unsafe", location: source.location(span)))
        }
    }

    private mutating func checkClosures(_ goal: Goal, bound: RegisterSet) {
        guard goal.hasClosures else { return }
        switch goal.kind {
        case .unify(let left, let right, _):
            let inner = Ordering([goal], bound: bound).bound
            checkClosures(left, bound: inner)
            checkClosures(right, bound: inner)
        case .test(let term): checkClosures(term, bound: bound)
        case .call(let call, _):
            for argument in call.arguments { checkClosures(argument, bound: bound) }
        case .every(let key, let value, let domain, let body):
            checkClosures(domain, bound: bound)
            var inner = bound.union([value])
            if let key { inner.insert(key) }
            check(body, bound: &inner)
        case .output(let parts): checkClosures(parts, bound: bound)
        }
        for with in goal.with {
            if case .term(let term) = with.value { checkClosures(term, bound: bound) }
        }
    }

    private mutating func checkClosures(_ parts: [LoweredPart], bound: RegisterSet) {
        for part in parts {
            guard case .value(let term, let goals) = part else { continue }
            var inner = bound
            check(goals, bound: &inner)
            var mentions = Mentions()
            mentions.add(term)
            if let goal = goals.last { checkHead(mentions.direct.subtracting(inner), goal.span) }
            checkClosures(term, bound: inner)
        }
    }

    mutating func checkClosures(_ term: LoweredTerm, bound: RegisterSet) {
        switch term {
        case .constant, .variable: break
        case .array(let terms), .set(let terms):
            for term in terms { checkClosures(term, bound: bound) }
        case .object(let items):
            for item in items {
                checkClosures(item.key, bound: bound)
                checkClosures(item.value, bound: bound)
            }
        case .ref(let ref):
            if case .term(let head) = ref.head { checkClosures(head, bound: bound) }
            for key in ref.path { checkClosures(key, bound: bound) }
        case .call(let call):
            for argument in call.arguments { checkClosures(argument, bound: bound) }
        case .template(let parts): checkClosures(parts, bound: bound)
        case .comprehension(let comprehension):
            var inner = bound
            check(comprehension.body, bound: &inner)
            var mentions = Mentions()
            if let key = comprehension.key { mentions.add(key) }
            mentions.add(comprehension.value)
            checkHead(mentions.direct.subtracting(inner), comprehension.body.first?.span ?? .none)
            checkClosures(comprehension.value, bound: inner)
            if let key = comprehension.key { checkClosures(key, bound: inner) }
        }
    }
}
