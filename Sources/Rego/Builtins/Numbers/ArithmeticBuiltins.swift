import BigInt

/// Arithmetic: exact on integers, else in Go's floating point of 64 bits, as OPA does it.
enum ArithmeticBuiltins {
    static let declarations: [BuiltinDeclaration] = [
        BuiltinDeclaration("plus", [.number, .number], .number, infix: "+", evaluate: plus),
        BuiltinDeclaration(
            "minus", [.either(.number, .set(.any)), .either(.number, .set(.any))], .either(.number, .set(.any)),
            infix: "-", evaluate: minus),
        BuiltinDeclaration("mul", [.number, .number], .number, infix: "*", evaluate: multiply),
        BuiltinDeclaration("div", [.number, .number], .number, infix: "/", evaluate: divide),
        BuiltinDeclaration("rem", [.number, .number], .number, infix: "%", evaluate: remainder),
        BuiltinDeclaration("abs", [.number], .number, evaluate: absolute),
        BuiltinDeclaration("round", [.number], .number, evaluate: round),
        BuiltinDeclaration("ceil", [.number], .number, evaluate: ceiling),
        BuiltinDeclaration("floor", [.number], .number, evaluate: floor),
    ]

    static func plus(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let left = try arguments.number(0)
        let right = try arguments.number(1)
        return .number(try add(left, right, context))
    }

    static func minus(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        switch (arguments[0], arguments[1]) {
        case (.number(let left), .number(let right)): return .number(try subtract(left, right, context))
        case (.set(let left), .set(let right)): return .set(left.subtracting(right))
        case (.number, let other): throw BuiltinError.operand(2, other, "number")
        case (.set, .number(let other)): throw BuiltinError.operand(2, .number(other), "set")
        case (.set, let other): throw BuiltinError.operand(2, other, "number")
        case (let other, _): throw BuiltinError.operand(1, other, "number", "set")
        }
    }

    static func multiply(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let left = try arguments.number(0)
        let right = try arguments.number(1)
        return .number(try multiply(left, right, context))
    }

    static func divide(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let left = try arguments.number(0)
        let right = try arguments.number(1)
        if right.integerValue == 0 { throw BuiltinError("divide by zero") }
        if case .small(let dividend) = left.form, case .small(let divisor) = right.form, dividend != 0,
            dividend.magnitude < 1 << 31, divisor.magnitude < 1 << 31, dividend % divisor == 0
        {
            return .number(RegoNumber(dividend / divisor))
        }
        return .number((try GoFloat(left) / GoFloat(right)).number)
    }

    static func remainder(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let left = try arguments.number(0)
        let right = try arguments.number(1)
        if let dividend = left.integerValue, let divisor = right.integerValue {
            if divisor == 0 { throw BuiltinError("modulo by zero") }
            return .number(RegoNumber(divisor == -1 ? 0 : dividend % divisor))
        }
        guard left.isInteger, right.isInteger else { throw BuiltinError("modulo on floating-point number") }
        let dividend = try exact(left)
        let divisor = try exact(right)
        try context.spend(steps: 1 + dividend.bitWidth / 64 * (divisor.bitWidth / 64))
        return .number(RegoNumber(dividend % divisor))
    }

    static func absolute(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let number = try arguments.number(0)
        if number.isInteger { return .number(RegoNumber(try exact(number).magnitude.signed)) }
        var value = try GoFloat(number)
        value.isNegative = false
        return .number(value.number)
    }

    static func round(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let number = try arguments.number(0)
        if number.isInteger { return .number(RegoNumber(try exact(number))) }
        let value = try GoFloat(number)
        let half = GoFloat(isNegative: value.isNegative, mantissa: 1 << 63, exponent: -64)
        return .number(RegoNumber((value + half).truncated))
    }

    static func ceiling(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let number = try arguments.number(0)
        if number.isInteger { return .number(RegoNumber(try exact(number))) }
        let value = try GoFloat(number)
        let truncated = value.truncated
        return .number(RegoNumber(value.isNegative || value.isInteger ? truncated : truncated + 1))
    }

    static func floor(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let number = try arguments.number(0)
        if number.isInteger { return .number(RegoNumber(try exact(number))) }
        let value = try GoFloat(number)
        let truncated = value.truncated
        return .number(RegoNumber(!value.isNegative || value.isInteger ? truncated : truncated - 1))
    }

    static func add(
        _ left: RegoNumber, _ right: RegoNumber, _ context: BuiltinContext
    ) throws(BuiltinError) -> RegoNumber {
        if case .small(let first) = left.form, case .small(let second) = right.form {
            let (sum, overflow) = first.addingReportingOverflow(second)
            if !overflow { return RegoNumber(sum) }
        }
        if left.isInteger, right.isInteger {
            let (first, second) = (try exact(left), try exact(right))
            try context.charge(bytes: first.bitWidth / 8 + second.bitWidth / 8)
            return RegoNumber(first + second)
        }
        return (try GoFloat(left) + GoFloat(right)).number
    }

    static func subtract(
        _ left: RegoNumber, _ right: RegoNumber, _ context: BuiltinContext
    ) throws(BuiltinError) -> RegoNumber {
        if case .small(let first) = left.form, case .small(let second) = right.form {
            let (difference, overflow) = first.subtractingReportingOverflow(second)
            if !overflow { return RegoNumber(difference) }
        }
        if left.isInteger, right.isInteger {
            let (first, second) = (try exact(left), try exact(right))
            try context.charge(bytes: first.bitWidth / 8 + second.bitWidth / 8)
            return RegoNumber(first - second)
        }
        return (try GoFloat(left) - GoFloat(right)).number
    }

    static func multiply(
        _ left: RegoNumber, _ right: RegoNumber, _ context: BuiltinContext
    ) throws(BuiltinError) -> RegoNumber {
        if case .small(let first) = left.form, case .small(let second) = right.form {
            let (product, overflow) = first.multipliedReportingOverflow(by: second)
            if !overflow { return RegoNumber(product) }
        }
        if left.isInteger, right.isInteger {
            let (first, second) = (try exact(left), try exact(right))
            guard first.bitWidth + second.bitWidth <= RegoNumber.bitLimit else {
                throw BuiltinError("product has more digits than arithmetic takes")
            }
            try context.spend(steps: 1 + first.bitWidth / 64 * (second.bitWidth / 64))
            try context.charge(bytes: (first.bitWidth + second.bitWidth) / 8)
            return RegoNumber(first * second)
        }
        return (try GoFloat(left) * GoFloat(right)).number
    }

    /// The exact integer of a number that has no fraction.
    static func exact(_ number: RegoNumber) throws(BuiltinError) -> BigInt {
        guard let value = number.bigInt else { throw BuiltinError("number has more digits than arithmetic takes") }
        return value
    }
}

extension BigUInt {
    var signed: BigInt { BigInt(self) }
}
