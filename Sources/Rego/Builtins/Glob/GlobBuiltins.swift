/// `glob.match` and `glob.quote_meta`.
enum GlobBuiltins {
    static let declarations: [BuiltinDeclaration] = [
        BuiltinDeclaration(
            "glob.match", [.string, .either(.null, .array(.string)), .string], .boolean, evaluate: match),
        BuiltinDeclaration("glob.quote_meta", [.string], .string, evaluate: quote),
    ]

    static func match(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let pattern = try arguments.string(0)
        let separators = try separators(arguments)
        let text = try arguments.string(2)
        let key = RegoString(runes: pattern.runes + [0] + separators)
        let glob = try context.cache.value(key) { () throws(BuiltinError) in
            try Glob(pattern, separators: separators)
        }
        return .bool(try glob.matches(text, context))
    }

    private static func separators(_ arguments: [RegoValue]) throws(BuiltinError) -> [UInt32] {
        switch arguments[1] {
        case .null: return []
        case .array(let array):
            var made: [UInt32] = []
            for element in array {
                guard case .string(let string) = element else {
                    throw BuiltinError.element(2, of: arguments[1], element, "string")
                }
                let runes = string.runes
                guard runes.count == 1 else { throw BuiltinError.element(2, of: arguments[1], element, "rune") }
                made += runes
            }
            return made.isEmpty ? [0x2E] : made
        default: throw BuiltinError.operand(2, arguments[1], "array", "null")
        }
    }

    static func quote(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let special = Set("?*\\[]{},!".utf8)
        let bytes = try arguments.string(0).utf8
        return .string(RegoString(utf8: bytes.flatMap { special.contains($0) ? [UInt8(ascii: "\\"), $0] : [$0] }))
    }
}
