import BigInt

/// `numbers.range`, `numbers.range_step`, `rand.intn`.
enum NumberBuiltins {
    static let declarations: [BuiltinDeclaration] = [
        BuiltinDeclaration("numbers.range", [.number, .number], .array(.number), evaluate: range),
        BuiltinDeclaration("numbers.range_step", [.number, .number, .number], .array(.number), evaluate: rangeStep),
        BuiltinDeclaration(
            "rand.intn", [.string, .number], .number, isNondeterministic: true, evaluate: randomInteger),
    ]

    static func range(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let first = try integer(arguments, 0)
        let last = try integer(arguments, 1)
        return try values(from: first, to: last, step: 1, context)
    }

    static func rangeStep(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let first = try integer(arguments, 0)
        let last = try integer(arguments, 1)
        let step = try integer(arguments, 2)
        if step <= 0 { throw BuiltinError("step must be a positive integer") }
        return try values(from: first, to: last, step: step, context)
    }

    static func randomInteger(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let name = try arguments.string(0)
        guard let bound = try arguments.number(1).int else { throw Operands.floatingPoint(2) }
        if bound == 0 { return 0 }
        let limit = Int(Swift.min(bound.magnitude, UInt(Int.max)))
        let key = RegoValue.array(["rand.intn", .string(name), RegoValue(limit)])
        if let known = context.kept[key] { return known }
        let made = RegoValue(Int.random(in: 0..<limit, using: &context.random))
        context.kept[key] = made
        return made
    }

    private static func values(
        from first: BigInt, to last: BigInt, step: BigInt, _ context: BuiltinContext
    ) throws(BuiltinError) -> RegoValue {
        let count = BigInt((last - first).magnitude) / step + 1
        guard let length = Int(exactly: count), length <= 1 << 32 else {
            throw BuiltinError(.halt(.memory), "numbers.range: the range has more numbers than memory could hold")
        }
        var made = ContiguousArray<RegoValue>()
        if let start = Int(exactly: first), let end = Int(exactly: last), let stride = Int(exactly: step) {
            let direction = end >= start ? stride : -stride
            var value = start
            for position in 0..<length {
                try context.spend()
                try context.charge(bytes: 16)
                made.append(RegoValue(value))
                if position + 1 < length { value += direction }
            }
            return .array(RegoArray(made))
        }
        let direction = last >= first ? step : -step
        var value = first
        for _ in 0..<length {
            try context.spend()
            try context.charge(bytes: 64)
            made.append(.number(RegoNumber(value)))
            value += direction
        }
        return .array(RegoArray(made))
    }

    private static func integer(_ arguments: [RegoValue], _ index: Int) throws(BuiltinError) -> BigInt {
        guard case .number(let number) = arguments[index] else {
            throw BuiltinError.operand(index + 1, arguments[index], "integer")
        }
        guard number.isInteger, let value = number.bigInt else { throw Operands.floatingPoint(index + 1) }
        return value
    }
}
