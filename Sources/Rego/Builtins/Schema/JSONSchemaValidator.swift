/// What does not fit a schema, and where.
struct JSONSchemaFailure {
    let type: String
    let field: String
    let description: String

    var value: RegoValue {
        [
            "error": RegoValue("\(field): \(description)"), "type": RegoValue(type), "field": RegoValue(field),
            "desc": RegoValue(description),
        ]
    }
}

/// Checks documents against a schema.
struct JSONSchemaValidator {
    private static let depthLimit = 500

    let schema: JSONSchema
    let context: BuiltinContext
    var failures: [JSONSchemaFailure] = []
    private var depth = 0

    init(_ schema: JSONSchema, _ context: BuiltinContext) {
        self.schema = schema
        self.context = context
    }

    mutating func report(_ type: String, _ path: [String], _ description: String) {
        let field = path.isEmpty ? "(root)" : path.joined(separator: ".")
        failures.append(JSONSchemaFailure(type: type, field: field, description: description))
    }

    mutating func check(_ value: RegoValue, _ schema: RegoValue, _ path: [String]) throws(BuiltinError) {
        try context.spend()
        depth += 1
        defer { depth -= 1 }
        guard depth < JSONSchemaValidator.depthLimit else { throw BuiltinError("schema is nested too deeply") }
        guard case .object(let object) = schema else {
            if schema == false { report("false", path, "False always fails validation") }
            return
        }
        if let reference = object["$ref"]?.string {
            try check(value, try self.schema.resolve(reference), path)
            return
        }
        guard checkType(value, object, path) else { return }
        try checkCombinations(value, object, path)
        try checkCommon(value, object, path)
        switch value {
        case .array(let array): try check(array: array, object, path)
        case .object(let members): try check(object: members, object, path)
        case .string(let string): try check(string: string, object, path)
        case .number(let number): try check(number: number, object, path)
        default: break
        }
    }

    /// True when a value fits, whatever else there is.
    private mutating func fits(_ value: RegoValue, _ schema: RegoValue, _ path: [String]) throws(BuiltinError) -> Bool {
        try failures(of: value, schema, path).isEmpty
    }

    private mutating func failures(
        of value: RegoValue, _ schema: RegoValue, _ path: [String]
    ) throws(BuiltinError) -> [JSONSchemaFailure] {
        var inner = self
        inner.failures = []
        try inner.check(value, schema, path)
        return inner.failures
    }

    private mutating func checkType(_ value: RegoValue, _ object: RegoObject, _ path: [String]) -> Bool {
        let wanted: [String]
        switch object["type"] {
        case .array(let array)?: wanted = array.compactMap(\.string)
        case .string(let one)?: wanted = [one.string]
        default: return true
        }
        var given = value.typeName
        if case .number(let number) = value, number.isInteger { given = "integer" }
        if wanted.contains(given) || (given == "integer" && wanted.contains("number")) { return true }
        report("invalid_type", path, "Invalid type. Expected: \(wanted.joined(separator: "/")), given: \(given)")
        return false
    }

    private mutating func checkCombinations(
        _ value: RegoValue, _ object: RegoObject, _ path: [String]
    ) throws(BuiltinError) {
        if case .array(let schemas)? = object["anyOf"] {
            let all = try schemas.map { (schema) throws(BuiltinError) in try failures(of: value, schema, path) }
            if !all.contains(where: \.isEmpty) {
                report("number_any_of", path, "Must validate at least one schema (anyOf)")
                failures += all.min { $0.count < $1.count } ?? []
            }
        }
        if case .array(let schemas)? = object["oneOf"] {
            let all = try schemas.map { (schema) throws(BuiltinError) in try failures(of: value, schema, path) }
            let count = all.count(where: \.isEmpty)
            if count != 1 {
                report("number_one_of", path, "Must validate one and only one schema (oneOf)")
                if count == 0 { failures += all.min { $0.count < $1.count } ?? [] }
            }
        }
        if case .array(let schemas)? = object["allOf"] {
            var isMet = true
            for schema in schemas {
                let found = try failures(of: value, schema, path)
                failures += found
                isMet = isMet && found.isEmpty
            }
            if !isMet { report("number_all_of", path, "Must validate all the schemas (allOf)") }
        }
        if let schema = object["not"], try fits(value, schema, path) {
            report("number_not", path, "Must not validate the schema (not)")
        }
        if let condition = object["if"] {
            let holds = try fits(value, condition, path)
            if let branch = object[holds ? "then" : "else"] {
                let found = try failures(of: value, branch, path)
                failures += found
                if !found.isEmpty {
                    report(
                        holds ? "condition_then" : "condition_else", path,
                        holds
                            ? "Must validate \"then\" as \"if\" was valid"
                            : "Must validate \"else\" as \"if\" was not valid")
                }
            }
        }
    }

