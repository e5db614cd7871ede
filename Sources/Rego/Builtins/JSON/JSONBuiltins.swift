/// `json.marshal`, `json.unmarshal`, `json.is_valid`, `json.marshal_with_options`.
enum JSONBuiltins {
    static let declarations: [BuiltinDeclaration] = [
        BuiltinDeclaration("json.marshal", [.any], .string, evaluate: marshal),
        BuiltinDeclaration(
            "json.marshal_with_options",
            [
                .any,
                .object(
                    [
                        .init("indent", .string), .init("prefix", .string), .init("pretty", .boolean),
                    ], key: .string, value: .any),
            ], .string, evaluate: marshalWithOptions),
        BuiltinDeclaration("json.unmarshal", [.string], .any, evaluate: unmarshal),
        BuiltinDeclaration("json.is_valid", [.string], .boolean, evaluate: isValid),
    ]

    static func marshal(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        try context.charge(textOf: arguments[0])
        return .string(RegoString(utf8: JSONWriter.write(arguments[0])))
    }

    static func marshalWithOptions(
        _ context: BuiltinContext, _ arguments: [RegoValue]
    ) throws(BuiltinError) -> RegoValue? {
        var layout = JSONWriter.Layout(indent: "\t")
        var isPretty: Bool?
        for (key, value) in try arguments.object(1) {
            guard case .string(let name) = key else {
                throw BuiltinError.operand(2, message: "failed to stringify key \(key)")
            }
            switch name.string {
            case "prefix", "indent":
                guard case .string(let text) = value else {
                    throw BuiltinError.operand(2, message: "key \(name) failed cast to string")
                }
                if name == "prefix" { layout.prefix = text.string } else { layout.indent = text.string }
                layout.isPretty = true
            case "pretty":
                guard case .bool(let wanted) = value else {
                    throw BuiltinError.operand(2, message: "key \(name) failed cast to bool")
                }
                isPretty = wanted
            default: throw BuiltinError.operand(2, message: "object contained unknown key \(name)")
            }
        }
        layout.isPretty = isPretty ?? layout.isPretty
        try context.charge(textOf: arguments[0])
        let text = JSONWriter.write(arguments[0], layout: layout)
        try context.charge(bytes: text.count)
        // The first line has no prefix of its own in Go's encoder.
        return .string(RegoString(utf8: (layout.isPretty ? Array(layout.prefix.utf8) : []) + text))
    }

    static func unmarshal(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let text = try arguments.string(0)
        try context.charge(bytes: text.utf8Count * 4)
        return try parse(text)
    }

    static func parse(_ text: RegoString) throws(BuiltinError) -> RegoValue {
        do throws(RegoJSONError) {
            return try text.withBytes { (bytes) throws(RegoJSONError) in try JSONReader.read(bytes) }
        } catch {
            throw BuiltinError(decoderMessage(error.message, text))
        }
    }

    /// What Go's decoder says, which reads a value and then looks whether another token follows.
    private static func decoderMessage(_ message: String, _ text: RegoString) -> String {
        if message == "unexpected end of JSON input" {
            return text.utf8.allSatisfy { $0 <= 0x20 } ? "EOF" : "unexpected EOF"
        }
        guard message.hasSuffix(" after top-level value"), let start = message.firstIndex(of: "'") else {
            return message
        }
        let isToken = "{[-0123456789".contains(message[message.index(after: start)])
        return isToken ? "error: " + message : message.replacing("after top-level", with: "looking for beginning of")
    }

    static func isValid(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        guard case .string(let text) = arguments[0] else { return false }
        return .bool((try? parse(text)) != nil)
    }
}
