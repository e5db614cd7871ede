/// Carries a template out over a document.
struct TemplateRenderer {
    /// What ends a round of a loop, or the loop.
    private enum Flow { case goesOn, leaves, continues }

    private static let depthLimit = 100

    private let context: BuiltinContext
    private let defined: [String: [TemplateNode]]
    private var output: [UInt8] = []
    private var variables: [(name: String, value: RegoValue)] = []
    private var depth = 0

    static func render(
        _ template: RegoString, _ data: RegoValue, _ context: BuiltinContext
    ) throws(BuiltinError) -> RegoString {
        var parser = TemplateParser(template)
        let nodes = try parser.parse()
        var renderer = TemplateRenderer(context: context, defined: parser.defined)
        renderer.variables = [("", data)]
        _ = try renderer.run(nodes, data)
        return RegoString(utf8: renderer.output)
    }

    private init(context: BuiltinContext, defined: [String: [TemplateNode]]) {
        self.context = context
        self.defined = defined
    }

    private mutating func append(_ bytes: [UInt8]) throws(BuiltinError) {
        try context.charge(bytes: bytes.count)
        output += bytes
    }

    private mutating func run(_ nodes: [TemplateNode], _ dot: RegoValue) throws(BuiltinError) -> Flow {
        let mark = variables.count
        defer { variables.removeLast(variables.count - mark) }
        for node in nodes {
            try context.spend()
            let flow = try run(node, dot)
            if flow != .goesOn { return flow }
        }
        return .goesOn
    }

    private mutating func run(_ node: TemplateNode, _ dot: RegoValue) throws(BuiltinError) -> Flow {
        switch node {
        case .text(let text): try append(text)
        case .output(let pipeline):
            let value = try value(of: pipeline, dot)
            if pipeline.variables.isEmpty { try append(TemplateRenderer.text(value)) }
        case .condition(let pipeline, let then, let otherwise):
            let mark = variables.count
            defer { variables.removeLast(variables.count - mark) }
            return try run(TemplateFunctions.isTrue(try value(of: pipeline, dot)) ? then : otherwise, dot)
        case .scope(let pipeline, let then, let otherwise):
            let mark = variables.count
            defer { variables.removeLast(variables.count - mark) }
            let value = try value(of: pipeline, dot)
            return TemplateFunctions.isTrue(value) ? try run(then, value ?? .null) : try run(otherwise, dot)
        case .loop(let pipeline, let body, let otherwise): return try loop(pipeline, body, otherwise, dot)
        case .invoke(let name, let pipeline):
            guard let nodes = defined[name] else {
                throw TemplateParser.failure("template \(GoQuote.quote(RegoString(name))) not defined")
            }
            depth += 1
            defer { depth -= 1 }
            guard depth < TemplateRenderer.depthLimit else {
                throw TemplateParser.failure("exceeded maximum template depth (\(TemplateRenderer.depthLimit))")
            }
            let argument = try pipeline.flatMap { (pipeline) throws(BuiltinError) in try value(of: pipeline, dot) }
            let outer = variables
            variables = [("", argument ?? .null)]
            _ = try run(nodes, argument ?? .null)
            variables = outer
        case .leave(let isContinue): return isContinue ? .continues : .leaves
        }
        return .goesOn
    }

    private mutating func loop(
        _ pipeline: TemplatePipeline, _ body: [TemplateNode], _ otherwise: [TemplateNode], _ dot: RegoValue
    ) throws(BuiltinError) -> Flow {
        var plain = pipeline
        plain.variables = []
        let entries: [(RegoValue, RegoValue)]
        switch try value(of: plain, dot) {
        case .array(let array)?: entries = array.enumerated().map { (RegoValue($0.offset), $0.element) }
        case .object(let object)?: entries = object.map { ($0.key, $0.value) }
        case .number(let number)? where number.int != nil:
            let count = Swift.max(0, number.int ?? 0)
            try context.charge(bytes: count * 32)
            entries = (0..<count).map { (RegoValue($0), RegoValue($0)) }
        case nil, .null?: entries = []
        case let other?: throw TemplateParser.failure("range can't iterate over \(other)")
        }
        if entries.isEmpty { return try run(otherwise, dot) }
        for (key, element) in entries {
            let mark = variables.count
            defer { variables.removeLast(variables.count - mark) }
            if pipeline.variables.count == 1 { variables.append((pipeline.variables[0], element)) }
            if pipeline.variables.count == 2 {
                variables.append((pipeline.variables[0], key))
                variables.append((pipeline.variables[1], element))
            }
            if try run(body, element) == .leaves { break }
        }
        return .goesOn
    }

    /// The value of a pipeline; nil where a member is missing.
    private mutating func value(of pipeline: TemplatePipeline, _ dot: RegoValue) throws(BuiltinError) -> RegoValue? {
        var result: RegoValue?
        for (index, command) in pipeline.commands.enumerated() {
            guard let first = command.first else { continue }
            var arguments: [RegoValue?] = []
            for operand in command.dropFirst() { arguments.append(try value(of: operand, dot)) }
            if index > 0 { arguments.append(result) }
            if case .function(let name) = first {
                result = try TemplateFunctions.call(name, arguments, context)
            } else {
                guard arguments.isEmpty else { throw TemplateParser.failure("can't give argument to non-function") }
                result = try value(of: first, dot)
            }
        }
        if let name = pipeline.variables.first {
            if pipeline.declares {
                variables.append((name, result ?? .null))
            } else if let index = variables.lastIndex(where: { $0.name == name }) {
                variables[index].value = result ?? .null
            }
        }
        return result
    }

    private mutating func value(of operand: TemplateOperand, _ dot: RegoValue) throws(BuiltinError) -> RegoValue? {
        switch operand {
        case .dot: return dot
        case .literal(let value): return value
        case .function(let name): return try TemplateFunctions.call(name, [], context)
        case .group(let pipeline): return try value(of: pipeline, dot)
        case .variable(let name):
            guard let known = variables.last(where: { $0.name == name }) else {
                throw TemplateParser.failure("undefined variable \"$\(name)\"")
            }
            return known.value
        case .fields(let base, let names):
            var found = try value(of: base, dot)
            for name in names {
                guard let holder = found else { return nil }
                guard case .object(let object) = holder else {
                    throw TemplateParser.failure("can't evaluate field \(name) in \(holder.typeName)")
                }
                found = object[name]
            }
            return found
        }
    }

    /// A value as Go prints it; what is missing shows as undefined.
    static func text(_ value: RegoValue?) -> [UInt8] {
        switch value {
        case nil: return Array("<undefined>".utf8)
        case .null?: return Array("<no value>".utf8)
        case .string(let string)?: return string.utf8
        case .array(let array)?: return [0x5B] + Array(array.map(text).joined(separator: [0x20])) + [0x5D]
        case .object(let object)?:
            let entries = object.map { text($0.key) + [0x3A] + text($0.value) }
            return Array("map[".utf8) + Array(entries.joined(separator: [0x20])) + [0x5D]
        case let other?: return Array(other.description.utf8)
        }
    }
}
