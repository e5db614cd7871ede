/// Checks values against schemas and collects what does not fit, up to a bound.
public struct SchemaValidator: Sendable {
    /// What does not fit, in the order in which it was met.
    public private(set) var findings: [SchemaFinding] = []
    /// The most findings that are collected; further ones are dropped.
    public static let maximumFindings = 100

    /// Makes a validator that has found nothing.
    public init() {}

    /// Checks a value; `path` is what findings name, and its last step is what messages call the value.
    public mutating func validate(_ value: PositionedValue, as type: FieldType, at path: FieldPath) {
        switch type {
        case .any: break
        case .string: _ = text(of: value, at: path)
        case .text(let format):
            guard format != .mode || value.isString else {
                return mismatch(value, "octal digits in quotes, such as \"0644\"", at: path)
            }
            guard let text = text(of: value, at: path) else { return }
            check(text, format, at: path, line: value.line, column: value.column)
        case .integer(let range):
            guard case .integer(let integer) = value.content else { return mismatch(value, "an integer", at: path) }
            guard !range.contains(integer) else { return }
            let bound =
                range.upperBound == .max
                ? "at least \(range.lowerBound)" : "between \(range.lowerBound) and \(range.upperBound)"
            report("\(path.subject) must be \(bound), not \(integer)", value, at: path)
        case .boolean:
            guard case .bool = value.content else { return mismatch(value, "true or false", at: path) }
        case .word(let words): checkWord(value, words, at: path)
        case .list(let element, let minimum): checkList(value, element, minimum: minimum, at: path)
        case .map(let keys, let values): checkMap(value, keys, values, at: path)
        case .object(let schema):
            guard let members = value.members else { return mismatch(value, "an object", at: path) }
            validate(members, of: value, as: schema, at: path)
        case .keyed(let union): _ = validate(value, as: union, at: path)
        case .oneOf(let types): checkOneOf(value, types, at: path)
        }
    }

    /// Checks an object whose type is named by a key, and returns its type; nil when that is not clear.
    public mutating func validate(
        _ value: PositionedValue, as union: KeyedUnion, at path: FieldPath
    ) -> KeyedUnion.Alternative? {
        guard let members = value.members else {
            mismatch(value, "an object", at: path)
            return nil
        }
        switch union.choose(members) {
        case .alternative(let alternative):
            validate(members, of: value, as: alternative.schema, at: path)
            return alternative
        case .unsupported(let member): report("'\(member.key)' is not supported in this version", member, at: path)
        case .ambiguous(let members):
            let keys = members.map { "'\($0.key)'" }.joined(separator: " and ")
            report("\(union.title) has one type, and \(keys) each name one; split it", members[1], at: path)
        case .none:
            let keys = union.alternatives.map(\.key)
            let near = members.lazy.compactMap { member in
                Suggestion.nearest(to: member.key, among: keys).map { (member, $0) }
            }.first
            if let (member, key) = near {
                report(
                    "unknown key '\(member.key.shownInMessage)' in \(union.title); did you mean '\(key)'?", member,
                    at: path)
            } else {
                let list = keys.map { "'\($0)'" }.joined(separator: ", ")
                report("\(union.title) needs a key that names its type: one of \(list)", value, at: path)
            }
        }
        return nil
    }

    private mutating func validate(
        _ members: [PositionedMember], of value: PositionedValue, as schema: ObjectSchema, at path: FieldPath
    ) {
        for member in members {
            let memberPath = path.appending(member.key)
            guard let field = schema.field(member.key) else {
                if schema.isOpen { continue }
                let known = schema.fields.lazy.filter(\.isSupported).map(\.name)
                report(
                    "unknown key '\(member.key.shownInMessage)' in \(schema.title)"
                        + Suggestion.clause(for: member.key, among: known), member, at: memberPath)
                continue
            }
            guard field.isSupported else {
                report("'\(field.name)' is not supported in this version", member, at: memberPath)
                continue
            }
            if member.value.content == .null, field.type != .any {
                report("'\(field.name)' has no value; write one or leave the key out", member, at: memberPath)
                continue
            }
            validate(member.value, as: field.type, at: memberPath)
        }
        for field in schema.fields where field.isRequired && !members.contains(where: { $0.key == field.name }) {
            report("\(schema.title) needs '\(field.name)'", value, at: path.appending(field.name))
        }
        checkCombinations(members, of: value, as: schema, at: path)
    }

    private mutating func checkCombinations(
        _ members: [PositionedMember], of value: PositionedValue, as schema: ObjectSchema, at path: FieldPath
    ) {
        let present = members.filter { $0.value.content != .bool(false) && $0.value.content != .null }
        for exclusion in schema.exclusions {
            let both = present.filter { exclusion.contains($0.key) }
            guard both.count > 1 else { continue }
            report(
                "'\(both[0].key)' and '\(both[1].key)' exclude each other in \(schema.title); keep one", both[1],
                at: path.appending(both[1].key))
        }
        for choice in schema.choices where !present.contains(where: { choice.contains($0.key) }) {
            let keys = choice.map { "'\($0)'" }.joined(separator: " or ")
            report("\(schema.title) needs \(keys)", value, at: path)
        }
        for member in present {
            guard let companion = schema.companions[member.key], !present.contains(where: { $0.key == companion })
            else {
                continue
            }
            report("'\(member.key)' means something only beside '\(companion)'", member, at: path.appending(member.key))
        }
    }

