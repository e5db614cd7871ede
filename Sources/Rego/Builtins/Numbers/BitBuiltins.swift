import BigInt

/// Bits of integers of any size, negative ones in two's complement.
enum BitBuiltins {
    static let declarations: [BuiltinDeclaration] = [
        BuiltinDeclaration("bits.or", [.number, .number], .number, evaluate: or),
        BuiltinDeclaration("bits.and", [.number, .number], .number, evaluate: and),
        BuiltinDeclaration("bits.negate", [.number], .number, evaluate: negate),
        BuiltinDeclaration("bits.xor", [.number, .number], .number, evaluate: xor),
        BuiltinDeclaration("bits.lsh", [.number, .number], .number, evaluate: shiftLeft),
        BuiltinDeclaration("bits.rsh", [.number, .number], .number, evaluate: shiftRight),
    ]

    static func or(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        .number(RegoNumber(try integer(arguments, 0) | integer(arguments, 1)))
    }

    static func and(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        .number(RegoNumber(try integer(arguments, 0) & integer(arguments, 1)))
    }

    static func xor(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        .number(RegoNumber(try integer(arguments, 0) ^ integer(arguments, 1)))
    }

    static func negate(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        .number(RegoNumber(-(try integer(arguments, 0)) - 1))
    }

    static func shiftLeft(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let value = try integer(arguments, 0)
        let shift = try shift(arguments)
        guard value.bitWidth + shift <= RegoNumber.bitLimit else {
            throw BuiltinError("result has more bits than arithmetic takes")
        }
        try context.charge(bytes: shift / 8)
        return .number(RegoNumber(value << shift))
    }

    static func shiftRight(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let value = try integer(arguments, 0)
        let shift = Swift.min(try shift(arguments), RegoNumber.bitLimit)
        // The sign is shifted in, so that negative numbers are rounded down.
        return .number(RegoNumber(value < 0 ? -((-value - 1) >> shift) - 1 : value >> shift))
    }

    private static func integer(_ arguments: [RegoValue], _ index: Int) throws(BuiltinError) -> BigInt {
        guard case .number(let number) = arguments[index] else {
            throw BuiltinError.operand(index + 1, arguments[index], "integer")
        }
        guard number.isInteger, let value = number.bigInt else { throw Operands.floatingPoint(index + 1) }
        return value
    }

    private static func shift(_ arguments: [RegoValue]) throws(BuiltinError) -> Int {
        let value = try integer(arguments, 1)
        if value < 0 {
            throw BuiltinError.operand(2, message: "must be an unsigned integer number but got a negative integer")
        }
        return Int(exactly: value) ?? RegoNumber.bitLimit + 1
    }
}