    private mutating func checkCommon(_ value: RegoValue, _ object: RegoObject, _ path: [String]) throws(BuiltinError) {
        let field = path.isEmpty ? "(root)" : path.joined(separator: ".")
        if let constant = object["const"], constant != value {
            report("const", path, "\(field) does not match: \(constant.json)")
        }
        if case .array(let allowed)? = object["enum"], !allowed.contains(value) {
            let shown = allowed.map(\.json).joined(separator: ", ")
            report("enum", path, "\(field) must be one of the following: \(shown)")
        }
        if case .string(let format)? = object["format"], !JSONSchemaFormat.matches(value, format.string) {
            report("format", path, "Does not match format '\(format)'")
        }
    }

    private mutating func check(
        array: RegoArray, _ object: RegoObject, _ path: [String]
    ) throws(BuiltinError) {
        switch object["items"] {
        case .array(let schemas)?:
            for (index, element) in array.enumerated() {
                if index < schemas.count {
                    try check(element, schemas[index], path + [String(index)])
                } else if let additional = object["additionalItems"] {
                    if additional == false {
                        report("array_no_additional_items", path, "No additional items allowed on array")
                        break
                    }
                    try check(element, additional, path + [String(index)])
                }
            }
        case let schema?:
            for (index, element) in array.enumerated() { try check(element, schema, path + [String(index)]) }
        case nil: break
        }
        if let least = object["minItems"]?.int, array.count < least {
            report("array_min_items", path, "Array must have at least \(least) items")
        }
        if let most = object["maxItems"]?.int, array.count > most {
            report("array_max_items", path, "Array must have at most \(most) items")
        }
        if object["uniqueItems"] == true {
            var seen: [RegoValue: Int] = [:]
            for (index, element) in array.enumerated() {
                if let first = seen[element] {
                    report("unique", path, "array items[\(first),\(index)] must be unique")
                }
                seen[element] = seen[element] ?? index
            }
        }
        if let wanted = object["contains"] {
            for element in array where try fits(element, wanted, path) { return }
            report("contains", path, "At least one of the items must match")
        }
    }

    private mutating func check(
        string: RegoString, _ object: RegoObject, _ path: [String]
    ) throws(BuiltinError) {
        if let least = object["minLength"]?.int, string.scalarCount < least {
            report("string_gte", path, "String length must be greater than or equal to \(least)")
        }
        if let most = object["maxLength"]?.int, string.scalarCount > most {
            report("string_lte", path, "String length must be less than or equal to \(most)")
        }
        if case .string(let pattern)? = object["pattern"],
            !(try RegexBuiltins.compiled(pattern, context).matches(string, context))
        {
            report("pattern", path, "Does not match pattern '\(pattern)'")
        }
    }

    private mutating func check(
        number: RegoNumber, _ object: RegoObject, _ path: [String]
    ) throws(BuiltinError) {
        if case .number(let multiple)? = object["multipleOf"] {
            let quotient = try ArithmeticBuiltins.divide(context, [.number(number), .number(multiple)])
            if case .number(let quotient)? = quotient, !quotient.isInteger {
                report("multiple_of", path, "Must be a multiple of \(multiple)")
            }
        }
        if case .number(let least)? = object["minimum"] {
            if object["exclusiveMinimum"] == true {
                if number <= least { report("number_gt", path, "Must be greater than \(least)") }
            } else if number < least {
                report("number_gte", path, "Must be greater than or equal to \(least)")
            }
        }
        if case .number(let most)? = object["maximum"] {
            if object["exclusiveMaximum"] == true {
                if number >= most { report("number_lt", path, "Must be less than \(most)") }
            } else if number > most {
                report("number_lte", path, "Must be less than or equal to \(most)")
            }
        }
        if case .number(let bound)? = object["exclusiveMinimum"], number <= bound {
            report("number_gt", path, "Must be greater than \(bound)")
        }
        if case .number(let bound)? = object["exclusiveMaximum"], number >= bound {
            report("number_lt", path, "Must be less than \(bound)")
        }
    }
}
