/// Strings: searching and cutting.
enum StringBuiltins {
    static let declarations: [BuiltinDeclaration] = [
        BuiltinDeclaration("concat", [.string, .collection(.string)], .string, evaluate: concatenate),
        BuiltinDeclaration("contains", [.string, .string], .boolean, evaluate: contains),
        BuiltinDeclaration("endswith", [.string, .string], .boolean, evaluate: endsWith),
        BuiltinDeclaration("startswith", [.string, .string], .boolean, evaluate: startsWith),
        BuiltinDeclaration("format_int", [.number, .number], .string, evaluate: formatInteger),
        BuiltinDeclaration("indexof", [.string, .string], .number, evaluate: indexOf),
        BuiltinDeclaration("indexof_n", [.string, .string], .array(.number), evaluate: indicesOf),
        BuiltinDeclaration("lower", [.string], .string, evaluate: lower),
        BuiltinDeclaration("upper", [.string], .string, evaluate: upper),
        BuiltinDeclaration("split", [.string, .string], .array(.string), evaluate: split),
        BuiltinDeclaration("substring", [.string, .number, .number], .string, evaluate: substring),
        BuiltinDeclaration("sprintf", [.string, .array(.any)], .string, evaluate: format),
        BuiltinDeclaration("strings.count", [.string, .string], .number, evaluate: count),
        BuiltinDeclaration("strings.reverse", [.string], .string, evaluate: reverse),
        BuiltinDeclaration("strings.any_prefix_match", [anyStrings, anyStrings], .boolean, evaluate: anyPrefix),
        BuiltinDeclaration("strings.any_suffix_match", [anyStrings, anyStrings], .boolean, evaluate: anySuffix),
    ]

    private static let anyStrings = RegoType.either(.string, .set(.string), .array(.string))

    static func concatenate(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let separator = try arguments.string(0)
        let elements: ContiguousArray<RegoValue>
        switch arguments[1] {
        case .array(let array): elements = array.elements
        case .set(let set): elements = set.sorted
        default: throw BuiltinError.operand(2, arguments[1], "set", "array")
        }
        var length = separator.utf8Count * Swift.max(0, elements.count - 1)
        for element in elements {
            guard case .string(let string) = element else {
                throw BuiltinError.element(2, of: arguments[1], element, "string")
            }
            length += string.utf8Count
        }
        try context.charge(bytes: length)
        var made: [UInt8] = []
        made.reserveCapacity(length)
        for (index, element) in elements.enumerated() {
            if index > 0 { separator.withBytes { made.append(contentsOf: $0) } }
            if case .string(let string) = element { string.withBytes { made.append(contentsOf: $0) } }
        }
        return .string(RegoString(utf8: made))
    }

    static func contains(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        .bool(try arguments.string(0).firstIndex(of: try arguments.string(1)) != nil)
    }

    static func startsWith(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        .bool(try arguments.string(0).hasPrefix(try arguments.string(1)))
    }

    static func endsWith(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        .bool(try arguments.string(0).hasSuffix(try arguments.string(1)))
    }

    static func formatInteger(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let number = try arguments.number(0)
        guard let radix = try arguments.number(1).int, [2, 8, 10, 16].contains(radix) else {
            throw BuiltinError.enumeration(2, "2", "8", "10", "16")
        }
        if number.isInteger { return RegoValue(String(try ArithmeticBuiltins.exact(number), radix: radix)) }
        return RegoValue(String(try GoFloat(number).truncated, radix: radix))
    }

    static func indexOf(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let string = try arguments.string(0)
        let needle = try arguments.string(1)
        if needle.isEmpty { throw BuiltinError("empty search character") }
        guard let offset = string.firstIndex(of: needle) else { return -1 }
        return RegoValue(string.isASCII ? offset : string.slice(0..<offset).scalarCount)
    }

