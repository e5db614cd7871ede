import Yams

/// `yaml.marshal`, `yaml.unmarshal`, `yaml.is_valid`.
enum YAMLBuiltins {
    static let declarations: [BuiltinDeclaration] = [
        BuiltinDeclaration("yaml.marshal", [.any], .string, evaluate: marshal),
        BuiltinDeclaration("yaml.unmarshal", [.string], .any, evaluate: unmarshal),
        BuiltinDeclaration("yaml.is_valid", [.string], .boolean, evaluate: isValid),
    ]

    /// Aliases may stand for more nodes than a text has; so many are read.
    private static let nodeLimit = 1_000_000

    static func marshal(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        try context.charge(textOf: arguments[0])
        let node = try node(of: arguments[0].jsonValue, context)
        do {
            let text = try Yams.serialize(node: node, width: -1, allowUnicode: true)
            try context.charge(bytes: text.utf8.count)
            return RegoValue(text)
        } catch let error as BuiltinError {
            throw error
        } catch {
            throw BuiltinError("yaml: \(error)")
        }
    }

    private static func node(of value: RegoValue, _ context: BuiltinContext) throws(BuiltinError) -> Node {
        try context.spend()
        switch value {
        case .null: return Node("null", .implicit, .plain)
        case .bool(let value): return Node(value ? "true" : "false", .implicit, .plain)
        case .number(let number):
            return Node(number.int.map(String.init) ?? yamlText(of: number), .implicit, .plain)
        case .string(let string):
            let text = string.string
            let style: Node.Scalar.Style =
                text.utf8.contains(10) ? .literal : YAMLScalar.needsQuotes(text) ? .doubleQuoted : .any
            return Node(text, style == .any ? .implicit : Tag(.str), style)
        case .array(let array):
            var nodes: [Node] = []
            for element in array { nodes.append(try node(of: element, context)) }
            return Node(nodes, .implicit, nodes.isEmpty ? .flow : .block)
        case .object(let object):
            var pairs: [(Node, Node)] = []
            for (key, value) in object { pairs.append((try node(of: key, context), try node(of: value, context))) }
            return Node(pairs, .implicit, pairs.isEmpty ? .flow : .block)
        case .set(let set): return try node(of: .array(RegoArray(set.sorted)), context)
        }
    }

    /// A number that is no integer of 64 bits goes through floating point, as in OPA.
    private static func yamlText(of number: RegoNumber) -> String {
        let value = number.double
        guard value.isFinite else { return number.text }
        let digits = GoFloats.format(value.magnitude, verb: UInt8(ascii: "g"), precision: -1)
        return (value.sign == .minus ? "-" : "") + String(decoding: digits, as: UTF8.self)
    }

    static func unmarshal(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        try parse(try arguments.string(0), context)
    }

    static func isValid(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        guard case .string(let text) = arguments[0] else { return false }
        do throws(BuiltinError) {
            _ = try parse(text, context)
            return true
        } catch {
            if error.isHalting { throw error }
            return false
        }
    }

    fileprivate static func parse(_ text: RegoString, _ context: BuiltinContext) throws(BuiltinError) -> RegoValue {
        try context.charge(bytes: text.utf8Count * 16)
        let root: Node?
        do {
            // Of several documents the first counts, and what follows it is not read.
            root = try Yams.Parser(yaml: text.string).nextRoot()
        } catch let error as YamlError {
            throw BuiltinError(message(of: error))
        } catch {
            throw BuiltinError("yaml: \(error)")
        }
        guard let root else { return .null }
        var left = nodeLimit
        return try value(of: root, &left, context)
    }

    private static func message(of error: YamlError) -> String {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
            let line = context?.mark.line ?? mark.line
            return "yaml: line \(Swift.max(1, line)): \(problem)"
        case .composer(_, let problem, let mark, _): return "yaml: line \(mark.line): \(problem)"
        default: return "yaml: \(error)"
        }
    }

    private static func value(
        of node: Node, _ left: inout Int, _ context: BuiltinContext
    ) throws(BuiltinError) -> RegoValue {
        left -= 1
        if left < 0 { throw BuiltinError("yaml: document contains excessive aliasing") }
        try context.spend()
        switch node {
        case .scalar(let scalar):
            if scalar.style == .plain, YAMLScalar.isBoundless(scalar.string) {
                throw BuiltinError("json: unsupported value: \(scalar.string)")
            }
            return value(of: scalar)
        case .sequence(let sequence):
            var made = RegoArray()
            for inner in sequence { made.append(try value(of: inner, &left, context)) }
            return .array(made)
        case .mapping(let mapping):
            var made = RegoObject()
            var merged = RegoObject()
            for (key, inner) in mapping {
                if case .scalar(let scalar) = key, scalar.string == "<<", scalar.style == .plain {
                    try merge(try value(of: inner, &left, context), into: &merged)
                    continue
                }
                let name = try value(of: key, &left, context)
                made.insert(try keyText(name), try value(of: inner, &left, context))
            }
            for (key, inner) in merged where made[key] == nil { made.insert(key, inner) }
            return .object(made)
        case .alias: throw BuiltinError("yaml: unknown anchor referenced")
        }
    }

    private static func merge(_ value: RegoValue, into merged: inout RegoObject) throws(BuiltinError) {
        switch value {
        case .object(let object): for (key, inner) in object where merged[key] == nil { merged.insert(key, inner) }
        case .array(let array): for element in array { try merge(element, into: &merged) }
        default: throw BuiltinError("yaml: map merge requires map or sequence of maps as the value")
        }
    }

    /// Keys become strings, as JSON has them.
    private static func keyText(_ key: RegoValue) throws(BuiltinError) -> RegoValue {
        switch key {
        case .string: return key
        case .number(let number): return RegoValue(number.text)
        case .bool(let value): return value ? "true" : "false"
        case .null: return "null"
        default: throw BuiltinError("yaml: unsupported map key")
        }
    }

    private static func value(of scalar: Node.Scalar) -> RegoValue {
        if scalar.tag.rawValue == Tag.Name.str.rawValue { return RegoValue(scalar.string) }
        return scalar.style == .plain ? YAMLScalar.resolve(scalar.string) : RegoValue(scalar.string)
    }
}

extension RegoValue {
    /// Reads a YAML document as JSON has it: keys are strings, of several documents the first counts.
    public init(yaml text: String) throws(BuiltinError) {
        self = try YAMLBuiltins.parse(RegoString(text), BuiltinContext(now: 0, seed: 0))
    }
}
