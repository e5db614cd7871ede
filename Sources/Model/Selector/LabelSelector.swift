/// A selection of objects by their labels, in the syntax of Kubernetes: `tier=edge,env in (a, b),!legacy`.
public struct LabelSelector: Sendable, Hashable {
    /// One condition; all of them must hold.
    public enum Requirement: Sendable, Hashable {
        case equal(String, String)
        case notEqual(String, String)
        case oneOf(String, [String])
        case noneOf(String, [String])
        case exists(String)
        case absent(String)
    }

    /// The most requirements of one selector.
    public static let maximumRequirements = 100

    /// The conditions.
    public let requirements: [Requirement]

    /// Selects everything.
    public static let everything = LabelSelector([])

    /// Makes a selector.
    public init(_ requirements: [Requirement]) { self.requirements = requirements }

    /// Reads the text form, where an empty text selects everything; throws `.invalidFormat`.
    public init(parsing text: String) throws(ModelError) {
        var parser = SelectorParser(text, what: "label selector")
        var requirements: [Requirement] = []
        while !parser.isAtEnd {
            if !requirements.isEmpty { try parser.expect(",") }
            requirements.append(try Self.requirement(&parser))
            guard requirements.count <= Self.maximumRequirements else {
                throw ModelError(
                    .tooLarge, "the label selector has more than \(Self.maximumRequirements) requirements")
            }
        }
        self.requirements = requirements
    }

    /// Whether labels fulfil every condition.
    ///
    /// `!=` and `notin` hold where the label is absent.
    public func matches(_ labels: [String: String]?) -> Bool {
        requirements.allSatisfy { requirement in
            switch requirement {
            case .equal(let key, let value): labels?[key] == value
            case .notEqual(let key, let value): labels?[key] != value
            case .oneOf(let key, let values): labels?[key].map(values.contains) ?? false
            case .noneOf(let key, let values): !(labels?[key].map(values.contains) ?? false)
            case .exists(let key): labels?[key] != nil
            case .absent(let key): labels?[key] == nil
            }
        }
    }

    private static func requirement(_ parser: inout SelectorParser) throws(ModelError) -> Requirement {
        if parser.skip("!") { return .absent(try parser.key()) }
        let key = try parser.key()
        if parser.skip("!=") { return .notEqual(key, try parser.value()) }
        if parser.skip("==") || parser.skip("=") { return .equal(key, try parser.value()) }
        if parser.skipWord("in") { return .oneOf(key, try parser.values()) }
        if parser.skipWord("notin") { return .noneOf(key, try parser.values()) }
        return .exists(key)
    }
}
