/// A selection of objects by the values of their fields: `status.phase=Drifted,metadata.name!=x`.
public struct FieldSelector: Sendable, Hashable {
    /// One condition; all of them must hold.
    public struct Requirement: Sendable, Hashable {
        /// The path of the field.
        public let path: [String]
        /// The value.
        public let value: String
        /// Whether the field must have the value, or must not.
        public let isEqual: Bool
    }

    /// The most requirements of one selector.
    public static let maximumRequirements = 100

    /// The conditions.
    public let requirements: [Requirement]

    /// Selects everything.
    public static let everything = FieldSelector(requirements: [])

    private init(requirements: [Requirement]) { self.requirements = requirements }

    /// The members that every object of ours has.
    public static let roots = ["metadata", "spec", "status", "kind", "apiVersion"]

    /// Reads the text form, where an empty text selects everything; throws `.invalidFormat`.
    ///
    /// In a value, `\` takes the meaning from `\`, `,` and `=`. A field begins with one of `roots`.
    public init(parsing text: String, roots: [String] = FieldSelector.roots) throws(ModelError) {
        var requirements: [Requirement] = []
        for term in Self.split(text) {
            guard !term.isEmpty else { continue }
            requirements.append(try Self.requirement(term, of: text, roots: roots))
            guard requirements.count <= Self.maximumRequirements else {
                throw ModelError(
                    .tooLarge, "the field selector has more than \(Self.maximumRequirements) requirements")
            }
        }
        self.requirements = requirements
    }

    /// Whether the object's fields fulfil every condition; an absent field is an empty text, as in Kubernetes.
    public func matches(_ object: APIObject) -> Bool {
        requirements.allSatisfy { requirement in
            (Self.text(of: object.value(at: requirement.path)) == requirement.value) == requirement.isEqual
        }
    }

    /// Whether the fields of an object's JSON form fulfil every condition.
    public func matches(json: JSONValue) -> Bool {
        requirements.allSatisfy { requirement in
            (Self.text(of: json.value(at: requirement.path)) == requirement.value) == requirement.isEqual
        }
    }

    private static func text(of value: JSONValue?) -> String {
        switch value {
        case nil, .null: ""
        case .string(let text): text
        case .some(let value): value.canonicalText
        }
    }

    private static func split(_ text: String) -> [[Character]] {
        var terms: [[Character]] = [[]]
        var isEscaped = false
        for character in text {
            if character == ",", !isEscaped {
                terms.append([])
            } else {
                terms[terms.count - 1].append(character)
            }
            isEscaped = character == "\\" && !isEscaped
        }
        return terms
    }

    private static func requirement(
        _ term: [Character], of text: String, roots: [String]
    ) throws(ModelError) -> Requirement {
        func failure(_ reason: String) -> ModelError {
            ModelError(.invalidFormat, "cannot read field selector '\(text.shownInMessage)': \(reason)")
        }
        guard let equals = term.firstIndex(of: "=") else {
            throw failure("'\(String(term).shownInMessage)' has no '='; write FIELD=VALUE or FIELD!=VALUE")
        }
        let isEqual = equals == 0 || term[equals - 1] != "!"
        let name = String(term[..<(isEqual ? equals : equals - 1)])
        var value = term[(equals + 1)...]
        if isEqual, value.first == "=" { value = value.dropFirst() }
        let path = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard !path.contains(""), let root = path.first else {
            throw failure("'\(name.shownInMessage)' is not a field")
        }
        guard roots.contains(root) else {
            let usual = roots.prefix(2).joined(separator: ", ") + " or " + roots.dropFirst(2).prefix(1).joined()
            throw failure(
                "there is no field '\(name.shownInMessage)'; begin it with \(usual)"
                    + Suggestion.clause(for: root, among: roots))
        }
        guard let unescaped = unescape(value) else { throw failure("'\\' must be followed by '\\', ',' or '='") }
        return Requirement(path: path, value: unescaped, isEqual: isEqual)
    }

    private static func unescape(_ value: ArraySlice<Character>) -> String? {
        var text = ""
        var characters = value.makeIterator()
        while let character = characters.next() {
            guard character == "\\" else {
                text.append(character)
                continue
            }
            guard let next = characters.next(), "\\,=".contains(next) else { return nil }
            text.append(next)
        }
        return text
    }
}
