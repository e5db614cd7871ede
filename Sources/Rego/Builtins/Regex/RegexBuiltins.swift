/// `regex.*` and the older `re_match`.
enum RegexBuiltins {
    static let declarations: [BuiltinDeclaration] = [
        BuiltinDeclaration("regex.is_valid", [.string], .boolean, evaluate: isValid),
        BuiltinDeclaration("regex.match", [.string, .string], .boolean, evaluate: match),
        BuiltinDeclaration("re_match", [.string, .string], .boolean, isDeprecated: true, evaluate: match),
        BuiltinDeclaration("regex.split", [.string, .string], .array(.string), evaluate: split),
        BuiltinDeclaration("regex.find_n", [.string, .string, .number], .array(.string), evaluate: find),
        BuiltinDeclaration(
            "regex.find_all_string_submatch_n", [.string, .string, .number], .array(.array(.string)),
            evaluate: findGroups),
        BuiltinDeclaration("regex.replace", [.string, .string, .string], .string, evaluate: replace),
        BuiltinDeclaration("regex.globs_match", [.string, .string], .boolean, evaluate: globsMatch),
        BuiltinDeclaration(
            "regex.template_match", [.string, .string, .string, .string], .boolean, evaluate: templateMatch),
    ]

    static func compiled(_ pattern: RegoString, _ context: BuiltinContext) throws(BuiltinError) -> RegoRegex {
        try context.cache.value(pattern) { () throws(BuiltinError) in
            do throws(RegexError) {
                return try RegoRegex(pattern)
            } catch {
                throw BuiltinError(error.message)
            }
        }
    }

    static func isValid(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        guard case .string(let pattern) = arguments[0] else { return false }
        return .bool((try? compiled(pattern, context)) != nil)
    }

    static func match(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let pattern = try arguments.string(0)
        let text = try arguments.string(1)
        return .bool(try compiled(pattern, context).matches(text, context))
    }

    static func split(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let pattern = try arguments.string(0)
        let text = try arguments.string(1)
        let pieces = try compiled(pattern, context).split(text, isPatternEmpty: pattern.isEmpty, context)
        return .array(RegoArray(pieces.map { .string($0) }))
    }

    static func find(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let pattern = try arguments.string(0)
        let text = try arguments.string(1)
        let limit = try arguments.integer(2)
        let found = try compiled(pattern, context).matches(in: text, limit: limit, wantsGroups: false, context)
        return .array(RegoArray(found.map { .string(text.slice($0[0]..<$0[1])) }))
    }

    static func findGroups(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let pattern = try arguments.string(0)
        let text = try arguments.string(1)
        let limit = try arguments.integer(2)
        let found = try compiled(pattern, context).matches(in: text, limit: limit, context)
        return .array(RegoArray(found.map { .array(groups(of: $0, in: text)) }))
    }

    private static func groups(of match: [Int], in text: RegoString) -> RegoArray {
        RegoArray(
            stride(from: 0, to: match.count, by: 2).map { index in
                match[index] < 0 ? "" : .string(text.slice(match[index]..<match[index + 1]))
            })
    }

    static func replace(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let text = try arguments.string(0)
        let pattern = try arguments.string(1)
        let template = try arguments.string(2)
        return .string(try compiled(pattern, context).replace(text, with: template, context))
    }

    static func globsMatch(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let left = try arguments.string(0)
        let right = try arguments.string(1)
        return .bool(try GlobIntersection.isNonEmpty(left, right, context))
    }

    static func templateMatch(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let template = try arguments.string(0)
        let text = try arguments.string(1)
        let start = try arguments.string(2)
        let end = try arguments.string(3)
        for (delimiter, name) in [(start, "start"), (end, "end")] where delimiter.utf8Count != 1 {
            let count = name == "start" ? delimiter.utf8Count : start.utf8Count
            throw BuiltinError("\(name) delimiter has to be exactly one character long but is \(count) long")
        }
        let pattern = try pattern(of: template, start: start.utf8[0], end: end.utf8[0])
        return .bool(try compiled(pattern, context).matches(text, context))
    }

    /// Text outside of the delimiters stands for itself, text within is an expression.
    private static func pattern(
        of template: RegoString, start: UInt8, end: UInt8
    ) throws(BuiltinError) -> RegoString {
        var pattern: [UInt8] = [UInt8(ascii: "^")]
        var depth = 0
        var piece: [UInt8] = []
        for byte in template.utf8 {
            if byte == start {
                depth += 1
                if depth == 1 {
                    pattern += quoted(piece)
                    piece = []
                    continue
                }
            } else if byte == end {
                depth -= 1
                if depth == 0 {
                    pattern += [UInt8(ascii: "(")] + piece + [UInt8(ascii: ")")]
                    piece = []
                    continue
                }
                if depth < 0 { throw unbalanced(template) }
            }
            piece.append(byte)
        }
        if depth != 0 { throw unbalanced(template) }
        return RegoString(utf8: pattern + quoted(piece) + [UInt8(ascii: "$")])
    }

    private static func unbalanced(_ template: RegoString) -> BuiltinError {
        BuiltinError("unbalanced braces in \(GoQuote.quote(template))")
    }

    private static func quoted(_ text: [UInt8]) -> [UInt8] {
        let special = Set("\\.+*?()|[]{}^$".utf8)
        return text.flatMap { special.contains($0) ? [UInt8(ascii: "\\"), $0] : [$0] }
    }
}
