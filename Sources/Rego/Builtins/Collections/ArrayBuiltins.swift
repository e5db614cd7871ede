/// `array.concat`, `array.flatten`, `array.reverse`, `array.slice`.
enum ArrayBuiltins {
    static let declarations: [BuiltinDeclaration] = [
        BuiltinDeclaration("array.concat", [.array(.any), .array(.any)], .array(.any), evaluate: concatenate),
        BuiltinDeclaration("array.flatten", [.array(.any)], .array(.any), evaluate: flatten),
        BuiltinDeclaration("array.reverse", [.array(.any)], .array(.any), evaluate: reverse),
        BuiltinDeclaration("array.slice", [.array(.any), .number, .number], .array(.any), evaluate: slice),
    ]

    static func concatenate(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let left = try arguments.array(0)
        let right = try arguments.array(1)
        if left.isEmpty { return arguments[1] }
        if right.isEmpty { return arguments[0] }
        try context.charge(bytes: (left.count + right.count) * 16)
        var made = left
        made.append(contentsOf: right)
        return .array(made)
    }

    static func flatten(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let array = try arguments.array(0)
        var made = RegoArray()
        for element in array {
            if case .array(let inner) = element {
                try context.charge(bytes: inner.count * 16)
                made.append(contentsOf: inner)
            } else {
                made.append(element)
            }
        }
        return .array(made)
    }

    static func reverse(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let array = try arguments.array(0)
        try context.charge(bytes: array.count * 16)
        return .array(RegoArray(array.elements.reversed()))
    }

    static func slice(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let array = try arguments.array(0)
        let start = Swift.max(0, try arguments.integer(1))
        let end = Swift.min(array.count, try arguments.integer(2))
        if start >= end { return .array(RegoArray()) }
        if start == 0, end == array.count { return arguments[0] }
        try context.charge(bytes: (end - start) * 16)
        return .array(RegoArray(array.elements[start..<end]))
    }
}
