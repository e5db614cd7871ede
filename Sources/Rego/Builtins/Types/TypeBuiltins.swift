/// The questions for a value's kind, and the casts.
enum TypeBuiltins {
    static let declarations: [BuiltinDeclaration] =
        kinds.map { name in
            BuiltinDeclaration("is_\(name)", [.any], .boolean) { .bool($1[0].typeName == name) }
        } + [
            BuiltinDeclaration("type_name", [.any], .string) { RegoValue($1[0].typeName) },
            BuiltinDeclaration(
                "to_number", [.either(.number, .string, .boolean, .null)], .number, evaluate: number),
            BuiltinDeclaration("cast_array", [.any], .array(.any), isDeprecated: true, evaluate: castArray),
            BuiltinDeclaration("cast_set", [.any], .set(.any), isDeprecated: true, evaluate: castSet),
            cast("string", .string), cast("boolean", .boolean), cast("null", .null), cast("object", .anyObject),
        ]

    private static let kinds = ["array", "boolean", "null", "number", "object", "set", "string"]

    private static func cast(_ kind: String, _ type: RegoType) -> BuiltinDeclaration {
        BuiltinDeclaration("cast_\(kind)", [.any], type, isDeprecated: true) { (_, arguments) throws(BuiltinError) in
            guard arguments[0].typeName == kind else { throw BuiltinError.operand(1, arguments[0], kind) }
            return arguments[0]
        }
    }

    static func number(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        switch arguments[0] {
        case .null: return 0
        case .bool(let value): return value ? 1 : 0
        case .number: return arguments[0]
        case .string(let string):
            if let number = string.withBytes({ RegoNumber(utf8: $0) }) { return .number(number) }
            let text = string.string
            if ["inf", "infinity", "nan"].contains(text.lowercased().drop { $0 == "+" || $0 == "-" }) {
                throw BuiltinError.operand(1, arguments[0], "valid number string")
            }
            guard let number = GoFloats.parse(text) else {
                let quoted = GoQuote.quote(string)
                throw BuiltinError("strconv.ParseFloat: parsing \(quoted): invalid syntax")
            }
            return .number(number)
        default: throw BuiltinError.operand(1, arguments[0], "null", "boolean", "number", "string")
        }
    }

    static func castArray(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        .array(RegoArray(try arguments.collection(0)))
    }

    static func castSet(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        .set(RegoSet(try arguments.collection(0)))
    }
}
