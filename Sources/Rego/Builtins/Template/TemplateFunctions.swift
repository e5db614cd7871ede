/// The functions of templates.
enum TemplateFunctions {
    static func isTrue(_ value: RegoValue?) -> Bool {
        switch value {
        case nil, .null?: false
        case .bool(let value)?: value
        case .number(let number)?: number != 0
        case .string(let string)?: !string.isEmpty
        case .array(let array)?: !array.isEmpty
        case .object(let object)?: !object.isEmpty
        case .set(let set)?: !set.isEmpty
        }
    }

    static func call(
        _ name: String, _ arguments: [RegoValue?], _ context: BuiltinContext
    ) throws(BuiltinError) -> RegoValue? {
        let values = arguments.map { $0 ?? .null }
        func argument(_ index: Int) throws(BuiltinError) -> RegoValue {
            guard index < values.count else {
                throw TemplateParser.failure("wrong number of args for \(name): got \(values.count)")
            }
            return values[index]
        }
        switch name {
        case "and": return values.first { !isTrue($0) } ?? values.last
        case "or": return values.first { isTrue($0) } ?? values.last
        case "not": return .bool(!isTrue(try argument(0)))
        case "len": return try AggregateBuiltins.count(context, [try argument(0)])
        case "index":
            var found = try argument(0)
            for key in values.dropFirst() { found = found[key] ?? .null }
            return found
        case "eq":
            let first = try argument(0)
            _ = try argument(1)
            return .bool(values.dropFirst().contains(first))
        case "ne": return .bool(try argument(0) != argument(1))
        case "lt": return .bool(try argument(0).order(argument(1)) < 0)
        case "le": return .bool(try argument(0).order(argument(1)) <= 0)
        case "gt": return .bool(try argument(0).order(argument(1)) > 0)
        case "ge": return .bool(try argument(0).order(argument(1)) >= 0)
        case "print": return .string(RegoString(utf8: spaced(values)))
        case "println":
            let line = values.map { TemplateRenderer.text($0) }.joined(separator: [0x20])
            return .string(RegoString(utf8: Array(line) + [0x0A]))
        case "printf":
            guard case .string(let format) = try argument(0) else {
                throw TemplateParser.failure("wrong type for value; expected string")
            }
            return .string(try GoFormat.format(format, RegoArray(values.dropFirst()), context))
        case "slice": return try slice(values)
        case "html": return .string(escaped(spaced(values), html))
        case "js": return .string(escaped(spaced(values), js))
        case "urlquery": return .string(RegoString(utf8: URLEscaping.query.escape(spaced(values))))
        default: throw TemplateParser.failure("function \(GoQuote.quote(RegoString(name))) not defined")
        }
    }

    /// As Go's Sprint: a space between two operands of which neither is a string.
    private static func spaced(_ values: [RegoValue]) -> [UInt8] {
        var made: [UInt8] = []
        for (index, value) in values.enumerated() {
            if index > 0, value.string == nil, values[index - 1].string == nil { made.append(0x20) }
            made += TemplateRenderer.text(value)
        }
        return made
    }

    private static func slice(_ values: [RegoValue]) throws(BuiltinError) -> RegoValue {
        let bounds = values.dropFirst().compactMap(\.int)
        guard let first = values.first, bounds.count == values.count - 1, bounds.count <= 2 else {
            throw TemplateParser.failure("cannot slice")
        }
        let count: Int
        switch first {
        case .string(let string): count = string.utf8Count
        case .array(let array): count = array.count
        default: throw TemplateParser.failure("can't slice item of type \(first.typeName)")
        }
        let start = bounds.first ?? 0
        let end = bounds.count > 1 ? bounds[1] : count
        guard start >= 0, start <= end, end <= count else { throw TemplateParser.failure("index out of range") }
        if case .string(let string) = first { return .string(string.slice(start..<end)) }
        if case .array(let array) = first { return .array(RegoArray(array.elements[start..<end])) }
        return .null
    }

    private static let html: [UInt8: String] = [
        0x22: "&#34;", 0x27: "&#39;", 0x26: "&amp;", 0x3C: "&lt;", 0x3E: "&gt;", 0: "\u{FFFD}",
    ]

    private static let js: [UInt8: String] = [
        0x5C: "\\\\", 0x27: "\\'", 0x22: "\\\"", 0x3C: "\\u003C", 0x3E: "\\u003E", 0x26: "\\u0026", 0x3D: "\\u003D",
        0x0A: "\\u000A", 0x0D: "\\u000D", 0x09: "\\u0009",
    ]

    private static func escaped(_ bytes: [UInt8], _ table: [UInt8: String]) -> RegoString {
        RegoString(utf8: bytes.flatMap { byte in table[byte].map { Array($0.utf8) } ?? [byte] })
    }
}
