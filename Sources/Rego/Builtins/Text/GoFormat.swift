import BigInt

/// Go's fmt.Sprintf for the values of Rego.
///
/// Operands are integers, big integers, floating point numbers, strings, and all else as text.
struct GoFormat {
    enum Operand {
        case integer(Int)
        case big(BigInt)
        case float(Double)
        case string(RegoString)

        var typeName: String {
            switch self {
            case .integer: "int"
            case .big: "*big.Int"
            case .float: "float64"
            case .string: "string"
            }
        }
    }

    struct Flags {
        var plus = false
        var minus = false
        var sharp = false
        var space = false
        var zero = false
        var isGoSyntax = false
        var width: Int?
        var precision: Int?
    }

    /// Widths and precisions beyond this are errors, as in Go.
    private static let sizeLimit = 1_000_000

    private let format: [UInt8]
    private let operands: [Operand]
    private var offset = 0
    private var next = 0
    private var isReordered = false
    private var isIndexGood = true
    private var isIndexed = false
    var output: [UInt8] = []
    var flags = Flags()

    private init(format: [UInt8], operands: [Operand]) {
        self.format = format
        self.operands = operands
    }

    static func format(
        _ format: RegoString, _ arguments: RegoArray, _ context: BuiltinContext
    ) throws(BuiltinError) -> RegoString {
        var formatter = GoFormat(format: format.utf8, operands: arguments.map(operand))
        var charged = 0
        while formatter.offset < formatter.format.count {
            try formatter.step(context)
            let grown = formatter.output.count - charged
            if grown > 0 {
                try context.charge(bytes: grown)
                charged += grown
            }
        }
        formatter.reportExtra()
        return RegoString(utf8: formatter.output)
    }

    static func operand(_ value: RegoValue) -> Operand {
        switch value {
        case .number(let number):
            if let integer = number.int { return .integer(integer) }
            if case .written(let decimal) = number.form, decimal.text.utf8.allSatisfy({ $0 == 45 || $0 &- 48 <= 9 }),
                let big = number.bigInt
            {
                return .big(big)
            }
            let double = number.double
            return double.isFinite ? .float(double) : .string(RegoString(number.text))
        case .string(let string): return .string(string)
        default: return .string(RegoString(value.description))
        }
    }

    /// Copies text up to a verb and carries the verb out.
    private mutating func step(_ context: BuiltinContext) throws(BuiltinError) {
        try context.spend()
        if format[offset] != UInt8(ascii: "%") {
            output.append(format[offset])
            offset += 1
            return
        }
        offset += 1
        flags = Flags()
        isIndexGood = true
        isIndexed = false
        readFlags()
        takeIndex()
        readWidth()
        readPrecision()
        if !isIndexed { takeIndex() }
        guard offset < format.count else {
            append("%!(NOVERB)")
            return
        }
        let (verb, width) = format.withUnsafeBufferPointer { GoRunes.decode($0, at: offset) }
        offset += width
        if verb == 0x25 {
            output.append(0x25)
        } else if !isIndexGood {
            badVerb(verb, "BADINDEX")
        } else if next >= operands.count {
            badVerb(verb, "MISSING")
        } else {
            next += 1
            try context.charge(bytes: Swift.max(flags.width ?? 0, flags.precision ?? 0))
            if verb == UInt32(UInt8(ascii: "v")) {
                // With this verb the flags ask for Go syntax and for the names of fields, not for signs and forms.
                flags.isGoSyntax = flags.sharp
                flags.sharp = false
                if case .big = operands[next - 1] {} else { flags.plus = false }
            }
            write(operands[next - 1], verb)
        }
    }

    private mutating func readFlags() {
        while offset < format.count {
            switch format[offset] {
            case UInt8(ascii: "#"): flags.sharp = true
            case UInt8(ascii: "0"): flags.zero = true
            case UInt8(ascii: "+"): flags.plus = true
            case UInt8(ascii: "-"): flags.minus = true
            case UInt8(ascii: " "): flags.space = true
            default: return
            }
            offset += 1
        }
    }

    private mutating func readWidth() {
        if take(UInt8(ascii: "*")) {
            guard let width = takeSize() else {
                append("%!(BADWIDTH)")
                return
            }
            flags.width = Swift.abs(width)
            if width < 0 {
                flags.minus = true
                flags.zero = false
            }
            isIndexed = false
            return
        }
        flags.width = readNumber()
        if isIndexed, flags.width != nil { isIndexGood = false }
    }

    private mutating func readPrecision() {
        guard take(UInt8(ascii: ".")) else { return }
        if isIndexed { isIndexGood = false }
        takeIndex()
        if take(UInt8(ascii: "*")) {
            let precision = takeSize()
            flags.precision = precision.flatMap { $0 < 0 ? nil : $0 }
            if flags.precision == nil { append("%!(BADPREC)") }
            isIndexed = false
            return
        }
        flags.precision = readNumber() ?? 0
    }

    private mutating func readNumber() -> Int? {
        let start = offset
        var value = 0
        while offset < format.count, format[offset] &- 48 <= 9 {
            value = value * 10 + Int(format[offset] - 48)
            offset += 1
            if value > GoFormat.sizeLimit { return nil }
        }
        return offset > start ? value : nil
    }

    /// Reads `[n]`, which says which operand comes next.
    private mutating func takeIndex() {
        guard offset < format.count, format[offset] == UInt8(ascii: "[") else { return }
        isReordered = true
        guard let close = format[offset...].firstIndex(of: UInt8(ascii: "]")) else {
            isIndexGood = false
            offset += 1
            return
        }
        let text = String(decoding: format[(offset + 1)..<close], as: UTF8.self)
        offset = close + 1
        if let number = Int(text), number >= 1, number <= operands.count {
            next = number - 1
            isIndexed = true
        } else {
            isIndexGood = false
        }
    }

    /// The operand of `*`, an integer of moderate size.
    private mutating func takeSize() -> Int? {
        guard next < operands.count else { return nil }
        next += 1
        guard case .integer(let size) = operands[next - 1], size.magnitude <= GoFormat.sizeLimit else { return nil }
        return size
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard offset < format.count, format[offset] == byte else { return false }
        offset += 1
        return true
    }

    private mutating func badVerb(_ verb: UInt32, _ reason: String) {
        append("%!")
        GoRunes.append(verb, to: &output)
        append("(\(reason))")
    }

    private mutating func reportExtra() {
        guard !isReordered, next < operands.count else { return }
        append("%!(EXTRA ")
        for index in next..<operands.count {
            if index > next { append(", ") }
            append(operands[index].typeName + "=")
            flags = Flags()
            write(operands[index], UInt32(UInt8(ascii: "v")))
        }
        append(")")
    }

    mutating func append(_ text: String) { output.append(contentsOf: text.utf8) }
}
