/// Reads templates of Go's text/template: text, and actions between double braces.
struct TemplateParser {
    private static let depthLimit = 100

    private let text: [UInt8]
    private var offset = 0
    private var depth = 0
    private var trimsNext = false
    /// The templates that were defined, by name.
    private(set) var defined: [String: [TemplateNode]] = [:]
    /// The words of the action that is read.
    private var words: [TemplateWord] = []
    private var position = 0

    init(_ text: RegoString) { self.text = text.utf8 }

    mutating func parse() throws(BuiltinError) -> [TemplateNode] {
        let (nodes, end) = try list()
        guard end.isEmpty else { throw TemplateParser.failure("unexpected {{\(end)}}") }
        return nodes
    }

    static func failure(_ message: String) -> BuiltinError { BuiltinError("template: template: \(message)") }

    /// Reads up to `end` or `else`, whose words stay to be read, or up to the end of the text.
    private mutating func list() throws(BuiltinError) -> (nodes: [TemplateNode], end: String) {
        depth += 1
        defer { depth -= 1 }
        guard depth < TemplateParser.depthLimit else { throw TemplateParser.failure("actions are nested too deeply") }
        var nodes: [TemplateNode] = []
        while offset < text.count {
            takeText(&nodes)
            guard offset < text.count else { break }
            try takeAction()
            guard let first = words.first else { continue }
            if case .name(let name) = first, name == "end" || name == "else" { return (nodes, name) }
            if let node = try action(first) { nodes.append(node) }
        }
        return (nodes, "")
    }

    private mutating func takeText(_ nodes: inout [TemplateNode]) {
        let start = offset
        while offset < text.count, !(text[offset] == 0x7B && offset + 1 < text.count && text[offset + 1] == 0x7B) {
            offset += 1
        }
        var piece = text[start..<offset]
        if trimsNext { piece = piece.drop { GoCase.isSpace(UInt32($0)) } }
        trimsNext = false
        let isTrimmed =
            offset + 3 < text.count && text[offset + 2] == UInt8(ascii: "-") && GoCase.isSpace(UInt32(text[offset + 3]))
        if isTrimmed { while let last = piece.last, GoCase.isSpace(UInt32(last)) { piece.removeLast() } }
        if !piece.isEmpty { nodes.append(.text(Array(piece))) }
    }

    /// Reads the words of one action.
    private mutating func takeAction() throws(BuiltinError) {
        offset += 2
        if offset + 1 < text.count, text[offset] == UInt8(ascii: "-"), GoCase.isSpace(UInt32(text[offset + 1])) {
            offset += 1
        }
        var lexer = TemplateLexer(text: text, offset: offset)
        words = try lexer.words()
        offset = lexer.offset
        trimsNext = lexer.trimsNext
        position = 0
    }

    private mutating func action(_ first: TemplateWord) throws(BuiltinError) -> TemplateNode? {
        guard case .name(let name) = first else { return .output(try wholePipeline()) }
        switch name {
        case "if", "with", "range":
            position = 1
            return try block(name)
        case "break", "continue": return .leave(isContinue: name == "continue")
        case "define", "block", "template":
            guard words.count > 1, case .literal(.string(let title)) = words[1] else {
                throw TemplateParser.failure("missing name in \(name) clause")
            }
            position = 2
            let pipeline = position < words.count ? try wholePipeline() : nil
            if name == "template" { return .invoke(title.string, pipeline) }
            let (nodes, end) = try list()
            guard end == "end" else { throw TemplateParser.failure("unexpected EOF") }
            defined[title.string] = nodes
            return name == "block" ? .invoke(title.string, pipeline) : nil
        default: return .output(try wholePipeline())
        }
    }

    private mutating func block(_ name: String) throws(BuiltinError) -> TemplateNode {
        let pipeline = try wholePipeline()
        let (body, end) = try list()
        var otherwise: [TemplateNode] = []
        if end == "else" {
            if words.count > 1, case .name(let next) = words[1], next == "if" || next == "with" {
                position = 2
                otherwise = [try block(next)]
            } else {
                let (nodes, last) = try list()
                guard last == "end" else { throw TemplateParser.failure("expected end; found \(last)") }
                otherwise = nodes
            }
        } else if end != "end" {
            throw TemplateParser.failure("unexpected EOF")
        }
        switch name {
        case "if": return .condition(pipeline, then: body, otherwise: otherwise)
        case "with": return .scope(pipeline, then: body, otherwise: otherwise)
        default: return .loop(pipeline, body: body, otherwise: otherwise)
        }
    }

    private mutating func wholePipeline() throws(BuiltinError) -> TemplatePipeline {
        let made = try pipeline()
        guard position == words.count else { throw TemplateParser.failure("unexpected word in command") }
        return made
    }

    private mutating func pipeline() throws(BuiltinError) -> TemplatePipeline {
        depth += 1
        defer { depth -= 1 }
        guard depth < TemplateParser.depthLimit else { throw TemplateParser.failure("actions are nested too deeply") }
        var made = TemplatePipeline()
        takeVariables(&made)
        var command: [TemplateOperand] = []
        while position < words.count {
            let word = words[position]
            if case .close = word { break }
            position += 1
            if case .pipe = word {
                guard !command.isEmpty else { throw TemplateParser.failure("missing value for command") }
                made.commands.append(command)
                command = []
            } else {
                command.append(try operand(word))
            }
        }
        guard !command.isEmpty else { throw TemplateParser.failure("missing value for command") }
        made.commands.append(command)
        return made
    }

    /// `$x :=`, `$x =` or `$x, $y :=`.
    private mutating func takeVariables(_ pipeline: inout TemplatePipeline) {
        guard position + 1 < words.count, case .variable(let first) = words[position] else { return }
        if case .assign(let declares) = words[position + 1] {
            pipeline.variables = [first]
            pipeline.declares = declares
            position += 2
        } else if position + 3 < words.count, case .comma = words[position + 1],
            case .variable(let second) = words[position + 2], case .assign(let declares) = words[position + 3]
        {
            pipeline.variables = [first, second]
            pipeline.declares = declares
            position += 4
        }
    }

    private mutating func operand(_ word: TemplateWord) throws(BuiltinError) -> TemplateOperand {
        var made: TemplateOperand
        switch word {
        case .dot: made = .dot
        case .literal(let value): made = .literal(value)
        case .variable(let name): made = .variable(name)
        case .field(let name): made = .fields(of: .dot, [name])
        case .name(let name):
            switch name {
            case "true": made = .literal(true)
            case "false": made = .literal(false)
            case "nil": made = .literal(.null)
            default: made = .function(name)
            }
        case .open:
            made = .group(try pipeline())
            guard position < words.count, case .close = words[position] else {
                throw TemplateParser.failure("unclosed left paren")
            }
            position += 1
        default: throw TemplateParser.failure("unexpected word in operand")
        }
        while position < words.count, case .chained(let name) = words[position] {
            position += 1
            if case .fields(let base, let names) = made {
                made = .fields(of: base, names + [name])
            } else {
                made = .fields(of: made, [name])
            }
        }
        return made
    }
}
