/// A JSON schema of draft 4, 6 or 7 that was found to hold together.
final class JSONSchema: Sendable {
    static let types = ["array", "boolean", "integer", "number", "null", "object", "string"]

    let root: RegoValue
    /// The schemas that have an identifier of their own.
    private let identified: [String: RegoValue]

    /// Checks a schema, as OPA compiles one.
    init(_ root: RegoValue, _ context: BuiltinContext) throws(BuiltinError) {
        self.root = root
        var identified: [String: RegoValue] = [:]
        JSONSchema.collect(root, 0, &identified)
        self.identified = identified
        try JSONSchemaChecker.check(root, context)
    }

    private static func collect(_ value: RegoValue, _ depth: Int, _ identified: inout [String: RegoValue]) {
        guard depth < 200 else { return }
        switch value {
        case .object(let object):
            for name in ["$id", "id"] {
                if let identifier = object[name]?.string { identified[identifier] = value }
            }
            for (_, inner) in object { collect(inner, depth + 1, &identified) }
        case .array(let array): for inner in array { collect(inner, depth + 1, &identified) }
        default: break
        }
    }

    /// The schema a reference leads to, within this document.
    func resolve(_ reference: String) throws(BuiltinError) -> RegoValue {
        if let known = identified[reference] { return known }
        let parts = reference.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        var found = root
        let document = parts.first.map(String.init) ?? ""
        if !document.isEmpty {
            guard let known = identified[document] ?? identified[document + "#"] else {
                throw BuiltinError("remote reference loading disabled: \(reference)")
            }
            found = known
        }
        guard parts.count > 1, !parts[1].isEmpty else { return found }
        for key in try JSONPath.parse(.string(RegoString(utf8: try URLEscaping.fragment.unescape(parts[1].utf8)))) {
            let index = key.string.flatMap { Int($0) }.map { RegoValue($0) }
            guard let next = found[key] ?? index.flatMap({ found[$0] }) else {
                throw BuiltinError("Object has no key '\(key.string ?? "")'")
            }
            found = next
        }
        return found
    }
}

/// Finds what is wrong with a schema itself.
enum JSONSchemaChecker {
    private static let depthLimit = 200
    private static let schemas = [
        "additionalItems", "additionalProperties", "contains", "propertyNames", "not", "if", "then", "else",
    ]

    static func check(_ schema: RegoValue, _ context: BuiltinContext, depth: Int = 0) throws(BuiltinError) {
        try context.spend()
        guard depth < depthLimit else { throw BuiltinError("schema is nested too deeply") }
        if case .bool = schema { return }
        guard case .object(let object) = schema else {
            throw BuiltinError("Invalid type. Expected: valid schema, given: \(schema.typeName)")
        }
        if let reference = object["$ref"] {
            guard reference.string != nil else {
                throw BuiltinError("Invalid type. Expected: string, given: $ref")
            }
            return
        }
        try checkTypes(object)
        try checkNumbers(object)
        try checkTexts(object, context)
        for name in schemas {
            if let inner = object[name] { try check(inner, context, depth: depth + 1) }
        }
        for name in ["properties", "patternProperties", "definitions"] {
            guard let inner = object[name] else { continue }
            guard case .object(let members) = inner else {
                throw BuiltinError("Invalid type. Expected: valid schema, given: \(name)")
            }
            for (key, member) in members {
                if name == "patternProperties" { try checkPattern(key.string ?? "", context) }
                try check(member, context, depth: depth + 1)
            }
        }
        for name in ["allOf", "anyOf", "oneOf"] {
            guard let inner = object[name] else { continue }
            guard case .array(let members) = inner, !members.isEmpty else {
                throw BuiltinError("\(name) must be of type array")
            }
            for member in members { try check(member, context, depth: depth + 1) }
        }
        switch object["items"] {
        case .array(let list)?: for member in list { try check(member, context, depth: depth + 1) }
        case let items?: try check(items, context, depth: depth + 1)
        case nil: break
        }
    }

    private static func checkTypes(_ object: RegoObject) throws(BuiltinError) {
        let names: [RegoValue]
        switch object["type"] {
        case nil: return
        case .array(let array)?: names = Array(array)
        case let one?: names = [one]
        }
        for name in names {
            guard let text = name.string else {
                throw BuiltinError("Invalid type. Expected: string/array of strings, given: type")
            }
            guard JSONSchema.types.contains(text) else {
                let known = JSONSchema.types.joined(separator: " ")
                throw BuiltinError(
                    "has a primitive type that is NOT VALID -- given: /\(text)/ Expected valid values are:[\(known)]")
            }
        }
        if Set(names).count < names.count { throw BuiltinError("type items must be unique") }
    }

    private static func checkNumbers(_ object: RegoObject) throws(BuiltinError) {
        for name in ["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"] {
            guard let value = object[name] else { continue }
            guard case .number(let number) = value, number.isInteger else {
                throw BuiltinError("\(name) must be of an integer")
            }
            if number.isNegative { throw BuiltinError("\(name) must be greater than or equal to 0") }
        }
        for name in ["minimum", "maximum", "multipleOf"] {
            guard let value = object[name] else { continue }
            guard case .number(let number) = value else { throw BuiltinError("\(name) must be of a number") }
            if name == "multipleOf", number <= 0 { throw BuiltinError("multipleOf must be strictly greater than 0") }
        }
    }

    private static func checkTexts(_ object: RegoObject, _ context: BuiltinContext) throws(BuiltinError) {
        if let pattern = object["pattern"] {
            guard let text = pattern.string else { throw BuiltinError("pattern must be of a string") }
            try checkPattern(text, context)
        }
        if let required = object["required"] {
            guard case .array(let names) = required else { throw BuiltinError("required must be of an array") }
            guard names.allSatisfy({ $0.string != nil }) else {
                throw BuiltinError("required items must be of type string")
            }
        }
        if let values = object["enum"] {
            guard case .array(let list) = values else { throw BuiltinError("enum must be of an array") }
            if Set(list).count < list.count { throw BuiltinError("enum items must be unique") }
        }
    }

    private static func checkPattern(_ text: String, _ context: BuiltinContext) throws(BuiltinError) {
        do throws(BuiltinError) {
            _ = try RegexBuiltins.compiled(RegoString(text), context)
        } catch {
            throw BuiltinError("Invalid regex pattern '\(text)'")
        }
    }
}
