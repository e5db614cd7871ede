import CYaml

/// Reads the events of YAML text: libyaml's, as Swift values.
///
/// The events are read directly, because Yams composes whole trees before anything can bound their size.
struct YAMLEventReader: ~Copyable {
    /// A step through the text.
    enum Event {
        case streamEnd
        case documentStart
        case documentEnd
        case alias(name: String)
        case scalar(text: String, isPlain: Bool, anchor: String?, tag: String?)
        case sequenceStart(anchor: String?, tag: String?)
        case sequenceEnd
        case mappingStart(anchor: String?, tag: String?)
        case mappingEnd
    }

    /// An event and where it begins.
    struct PlacedEvent {
        let event: Event
        let line: Int
        let column: Int
    }

    /// Why the text cannot be read any further.
    struct Failure: Error {
        let line: Int
        let column: Int
        let message: String
    }

    // Safety: owned by this value, which alone uses it and frees it in deinit; the struct must not move in memory once
    // libyaml has set it up, so it is allocated.
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    // Safety: owned by this value and freed in deinit; libyaml reads it until then.
    private let input: UnsafeMutableBufferPointer<UInt8>

    /// Begins reading a copy of the bytes, which are UTF-8.
    init(_ bytes: ArraySlice<UInt8>) {
        input = .allocate(capacity: max(1, bytes.count))
        _ = input.update(fromContentsOf: bytes)
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        yaml_parser_initialize(parser)
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, input.baseAddress, bytes.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        input.deallocate()
    }

    /// The next event that says something; stream starts are skipped.
    func next() throws(Failure) -> PlacedEvent {
        while true {
            var event = yaml_event_t()
            guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
            defer { yaml_event_delete(&event) }
            guard let read = Self.read(event) else { continue }
            return PlacedEvent(
                event: read, line: Int(event.start_mark.line) + 1, column: Int(event.start_mark.column) + 1)
        }
    }

    // Safety: the buffer lies within the event, which the caller holds until the text is copied.
    private static func read(_ event: yaml_event_t) -> Event? {
        switch event.type {
        case YAML_DOCUMENT_START_EVENT: return .documentStart
        case YAML_DOCUMENT_END_EVENT: return .documentEnd
        case YAML_ALIAS_EVENT: return .alias(name: text(event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let buffer = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            return .scalar(
                text: String(decoding: buffer, as: UTF8.self), isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE,
                anchor: text(scalar.anchor), tag: text(scalar.tag))
        case YAML_SEQUENCE_START_EVENT:
            return .sequenceStart(
                anchor: text(event.data.sequence_start.anchor), tag: text(event.data.sequence_start.tag))
        case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
        case YAML_MAPPING_START_EVENT:
            return .mappingStart(anchor: text(event.data.mapping_start.anchor), tag: text(event.data.mapping_start.tag))
        case YAML_MAPPING_END_EVENT: return .mappingEnd
        case YAML_STREAM_END_EVENT: return .streamEnd
        default: return nil
        }
    }

    // Safety: libyaml's strings end with NUL and live as long as their event, which the caller holds.
    private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        pointer.map { String(cString: $0) }
    }

    private func failure() -> Failure {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "it cannot be read"
        if parser.pointee.error == YAML_READER_ERROR {
            let (line, column) = place(ofByte: parser.pointee.problem_offset)
            return Failure(line: line, column: column, message: problem)
        }
        if parser.pointee.error == YAML_MEMORY_ERROR {
            return Failure(line: 1, column: 1, message: "there is not enough memory to read it")
        }
        let mark = parser.pointee.problem_mark
        let offset = Int(mark.index)
        var message = problem
        if problem.contains("cannot start any token"), byte(atCharacter: offset) == UInt8(ascii: "\t") {
            message = "a tab indents the line; YAML indents with spaces only"
        } else if problem.contains("cannot start any token") {
            message += "; quote the text that begins with it"
        } else if problem.contains("mapping values are not allowed") {
            message += "; indent the line differently, or quote text that holds ': '"
        } else if problem.hasPrefix("Maximum nesting level") {
            // The parser has a limit of its own, above every one of `YAMLLimits`.
            message = "it is nested deeper than 1,000 levels"
        } else if let context = parser.pointee.context.map({ String(cString: $0) }) {
            message = "\(context) that begins in line \(parser.pointee.context_mark.line + 1): \(problem)"
        }
        return Failure(line: Int(mark.line) + 1, column: Int(mark.column) + 1, message: message)
    }

    private func byte(atCharacter index: Int) -> UInt8? {
        var count = -1
        for byte in input where byte & 0xC0 != 0x80 {
            count += 1
            if count == index { return byte }
        }
        return nil
    }

    private func place(ofByte offset: Int) -> (line: Int, column: Int) {
        TextPlace.of(byte: offset, in: input)
    }
}

/// Counts lines and columns.
enum TextPlace {
    /// The line and the column in characters, both from 1, of a byte.
    static func of(byte offset: Int, in bytes: some Sequence<UInt8>) -> (line: Int, column: Int) {
        var line = 1
        var column = 1
        for byte in bytes.prefix(offset) {
            if byte == 0x0A {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        return (line, column)
    }
}
