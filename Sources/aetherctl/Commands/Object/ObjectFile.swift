import Glibc
import LinuxIO
import Model

/// The objects that a file of YAML or JSON documents declares.
struct ObjectFile: Sendable {
    private static let sizeMaximum = 16 << 20

    /// The objects, in the order of the file; a list counts as its items.
    private(set) var objects: [APIObject] = []
    /// What is wrong, with places; then the objects are not all there.
    private(set) var diagnostics: [CompileDiagnostic]

    /// Reads a file; `-` is standard input.
    init(path: String) throws {
        self.init(try Self.bytes(of: path), file: path == "-" ? "<stdin>" : path)
        if diagnostics.isEmpty, objects.isEmpty { throw CommandFailure("'\(path)' holds no object") }
    }

    /// Reads bytes; `file` is what places name.
    init(_ bytes: [UInt8], file: String) {
        let stream = YAMLStream(parsing: bytes, file: file)
        diagnostics = stream.diagnostics
        for document in stream.documents { add(document, file: file) }
    }

    private mutating func add(_ document: PositionedValue, file: String) {
        let kind = document["kind"]?.text ?? ""
        if kind.hasSuffix("List"), let items = document["items"]?.elements {
            for item in items { add(item, file: file) }
            return
        }
        let isBlueprint = kind == BlueprintKind.descriptor.kind.rawValue
        if isBlueprint, case .invalid(let findings) = SiteDocument(Self.declared(document), file: file) {
            diagnostics += findings
            return
        }
        do {
            let object = try APIObject(json: document.json)
            guard KindRegistry.descriptor(of: object.kind) != nil else {
                throw ModelError(.invalidObject, KindRegistry.unknownKindMessage(object.kind.rawValue))
            }
            guard !object.metadata.name.isEmpty else { throw ModelError(.invalidObject, "metadata.name is missing") }
            objects.append(object)
        } catch {
            diagnostics.append(CompileDiagnostic(position: document.position(in: file), message: "\(error)"))
        }
    }

    /// A blueprint as people write it: without what the API adds to one that it shows.
    private static func declared(_ document: PositionedValue) -> PositionedValue {
        guard let members = document.members else { return document }
        let kept = members.filter { $0.key != "status" }.map { member in
            guard member.key == "metadata", let fields = member.value.members else { return member }
            let own = fields.filter { ["name", "labels", "annotations"].contains($0.key) }
            let value = PositionedValue(.object(own), line: member.value.line, column: member.value.column)
            return PositionedMember(key: member.key, line: member.line, column: member.column, value: value)
        }
        return PositionedValue(.object(kept), line: document.line, column: document.column)
    }

    private static func bytes(of path: String) throws -> [UInt8] {
        let number = path == "-" ? dup(0) : open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { throw CommandFailure("cannot read '\(path)': \(String(cString: strerror(errno)))") }
        let descriptor = FileDescriptor(owning: number)
        do {
            let bytes = try descriptor.readAll(limit: sizeMaximum + 1)
            guard bytes.count <= sizeMaximum else {
                throw CommandFailure("'\(path)' is larger than \(sizeMaximum) bytes; split it")
            }
            return bytes
        } catch let error as LinuxIOError {
            throw CommandFailure("cannot read '\(path)': \(error)")
        }
    }
}

extension CompileDiagnostic {
    /// `file:line:column: message`, as compilers write it.
    var line: String { "\(position.file):\(position.line):\(position.column): \(message)".onOneLine }
}
