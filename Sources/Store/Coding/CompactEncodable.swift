import Model

/// A value of rows that are written by the ten thousand: it writes its members down itself.
///
/// Through `Encoder`, the containers and keys of each value cost several times what its bytes do, and were a tenth of a
/// first convergence. The bytes are those that `encode(to:)` gives, which a test compares; values that are rare within
/// it are left to that.
protocol CompactEncodable: Encodable {
    func write(to writer: CompactWriter) throws
}

/// The name of a member, looked up once.
struct CompactName: Sendable {
    fileprivate let number: UInt64

    private init(_ name: String) {
        guard let number = CompactForm.number(of: name) else {
            preconditionFailure("'\(name)' is not among the names of the compact form")
        }
        self.number = number
    }

    static let action = CompactName("action")
    static let actor = CompactName("actor")
    static let after = CompactName("after")
    static let attributes = CompactName("attributes")
    static let before = CompactName("before")
    static let blueprint = CompactName("blueprint")
    static let cause = CompactName("cause")
    static let changes = CompactName("changes")
    static let column = CompactName("column")
    static let commit = CompactName("commit")
    static let content = CompactName("content")
    static let contentDiff = CompactName("contentDiff")
    static let declared = CompactName("declared")
    static let dependencies = CompactName("dependencies")
    static let digest = CompactName("digest")
    static let field = CompactName("field")
    static let fields = CompactName("fields")
    static let file = CompactName("file")
    static let group = CompactName("group")
    static let id = CompactName("id")
    static let index = CompactName("index")
    static let isAbsent = CompactName("absent")
    static let isProtected = CompactName("isProtected")
    static let labels = CompactName("labels")
    static let line = CompactName("line")
    static let message = CompactName("message")
    static let metadata = CompactName("metadata")
    static let mode = CompactName("mode")
    static let observed = CompactName("observed")
    static let onDrift = CompactName("onDrift")
    static let operation = CompactName("operation")
    static let operations = CompactName("operations")
    static let owner = CompactName("owner")
    static let path = CompactName("path")
    static let position = CompactName("position")
    static let prune = CompactName("prune")
    static let resource = CompactName("resource")
    static let risk = CompactName("risk")
    static let size = CompactName("size")
    static let state = CompactName("state")
    static let temporaryName = CompactName("temporaryName")
    static let undo = CompactName("undo")
    static let verify = CompactName("verify")
    static let writeFile = CompactName("writeFile")
}

extension CompactWriter {
    /// Writes an object whose members the body writes.
    func object(_ members: () throws -> Void) rethrows {
        let level = open(CompactForm.object)
        try members()
        close(to: level - 1)
    }

    /// Writes an array of values.
    func array<Element>(_ values: [Element], _ element: (Element) throws -> Void) rethrows {
        let level = open(CompactForm.array)
        for value in values { try element(value) }
        close(to: level - 1)
    }

    func write(_ name: CompactName) { append(varint: name.number) }

    func write(_ name: CompactName, _ value: String) {
        write(name)
        write(value)
    }

    func write(_ name: CompactName, _ value: String?) {
        if let value { write(name, value) }
    }

    func write(_ name: CompactName, _ value: Bool) {
        write(name)
        write(tag: value ? CompactForm.yes : CompactForm.no)
    }

    func write(_ name: CompactName, _ value: Int64) {
        write(name)
        write(integer: value)
    }

    func write(_ name: CompactName, _ value: UInt32?) {
        if let value { write(name, Int64(value)) }
    }

    func write(_ name: CompactName, _ value: ContentDigest) {
        write(name)
        write(value)
    }

    func write(_ name: CompactName, _ value: ResourceID) {
        write(name)
        write(value)
    }

    /// Writes a value in its own way.
    func write(_ name: CompactName, own value: some CompactEncodable) throws {
        write(name)
        try value.write(to: self)
    }

    /// Writes a value by `encode(to:)`.
    func write<T: Encodable>(_ name: CompactName, value: T) throws {
        write(name)
        try write(value: value)
    }

    func write(_ value: ResourceID) {
        let type = value.type.rawValue
        write(tag: CompactForm.string)
        append(varint: UInt64(type.utf8.count + 1 + value.identity.utf8.count))
        append(utf8: type)
        append(utf8: ":")
        append(utf8: value.identity)
    }
}
