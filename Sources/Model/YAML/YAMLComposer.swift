/// Builds values from YAML events, within bounds that hold while it builds.
struct YAMLComposer: ~Copyable {
    private(set) var diagnostics: [CompileDiagnostic] = []

    private let reader: YAMLEventReader
    private let file: String
    private let limits: YAMLLimits
    private var valueCount = 0
    private var anchors: [String: Anchored] = [:]

    /// What an alias stands for, and what each use costs.
    private struct Anchored {
        let value: PositionedValue
        let count: Int
        let height: Int
    }

    /// A composed value and the levels below it.
    private struct Composed {
        let value: PositionedValue
        let height: Int
    }

    /// Composition cannot go on; the reason is in the diagnostics.
    private struct Stop: Error {}

    init(_ reader: consuming YAMLEventReader, file: String, limits: YAMLLimits) {
        self.reader = reader
        self.file = file
        self.limits = limits
    }

    mutating func composeAll() -> [PositionedValue] {
        var documents: [PositionedValue] = []
        do {
            while true {
                let placed = try next()
                switch placed.event {
                case .streamEnd: return documents
                case .documentStart:
                    anchors = [:]
                    let root = try compose(try next(), depth: 1)
                    if root.value.content != .null { documents.append(root.value) }
                default: break
                }
            }
        } catch {
            return documents
        }
    }

    private mutating func next() throws(Stop) -> YAMLEventReader.PlacedEvent {
        do {
            return try reader.next()
        } catch {
            throw stop(error.line, error.column, "the YAML is broken: \(error.message)")
        }
    }

    private mutating func compose(_ placed: YAMLEventReader.PlacedEvent, depth: Int) throws(Stop) -> Composed {
        guard depth <= limits.depth else {
            throw stop(placed.line, placed.column, "the document is nested deeper than \(limits.depth) levels")
        }
        let before = valueCount
        try count(1, placed)
        switch placed.event {
        case .alias(let name): return try resolve(name, placed, depth: depth)
        case .scalar(let text, let isPlain, let anchor, let tag):
            let content = try scalar(text, isPlain: isPlain, tag: tag, placed)
            return register(anchor, Composed(value: value(content, placed), height: 0), since: before)
        case .sequenceStart(let anchor, let tag):
            try check(tag, isCore: "tag:yaml.org,2002:seq", placed)
            var elements: [PositionedValue] = []
            var height = 0
            while true {
                let event = try next()
                if case .sequenceEnd = event.event { break }
                let element = try compose(event, depth: depth + 1)
                elements.append(element.value)
                height = max(height, element.height + 1)
            }
            return register(anchor, Composed(value: value(.array(elements), placed), height: height), since: before)
        case .mappingStart(let anchor, let tag):
            try check(tag, isCore: "tag:yaml.org,2002:map", placed)
            let (members, height) = try composeMembers(depth: depth)
            return register(anchor, Composed(value: value(.object(members), placed), height: height), since: before)
        case .streamEnd, .documentStart, .documentEnd, .sequenceEnd, .mappingEnd:
            throw stop(placed.line, placed.column, "a value is expected")
        }
    }

    private mutating func composeMembers(depth: Int) throws(Stop) -> (members: [PositionedMember], height: Int) {
        var members: [PositionedMember] = []
        var lines: [String: Int] = [:]
        var height = 0
        while true {
            let event = try next()
            if case .mappingEnd = event.event { return (members, height) }
            let key = try composeKey(event, depth: depth)
            let value = try compose(try next(), depth: depth + 1)
            height = max(height, value.height + 1)
            guard let key else { continue }
            if let line = lines[key] {
                try report(
                    event.line, event.column, "key '\(key.shownInMessage)' stands twice; the first is in line \(line)")
                continue
            }
            lines[key] = event.line
            members.append(PositionedMember(key: key, line: event.line, column: event.column, value: value.value))
        }
    }