    private mutating func checkWord(_ value: PositionedValue, _ words: [String], at path: FieldPath) {
        let list = words.map { "'\($0)'" }.joined(separator: ", ")
        guard let text = value.text else { return mismatch(value, "one of \(list)", at: path) }
        guard !words.contains(text) else { return }
        report(
            "\(path.subject) must be one of \(list), not '\(text.shownInMessage)'"
                + Suggestion.clause(for: text, among: words), value, at: path)
    }

    private mutating func checkList(
        _ value: PositionedValue, _ element: FieldType, minimum: Int, at path: FieldPath
    ) {
        guard let elements = value.elements else { return mismatch(value, "a list", at: path) }
        if elements.count < minimum { report("\(path.subject) is empty", value, at: path) }
        for (index, next) in elements.enumerated() { validate(next, as: element, at: path.appending(index)) }
    }

    private mutating func checkMap(
        _ value: PositionedValue, _ keys: TextFormat, _ values: FieldType, at path: FieldPath
    ) {
        guard let members = value.members else { return mismatch(value, "an object", at: path) }
        for member in members {
            let memberPath = path.appending(member.key)
            check(member.key, keys, at: memberPath, line: member.line, column: member.column)
            validate(member.value, as: values, at: memberPath)
        }
    }

    private mutating func checkOneOf(_ value: PositionedValue, _ types: [FieldType], at path: FieldPath) {
        if let type = types.first(where: { $0.accepts(value) }) { return validate(value, as: type, at: path) }
        mismatch(value, types.filter(\.isSupported).map(\.noun).joined(separator: " or "), at: path)
    }

    private mutating func text(of value: PositionedValue, at path: FieldPath) -> String? {
        if let text = value.text { return text }
        mismatch(value, "a string", at: path)
        return nil
    }

    private mutating func check(
        _ text: String, _ format: TextFormat, at path: FieldPath, line: Int, column: Int
    ) {
        guard let problem = format.problem(with: text) else { return }
        let shown = "'\(text.shownInMessage)'"
        let subject = path.subject == shown ? shown : "\(path.subject): \(shown)"
        let message = format.problemNamesText ? problem : "\(subject) \(problem)"
        add(SchemaFinding(path: path, line: line, column: column, message: message))
    }

    private mutating func mismatch(_ value: PositionedValue, _ expected: String, at path: FieldPath) {
        var message = "\(path.subject) must be \(expected), not \(value.typeName)"
        if expected == "a string" {
            switch value.content {
            case .integer, .number, .bool: message += "; put it in quotes"
            default: break
            }
        }
        report(message, value, at: path)
    }

    private mutating func report(_ message: String, _ value: PositionedValue, at path: FieldPath) {
        add(SchemaFinding(path: path, line: value.line, column: value.column, message: message))
    }

    private mutating func report(_ message: String, _ member: PositionedMember, at path: FieldPath) {
        add(SchemaFinding(path: path, line: member.line, column: member.column, message: message))
    }

    private mutating func add(_ finding: SchemaFinding) {
        if findings.count < Self.maximumFindings { findings.append(finding) }
    }
}

extension FieldPath {
    /// What messages call the value: its key in quotes, or its place in a list.
    fileprivate var subject: String {
        switch steps.last {
        case .member(let name): "'\(name.shownInMessage)'"
        case .element(let index):
            if case .member(let name) = steps.dropLast().last {
                "element \(index + 1) of '\(name.shownInMessage)'"
            } else {
                "element \(index + 1)"
            }
        case nil: "the value"
        }
    }
}

extension PositionedValue {
    fileprivate var isString: Bool { text != nil }
}

extension FieldType {
    /// Whether the JSON type of a value is one that this type is for.
    func accepts(_ value: PositionedValue) -> Bool {
        switch (self, value.content) {
        case (.any, _), (.string, .string), (.text, .string), (.word, .string), (.integer, .integer), (.boolean, .bool),
            (.list, .array), (.map, .object), (.object, .object), (.keyed, .object):
            true
        case (.oneOf(let types), _): types.contains { $0.accepts(value) }
        default: false
        }
    }

    /// Whether this version has the type: an object of which no field is supported it has not.
    var isSupported: Bool {
        guard case .object(let schema) = self else { return true }
        return schema.fields.contains(where: \.isSupported)
    }

    fileprivate var noun: String {
        switch self {
        case .any: "a value"
        case .string, .text: "a string"
        case .integer: "an integer"
        case .boolean: "true or false"
        case .word(let words): "one of " + words.map { "'\($0)'" }.joined(separator: ", ")
        case .list: "a list"
        case .map, .object, .keyed: "an object"
        case .oneOf(let types): types.map(\.noun).joined(separator: " or ")
        }
    }
}