    static func indicesOf(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let string = try arguments.string(0)
        let needle = try arguments.string(1)
        if needle.isEmpty { throw BuiltinError("empty search character") }
        var made = RegoArray()
        var offset = 0
        var scalars = 0
        while let found = string.firstIndex(of: needle, from: offset) {
            try context.spend()
            try context.charge(bytes: 16)
            scalars += string.isASCII ? found - offset : string.slice(offset..<found).scalarCount
            made.append(RegoValue(scalars))
            let width = string.withBytes { GoRunes.decode($0, at: found).width }
            offset = found + width
            scalars += 1
        }
        return .array(made)
    }

    static func lower(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let string = try arguments.string(0)
        try context.charge(bytes: string.utf8Count)
        return .string(GoCase.lower(string))
    }

    static func upper(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let string = try arguments.string(0)
        try context.charge(bytes: string.utf8Count)
        return .string(GoCase.upper(string))
    }

    static func split(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let string = try arguments.string(0)
        let separator = try arguments.string(1)
        try context.charge(bytes: string.utf8Count * 2)
        return .array(RegoArray(pieces(of: string, separator).map { .string($0) }))
    }

    /// Splits at a separator; an empty one splits between characters.
    static func pieces(of string: RegoString, _ separator: RegoString) -> [RegoString] {
        var made: [RegoString] = []
        if separator.isEmpty {
            var offset = 0
            while offset < string.utf8Count {
                let width = string.withBytes { GoRunes.decode($0, at: offset).width }
                made.append(string.slice(offset..<offset + width))
                offset += width
            }
            return made
        }
        var offset = 0
        while let found = string.firstIndex(of: separator, from: offset) {
            made.append(string.slice(offset..<found))
            offset = found + separator.utf8Count
        }
        made.append(string.slice(offset..<string.utf8Count))
        return made
    }

    static func substring(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let string = try arguments.string(0)
        let start = try arguments.integer(1)
        let length = try arguments.integer(2)
        if start < 0 { throw BuiltinError("negative offset") }
        try context.charge(bytes: string.utf8Count)
        if string.isASCII {
            guard start < string.utf8Count else { return "" }
            let end = length < 0 || length > string.utf8Count - start ? string.utf8Count : start + length
            return .string(string.slice(start..<end))
        }
        let runes = string.runes
        guard start < runes.count else { return "" }
        let end = length < 0 || length > runes.count - start ? runes.count : start + length
        return .string(RegoString(runes: runes[start..<end]))
    }

    static func format(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let format = try arguments.string(0)
        let operands = try arguments.array(1)
        try context.charge(textOf: arguments[1])
        return .string(try GoFormat.format(format, operands, context))
    }

    static func count(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let string = try arguments.string(0)
        let needle = try arguments.string(1)
        if needle.isEmpty { return RegoValue(string.scalarCount + 1) }
        var count = 0
        var offset = 0
        while let found = string.firstIndex(of: needle, from: offset) {
            count += 1
            offset = found + needle.utf8Count
        }
        return RegoValue(count)
    }

    static func reverse(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let string = try arguments.string(0)
        try context.charge(bytes: string.utf8Count)
        return .string(RegoString(runes: string.runes.reversed()))
    }

    static func anyPrefix(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        try anyMatch(arguments, context) { $0.hasPrefix($1) }
    }

    static func anySuffix(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        try anyMatch(arguments, context) { $0.hasSuffix($1) }
    }

    private static func anyMatch(
        _ arguments: [RegoValue], _ context: BuiltinContext, _ matches: (RegoString, RegoString) -> Bool
    ) throws(BuiltinError) -> RegoValue {
        let strings = try oneOrMore(arguments, 0)
        let affixes = try oneOrMore(arguments, 1)
        for string in strings {
            for affix in affixes {
                try context.spend()
                if matches(string, affix) { return true }
            }
        }
        return false
    }

    private static func oneOrMore(_ arguments: [RegoValue], _ index: Int) throws(BuiltinError) -> [RegoString] {
        switch arguments[index] {
        case .string(let string): return [string]
        case .array, .set: return try arguments.strings(index)
        default: throw BuiltinError.operand(index + 1, arguments[index], "string", "set", "array")
        }
    }
}