    /// The text of a key; nil after reporting one that cannot be used.
    private mutating func composeKey(_ placed: YAMLEventReader.PlacedEvent, depth: Int) throws(Stop) -> String? {
        try count(1, placed)
        switch placed.event {
        case .scalar(let text, let isPlain, let anchor, let tag):
            _ = register(anchor, Composed(value: value(.string(text), placed), height: 0), since: valueCount - 1)
            try check(tag, isCore: "tag:yaml.org,2002:str", placed)
            guard !isPlain || text != "<<" else {
                try report(
                    placed.line, placed.column, "merge keys ('<<') are not supported; write the members out")
                return nil
            }
            return text
        case .alias(let name):
            let target = try resolve(name, placed, depth: depth)
            if let text = target.value.text { return text }
        default: _ = try compose(placed, depth: depth + 1)
        }
        try report(placed.line, placed.column, "a key must be text, not a list or an object")
        return nil
    }

    private mutating func resolve(
        _ name: String, _ placed: YAMLEventReader.PlacedEvent, depth: Int
    ) throws(Stop) -> Composed {
        guard let target = anchors[name] else {
            try report(
                placed.line, placed.column,
                "alias '*\(name.shownInMessage)' has no anchor before it"
                    + Suggestion.clause(for: name, among: anchors.keys.sorted()))
            return Composed(value: value(.null, placed), height: 0)
        }
        guard depth + target.height <= limits.depth else {
            throw stop(placed.line, placed.column, "the document is nested deeper than \(limits.depth) levels")
        }
        try count(target.count - 1, placed)
        return Composed(value: target.value, height: target.height)
    }

    private mutating func scalar(
        _ text: String, isPlain: Bool, tag: String?, _ placed: YAMLEventReader.PlacedEvent
    ) throws(Stop) -> PositionedValue.Content {
        switch tag {
        case nil where isPlain:
            guard !YAMLScalar.hasLeadingZero(text) else {
                try report(
                    placed.line, placed.column,
                    "'\(text.shownInMessage)' has a leading zero, which YAML versions read as different numbers; "
                        + "quote it: \"\(text.shownInMessage)\"")
                return .string(text)
            }
            return YAMLScalar.resolve(text)
        case nil, "!", "tag:yaml.org,2002:str": return .string(text)
        default:
            let content = YAMLScalar.resolve(text)
            let expected: String
            switch content {
            case .null: expected = "tag:yaml.org,2002:null"
            case .bool: expected = "tag:yaml.org,2002:bool"
            case .integer: expected = "tag:yaml.org,2002:int"
            default: expected = "tag:yaml.org,2002:float"
            }
            try check(tag, isCore: expected, placed)
            return content
        }
    }

    private mutating func check(
        _ tag: String?, isCore core: String, _ placed: YAMLEventReader.PlacedEvent
    ) throws(Stop) {
        guard let tag, tag != "!", tag != core else { return }
        try report(
            placed.line, placed.column, "tag '\(tag.shownInMessage)' is not supported here; leave it out")
    }

    private mutating func register(_ anchor: String?, _ composed: Composed, since before: Int) -> Composed {
        if let anchor {
            anchors[anchor] = Anchored(
                value: composed.value, count: valueCount - before, height: composed.height)
        }
        return composed
    }

    private mutating func count(_ values: Int, _ placed: YAMLEventReader.PlacedEvent) throws(Stop) {
        valueCount += values
        guard valueCount <= limits.values else {
            throw stop(
                placed.line, placed.column,
                "the file holds more than \(limits.values) values, counting what aliases repeat")
        }
    }

    private func value(
        _ content: PositionedValue.Content, _ placed: YAMLEventReader.PlacedEvent
    ) -> PositionedValue {
        PositionedValue(content, line: placed.line, column: placed.column)
    }

    private mutating func report(_ line: Int, _ column: Int, _ message: String) throws(Stop) {
        diagnostics.append(
            CompileDiagnostic(position: SourcePosition(file: file, line: line, column: column), message: message))
        guard diagnostics.count < limits.diagnostics else { throw Stop() }
    }

    private mutating func stop(_ line: Int, _ column: Int, _ message: String) -> Stop {
        diagnostics.append(
            CompileDiagnostic(position: SourcePosition(file: file, line: line, column: column), message: message))
        return Stop()
    }
}
