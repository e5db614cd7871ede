/// `&`, `|`, `intersection`, `union`, `set_diff`.
enum SetBuiltins {
    static let declarations: [BuiltinDeclaration] = [
        BuiltinDeclaration("and", [.set(.any), .set(.any)], .set(.any), infix: "&", evaluate: and),
        BuiltinDeclaration("or", [.set(.any), .set(.any)], .set(.any), infix: "|", evaluate: or),
        BuiltinDeclaration("set_diff", [.set(.any), .set(.any)], .set(.any), isDeprecated: true, evaluate: difference),
        BuiltinDeclaration("intersection", [.set(.set(.any))], .set(.any), evaluate: intersection),
        BuiltinDeclaration("union", [.set(.set(.any))], .set(.any), evaluate: union),
    ]

    static func and(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        .set(try arguments.set(0).intersection(try arguments.set(1)))
    }

    static func or(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let left = try arguments.set(0)
        let right = try arguments.set(1)
        try context.charge(bytes: (left.count + right.count) * 24)
        return .set(left.union(right))
    }

    static func difference(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        .set(try arguments.set(0).subtracting(try arguments.set(1)))
    }

    static func intersection(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        var result: RegoSet?
        for member in try sets(arguments) { result = result?.intersection(member) ?? member }
        return .set(result ?? RegoSet())
    }

    static func union(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        var result = RegoSet()
        for member in try sets(arguments) {
            try context.charge(bytes: member.count * 24)
            result = result.union(member)
        }
        return .set(result)
    }

    private static func sets(_ arguments: [RegoValue]) throws(BuiltinError) -> [RegoSet] {
        var made: [RegoSet] = []
        for member in try arguments.set(0) {
            guard case .set(let set) = member else {
                throw BuiltinError.element(1, of: arguments[0], member, "set")
            }
            made.append(set)
        }
        return made
    }
}
