/// A term with its names resolved: what the generator makes closures of.
///
/// Variables are the numbers of registers in the frame of their rule.
indirect enum LoweredTerm: Sendable {
    case constant(RegoValue)
    case variable(Int)
    case array([LoweredTerm])
    case object([LoweredItem])
    case set([LoweredTerm])
    case ref(LoweredRef)
    case call(LoweredCall)
    case comprehension(LoweredComprehension)
    case template([LoweredPart])
}

struct LoweredItem: Sendable {
    var key: LoweredTerm
    var value: LoweredTerm
}

struct LoweredRef: Sendable {
    enum Head: Sendable {
        case data
        case input
        case term(LoweredTerm)
    }

    var head: Head
    var path: [LoweredTerm]
    var span: Span
}

/// What a call reaches.
enum Callee: Sendable {
    case builtin(String)
    /// A function that rules define, by its node in the tree.
    case node(Int)
}

struct LoweredCall: Sendable {
    var callee: Callee
    var arguments: [LoweredTerm]
    var span: Span
}

struct LoweredComprehension: Sendable {
    enum Kind: Sendable {
        case array, set, object
    }

    var kind: Kind
    /// The key of an object comprehension.
    var key: LoweredTerm?
    var value: LoweredTerm
    var body: [Goal]
}

/// A piece of an interpolated string: text, or a term with the goals that find it.
enum LoweredPart: Sendable {
    case text(RegoString)
    case value(LoweredTerm, [Goal])
}

/// One thing that has to hold.
struct Goal: Sendable {
    var kind: GoalKind
    var isNegated = false
    var with: [LoweredWith] = []
    /// Goals that came from one statement share the number, so that its modifiers are applied once.
    var withGroup = 0
    /// Whether the goal binds a register that the compiler made for exactly one use.
    var temporary: Int?
    var span: Span
}

indirect enum GoalKind: Sendable {
    /// `isComparison` is `==`: it binds nothing by itself.
    case unify(LoweredTerm, LoweredTerm, isComparison: Bool)
    /// Defined and not false.
    case test(LoweredTerm)
    /// A call whose result is matched with a pattern; the only form of relations.
    case call(LoweredCall, output: LoweredTerm)
    case every(key: Int?, value: Int, domain: LoweredTerm, body: [Goal])
    /// `print` of its arguments, undefined ones included.
    case output([LoweredPart])
}

struct LoweredWith: Sendable {
    enum Target: Sendable {
        case input([RegoValue])
        case data([RegoValue])
        case builtin(String)
        case function(Int)
    }

    enum Value: Sendable {
        case term(LoweredTerm)
        case callee(Callee)
    }

    var target: Target
    var value: Value
    var span: Span
}

/// The variables a term or a goal speaks of.
struct Mentions {
    /// Outside of comprehensions and other closures.
    var direct: RegisterSet = []
    /// Inside of closures.
    var closed: RegisterSet = []

    mutating func add(_ term: LoweredTerm, inClosure: Bool = false) {
        switch term {
        case .constant: break
        case .variable(let id):
            if inClosure { closed.insert(id) } else { direct.insert(id) }
        case .array(let terms), .set(let terms):
            for term in terms { add(term, inClosure: inClosure) }
        case .object(let items):
            for item in items {
                add(item.key, inClosure: inClosure)
                add(item.value, inClosure: inClosure)
            }
        case .ref(let ref):
            if case .term(let head) = ref.head { add(head, inClosure: inClosure) }
            for key in ref.path { add(key, inClosure: inClosure) }
        case .call(let call):
            for argument in call.arguments { add(argument, inClosure: inClosure) }
        case .comprehension(let comprehension):
            if let key = comprehension.key { add(key, inClosure: true) }
            add(comprehension.value, inClosure: true)
            for goal in comprehension.body { add(goal, inClosure: true) }
        case .template(let parts):
            add(parts)
        }
    }

    mutating func add(_ parts: [LoweredPart]) {
        for part in parts {
            guard case .value(let term, let goals) = part else { continue }
            add(term, inClosure: true)
            for goal in goals { add(goal, inClosure: true) }
        }
    }

    mutating func add(_ goal: Goal, inClosure: Bool = false) {
        switch goal.kind {
        case .unify(let left, let right, _):
            add(left, inClosure: inClosure)
            add(right, inClosure: inClosure)
        case .test(let term): add(term, inClosure: inClosure)
        case .call(let call, let output):
            for argument in call.arguments { add(argument, inClosure: inClosure) }
            add(output, inClosure: inClosure)
        case .every(let key, let value, let domain, let body):
            add(domain, inClosure: inClosure)
            if let key { closed.insert(key) }
            closed.insert(value)
            for goal in body { add(goal, inClosure: true) }
        case .output(let parts): add(parts)
        }
        for with in goal.with {
            if case .term(let term) = with.value { add(term, inClosure: inClosure) }
        }
    }
}

extension LoweredTerm {
    /// Whether a comprehension or an interpolated string stands in it.
    var hasClosures: Bool {
        switch self {
        case .constant, .variable: false
        case .array(let terms), .set(let terms): terms.contains(where: \.hasClosures)
        case .object(let items): items.contains { $0.key.hasClosures || $0.value.hasClosures }
        case .ref(let ref):
            if case .term(let head) = ref.head, head.hasClosures {
                true
            } else {
                ref.path.contains(where: \.hasClosures)
            }
        case .call(let call): call.arguments.contains(where: \.hasClosures)
        case .comprehension, .template: true
        }
    }
}

extension Goal {
    /// Whether a body stands in it that is run on its own.
    var hasClosures: Bool {
        let inModifiers = with.contains { with in
            if case .term(let term) = with.value { term.hasClosures } else { false }
        }
        if inModifiers { return true }
        return switch kind {
        case .unify(let left, let right, _): left.hasClosures || right.hasClosures
        case .test(let term): term.hasClosures
        case .call(let call, _): call.arguments.contains(where: \.hasClosures)
        case .every, .output: true
        }
    }

    var mentions: Mentions {
        var mentions = Mentions()
        mentions.add(self)
        return mentions
    }
}

extension LoweredTerm {
    var constant: RegoValue? {
        if case .constant(let value) = self { return value }
        return nil
    }
}

/// One variable of a frame.
struct VariableInfo: Sendable {
    var name: String
    var span: Span
    var isGenerated: Bool
    var isDeclared = false
}

/// The registers of one rule, function or query.
struct FrameLayout: Sendable {
    /// Where a rule puts its value, whether it has one, and the first argument or the key it is asked for.
    static let result = 0
    static let hasResult = 1
    static let firstArgument = 2

    var variables: [VariableInfo] = []

    var count: Int { variables.count }

    mutating func add(_ name: String, _ span: Span, isGenerated: Bool, isDeclared: Bool = false) -> Int {
        variables.append(VariableInfo(name: name, span: span, isGenerated: isGenerated, isDeclared: isDeclared))
        return variables.count - 1
    }
}
