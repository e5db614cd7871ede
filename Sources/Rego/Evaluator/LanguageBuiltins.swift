/// The functions that belong to the language itself.
enum LanguageBuiltins {
    static let declarations: [BuiltinDeclaration] = [
        BuiltinDeclaration("internal.member_2", [.any, .any], .boolean, infix: "in") { _, arguments in
            .bool(Generator.contains(arguments[1], arguments[0]))
        },
        BuiltinDeclaration("internal.member_3", [.any, .any, .any], .boolean, infix: "in") { _, arguments in
            switch arguments[2] {
            case .array, .object, .set: .bool(arguments[2][arguments[0]] == arguments[1])
            default: .bool(false)
            }
        },
        BuiltinDeclaration(
            "walk", [.any], .array([.array(.any), .any], rest: nil), isRelation: true
        ) { _, arguments in
            // The evaluator visits the places by itself; only a mock calls it as a function.
            [.array([]), arguments[0]]
        },
        BuiltinDeclaration(
            "rego.parse_module", [.string, .string], .anyObject
        ) { context, arguments throws(BuiltinError) in
            let name = try arguments.string(0).string
            let text = try arguments.string(1)
            try context.charge(bytes: text.utf8Count * 64)
            do {
                return try RegoModule(parsing: text.string, name: name).value
            } catch {
                throw BuiltinError("\(error)")
            }
        },
    ]
}
