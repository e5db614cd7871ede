/// The documents of YAML text, with places, and what is wrong with it.
///
/// The language is YAML 1.2's core schema with the surprises left out: no tags but the core ones, no merge keys, no
/// numbers with a leading zero (which YAML versions read differently), no keys but scalars, no key twice.
public struct YAMLStream: Sendable {
    /// The documents, without empty ones.
    ///
    /// After a syntax error those before it.
    public let documents: [PositionedValue]
    /// Every error that was found, bounded, in the order of the text.
    public let diagnostics: [CompileDiagnostic]

    /// Parses the bytes of a file; `file` is what positions name.
    public init(parsing bytes: [UInt8], file: String, limits: YAMLLimits = .standard) {
        guard bytes.count <= limits.bytes else {
            self.init(
                refusing: file, 1, 1,
                "the file has \(bytes.count) bytes; the limit is \(limits.bytes); put large content "
                    + "in a file of its own "
                    + "and name it with 'source'")
            return
        }
        if let offset = UTF8Scan.firstInvalid(in: bytes) {
            let (line, column) = TextPlace.of(byte: offset, in: bytes)
            self.init(refusing: file, line, column, "the file is not UTF-8: byte \(offset) begins no character")
            return
        }
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        var composer = YAMLComposer(YAMLEventReader(text), file: file, limits: limits)
        let documents = composer.composeAll()
        self.init(documents: documents, diagnostics: composer.diagnostics)
    }

    /// Parses the text of a file; `file` is what positions name.
    public init(parsing text: String, file: String, limits: YAMLLimits = .standard) {
        self.init(parsing: Array(text.utf8), file: file, limits: limits)
    }

    private init(refusing file: String, _ line: Int, _ column: Int, _ message: String) {
        let position = SourcePosition(file: file, line: line, column: column)
        self.init(documents: [], diagnostics: [CompileDiagnostic(position: position, message: message)])
    }

    private init(documents: [PositionedValue], diagnostics: [CompileDiagnostic]) {
        self.documents = documents
        self.diagnostics = diagnostics
    }
}
