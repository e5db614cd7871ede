import Synchronization

/// A compiled regular expression of RE2's syntax, which matches in time linear in the text.
final class RegoRegex: Sendable {
    let names: [String]
    private let program: RegexProgram
    private let automaton: Mutex<RegexAutomaton?>

    init(_ pattern: RegoString) throws(RegexError) {
        let (node, captures) = try RegexParser.parse(pattern)
        names = captures
        do {
            program = try RegexProgram(node, captures: captures.count)
        } catch {
            throw RegexError(error.reason, pattern.string)
        }
        automaton = Mutex(RegexAutomaton(program))
    }

    /// An expression of a tree that must match a whole text.
    init(whole node: RegexNode) throws(RegexError) {
        names = [""]
        program = try RegexProgram(.sequence([.assertion(.beginText), node, .assertion(.endText)]), captures: 1)
        automaton = Mutex(RegexAutomaton(program))
    }

    /// The number of groups, the whole match counted as one.
    var groupCount: Int { names.count }

    /// True when the text has a match.
    func matches(_ text: RegoString, _ context: BuiltinContext) throws(BuiltinError) -> Bool {
        // Nobody waits for the automaton: who finds it in use takes the other machine.
        let quick = automaton.withLockIfAvailable { automaton -> Result<Bool, BuiltinError>? in
            guard automaton != nil else { return nil }
            return text.withBytes { bytes in
                do throws(BuiltinError) {
                    return .success(try automaton?.matches(bytes, context) ?? false)
                } catch {
                    return .failure(error)
                }
            }
        }
        if let quick, let answer = quick { return try answer.get() }
        return try firstMatch(in: text, from: 0, wantsGroups: false, context) != nil
    }

    /// The slots of the leftmost match at or after an offset: begin and end of each group, -1 where it took no part.
    func firstMatch(
        in text: RegoString, from offset: Int, wantsGroups: Bool = true, _ context: BuiltinContext
    ) throws(BuiltinError) -> [Int]? {
        var machine = RegexMachine(program, wantsSlots: wantsGroups)
        return try text.withBytes { (bytes) throws(BuiltinError) in
            try machine.search(bytes, from: offset, context)
        }
    }

    /// At most so many matches that do not overlap, as Go's FindAll finds them; a negative limit is none.
    func matches(
        in text: RegoString, limit: Int, wantsGroups: Bool = true, _ context: BuiltinContext
    ) throws(BuiltinError) -> [[Int]] {
        var machine = RegexMachine(program, wantsSlots: wantsGroups)
        var found: [[Int]] = []
        var offset = 0
        var previousEnd = -1
        while (limit < 0 || found.count < limit) && offset <= text.utf8Count {
            let match = try text.withBytes { (bytes) throws(BuiltinError) in
                try machine.search(bytes, from: offset, context)
            }
            guard let match else { break }
            var isAccepted = true
            if match[1] == offset {
                // An empty match right after a match is none.
                if match[0] == previousEnd { isAccepted = false }
                offset += offset < text.utf8Count ? text.withBytes { GoRunes.decode($0, at: offset).width } : 1
            } else {
                offset = match[1]
            }
            previousEnd = match[1]
            if isAccepted {
                try context.charge(bytes: 32 + match.count * 8)
                found.append(match)
            }
        }
        return found
    }

    /// The pieces between matches, as Go's Split with no limit.
    func split(_ text: RegoString, isPatternEmpty: Bool, _ context: BuiltinContext) throws(BuiltinError) -> [RegoString]
    {
        if text.isEmpty, !isPatternEmpty { return [text] }
        var pieces: [RegoString] = []
        var begin = 0
        var end = 0
        for match in try matches(in: text, limit: -1, wantsGroups: false, context) {
            end = match[0]
            if match[1] != 0 { pieces.append(text.slice(begin..<end)) }
            begin = match[1]
        }
        if end != text.utf8Count { pieces.append(text.slice(begin..<text.utf8Count)) }
        return pieces
    }

    /// Replaces every match by a template in which `$1`, `${1}` and `${name}` stand for groups.
    func replace(
        _ text: RegoString, with template: RegoString, _ context: BuiltinContext
    ) throws(BuiltinError) -> RegoString {
        let parts = RegexTemplatePart.parse(template.utf8, names: names)
        var made: [UInt8] = []
        let bytes = text.utf8
        var lastEnd = 0
        var machine = RegexMachine(program, wantsSlots: true)
        var offset = 0
        while offset <= bytes.count {
            let match = try text.withBytes { (bytes) throws(BuiltinError) in
                try machine.search(bytes, from: offset, context)
            }
            guard let match else { break }
            made += bytes[lastEnd..<match[0]]
            if match[1] > lastEnd || match[0] == 0 {
                let before = made.count
                for part in parts { part.append(to: &made, bytes, match) }
                try context.charge(bytes: made.count - before)
            }
            lastEnd = match[1]
            let width = offset < bytes.count ? text.withBytes { GoRunes.decode($0, at: offset).width } : 1
            offset = Swift.max(offset + width, match[1])
        }
        made += bytes[lastEnd...]
        return RegoString(utf8: made)
    }
}

/// A piece of the text that replaces a match.
enum RegexTemplatePart {
    case text([UInt8])
    case group(Int)

    func append(to made: inout [UInt8], _ bytes: [UInt8], _ match: [Int]) {
        switch self {
        case .text(let text): made += text
        case .group(let index):
            guard index * 2 + 1 < match.count, match[index * 2] >= 0 else { return }
            made += bytes[match[index * 2]..<match[index * 2 + 1]]
        }
    }

    static func parse(_ template: [UInt8], names: [String]) -> [RegexTemplatePart] {
        var parts: [RegexTemplatePart] = []
        var text: [UInt8] = []
        var offset = 0
        while offset < template.count {
            guard template[offset] == UInt8(ascii: "$") else {
                text.append(template[offset])
                offset += 1
                continue
            }
            if offset + 1 < template.count, template[offset + 1] == UInt8(ascii: "$") {
                text.append(UInt8(ascii: "$"))
                offset += 2
                continue
            }
            guard let (name, end) = reference(template, at: offset + 1) else {
                text.append(UInt8(ascii: "$"))
                offset += 1
                continue
            }
            offset = end
            parts.append(.text(text))
            text = []
            if let number = Int(name) {
                parts.append(.group(number))
            } else if let index = names.firstIndex(of: name) {
                parts.append(.group(index))
            }
        }
        parts.append(.text(text))
        return parts
    }

    private static func reference(_ template: [UInt8], at start: Int) -> (name: String, end: Int)? {
        guard start < template.count else { return nil }
        let isBraced = template[start] == UInt8(ascii: "{")
        let begin = isBraced ? start + 1 : start
        var end = begin
        while end < template.count, isNameByte(template[end]) { end += 1 }
        guard end > begin else { return nil }
        let name = String(decoding: template[begin..<end], as: UTF8.self)
        if !isBraced { return (name, end) }
        guard end < template.count, template[end] == UInt8(ascii: "}") else { return nil }
        return (name, end + 1)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 95, 97...122: true
        default: byte >= 0x80
        }
    }
}
