/// What rules are evaluated against, with what they were found to be: `with` makes a new one.
final class EvaluationScope {
    /// What is known of one document.
    enum Cell: Sendable {
        case unknown
        case undefined
        case value(RegoValue)
    }

    /// One document at one key, or one function at its arguments.
    struct Key: Hashable {
        let group: Int
        let arguments: ContiguousArray<RegoValue>
    }

    let input: RegoValue?
    let data: RegoValue
    /// The places below `data` that `with` replaced, so that rules there do not count.
    let overrides: [[RegoValue]]
    let mocks: Mocks?
    /// The scope outside of the `with`.
    let parent: EvaluationScope?
    // Safety: confined to the machine of one evaluation, which no two calls change at once.
    @exclusivity(unchecked) var cells: [Cell]
    @exclusivity(unchecked) var keyed: [Key: RegoValue?] = [:]
    /// How often each set was asked for single members.
    @exclusivity(unchecked) var keyedCount: [Int: Int] = [:]

    init(
        input: RegoValue?, data: RegoValue, overrides: [[RegoValue]] = [], mocks: Mocks? = nil,
        parent: EvaluationScope? = nil, groupCount: Int
    ) {
        self.input = input
        self.data = data
        self.overrides = overrides
        self.mocks = mocks
        self.parent = parent
        cells = [Cell](repeating: .unknown, count: groupCount)
    }

    /// Whether a place, or one above it, was replaced.
    func isOverridden(_ path: [RegoValue]) -> Bool {
        overrides.contains { path.count >= $0.count && path.starts(with: $0) }
    }

    /// The value at a place of the base document.
    func base(_ path: some Sequence<RegoValue>) -> RegoValue? {
        var value = data
        for key in path {
            guard let next = Self.stored(value, key) else { return nil }
            value = next
        }
        return value
    }

    /// What a base document has under a key; a number finds the key that is its text, for paths of storage are texts.
    static func stored(_ value: RegoValue, _ key: RegoValue) -> RegoValue? {
        if let found = value[key] { return found }
        guard case .number(let number) = key, case .object(let object) = value else { return nil }
        return object[.string(RegoString(number.text))]
    }

    /// The same documents without the functions that `with` replaced: what a replacement itself calls is real.
    func withoutMocks() -> EvaluationScope {
        EvaluationScope(
            input: input, data: data, overrides: overrides, mocks: nil, parent: self, groupCount: cells.count)
    }
}

/// The functions that `with` replaced.
struct Mocks {
    /// What stands in for a function.
    enum Replacement {
        case value(RegoValue)
        case builtin(BuiltinDeclaration)
        case group(RuleGroup)
    }

    var builtins: [String: Replacement] = [:]
    var groups: [Int: Replacement] = [:]
}
