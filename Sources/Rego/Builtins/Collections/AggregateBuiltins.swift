/// `count`, `sum`, `product`, `max`, `min`, `sort`, `all`, `any`.
enum AggregateBuiltins {
    static let declarations: [BuiltinDeclaration] = [
        BuiltinDeclaration(
            "count", [.either(.set(.any), .array(.any), .anyObject, .string)], .number, evaluate: count),
        BuiltinDeclaration("sum", [.collection(.number)], .number, evaluate: sum),
        BuiltinDeclaration("product", [.collection(.number)], .number, evaluate: product),
        BuiltinDeclaration("max", [.collection(.any)], .any, evaluate: maximum),
        BuiltinDeclaration("min", [.collection(.any)], .any, evaluate: minimum),
        BuiltinDeclaration("sort", [.collection(.any)], .array(.any), evaluate: sort),
        BuiltinDeclaration("all", [.collection(.any)], .boolean, isDeprecated: true, evaluate: all),
        BuiltinDeclaration("any", [.collection(.any)], .boolean, isDeprecated: true, evaluate: any),
    ]

    static func count(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        switch arguments[0] {
        case .array(let array): return RegoValue(array.count)
        case .object(let object): return RegoValue(object.count)
        case .set(let set): return RegoValue(set.count)
        case .string(let string): return RegoValue(string.scalarCount)
        default: throw BuiltinError.operand(1, arguments[0], "array", "object", "set", "string")
        }
    }

    static func sum(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        try fold(arguments, from: 0, context, with: ArithmeticBuiltins.add)
    }

    static func product(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        try fold(arguments, from: 1, context, with: ArithmeticBuiltins.multiply)
    }

    /// Exactly while all numbers are integers, else from the start in floating point, as OPA does it.
    private static func fold(
        _ arguments: [RegoValue], from start: RegoNumber, _ context: BuiltinContext,
        with combine: (RegoNumber, RegoNumber, BuiltinContext) throws(BuiltinError) -> RegoNumber
    ) throws(BuiltinError) -> RegoValue {
        let elements = try members(arguments)
        var numbers: [RegoNumber] = []
        var isExact = true
        for element in elements {
            guard case .number(let number) = element else {
                throw BuiltinError.element(1, of: arguments[0], element, "number")
            }
            isExact = isExact && number.isInteger
            numbers.append(number)
        }
        var result = start
        if isExact {
            for number in numbers { result = try combine(result, number, context) }
            return .number(result)
        }
        var float = try GoFloat(start)
        for number in numbers {
            float = start == 0 ? float + (try GoFloat(number)) : float * (try GoFloat(number))
        }
        return .number(float.number)
    }

    static func maximum(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let elements = try members(arguments)
        guard var best = elements.first else { return nil }
        for element in elements.dropFirst() where best.order(element) <= 0 { best = element }
        return best
    }

    static func minimum(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let elements = try members(arguments)
        guard var best = elements.first else { return nil }
        for element in elements.dropFirst() where best.order(element) >= 0 { best = element }
        return best
    }

    static func sort(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        switch arguments[0] {
        case .array(let array):
            try context.charge(bytes: array.count * 16)
            return .array(RegoArray(array.elements.sorted { $0.order($1) < 0 }))
        case .set(let set): return .array(RegoArray(set.sorted))
        default: throw BuiltinError.operand(1, arguments[0], "set", "array")
        }
    }

    static func all(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        .bool(try arguments.collection(0).allSatisfy { $0 == true })
    }

    static func any(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        .bool(try arguments.collection(0).contains(true))
    }

    private static func members(_ arguments: [RegoValue]) throws(BuiltinError) -> ContiguousArray<RegoValue> {
        switch arguments[0] {
        case .array(let array): return array.elements
        case .set(let set): return set.sorted
        default: throw BuiltinError.operand(1, arguments[0], "set", "array")
        }
    }
}
