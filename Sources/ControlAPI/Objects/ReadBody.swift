internal import Model

/// The body of a write, read as JSON or YAML, and what is odd about it.
struct ReadBody: Sendable {
    let json: JSONValue
    /// Fields that stand twice in one object; the last counts.
    let duplicates: [FieldPath]

    /// Reads a body of one of some media types; an empty one is refused.
    init(_ context: RequestContext, mediaTypes: [String]) throws(APIFailure) {
        let type = context.request.mediaType
        guard type.isEmpty || mediaTypes.contains(type) else {
            throw APIFailure(
                415, "UnsupportedMediaType",
                "the body is \(quoted(type)); send \(mediaTypes.joined(separator: ", ")) instead")
        }
        guard !context.body.isEmpty else { throw .badRequest("the body is empty; send an object") }
        if type.hasSuffix("yaml"), context.body.first(where: { $0 > 0x20 }) != UInt8(ascii: "{") {
            json = try Self.yaml(context.body)
            duplicates = []
            return
        }
        do {
            (json, duplicates) = try JSONValue.parsing(tolerantly: context.body, limits: .object)
        } catch {
            throw Self.failure(error)
        }
    }

    private static func yaml(_ bytes: [UInt8]) throws(APIFailure) -> JSONValue {
        let limits = YAMLLimits(bytes: JSONLimits.object.bytes, values: 200_000, depth: JSONLimits.object.depth)
        let stream = YAMLStream(parsing: bytes, file: "body", limits: limits)
        if let problem = stream.diagnostics.first {
            throw .badRequest(
                "cannot read the body at line \(problem.position.line) column \(problem.position.column): "
                    + problem.message)
        }
        guard let document = stream.documents.first, stream.documents.count == 1 else {
            throw .badRequest("the body has \(stream.documents.count) YAML documents; send one")
        }
        return document.json
    }

    private static func failure(_ error: ModelError) -> APIFailure {
        error.code == .tooLarge
            ? APIFailure(413, "RequestEntityTooLarge", error.message)
            : .badRequest("cannot read the body: \(error.message)")
    }
}

/// An object as a request means it, and what its client is to be warned of.
struct ReadObject: Sendable {
    let object: APIObject
    let warnings: [String]

    /// Takes an object without what its kind does not know, unless the request is strict about that.
    init(
        _ json: JSONValue, duplicates: [FieldPath], of descriptor: KindDescriptor,
        _ validation: WriteOptions.FieldValidation
    ) throws(APIFailure) {
        guard case .object = json else { throw .badRequest("the body is \(json.typeName), not an object") }
        if let kind = json["kind"]?.stringValue, kind != descriptor.kind.rawValue {
            throw .badRequest("the object is a \(quoted(kind)), the path is for \(descriptor.plural)")
        }
        let (pruned, warnings) = try Self.checked(json, duplicates: duplicates, of: descriptor, validation)
        self.warnings = warnings
        do { object = try APIObject(json: pruned) } catch { throw .badRequest(error.message) }
        guard object.kind == descriptor.kind else {
            throw .badRequest(
                "the object is a \(quoted(object.kind.rawValue)), the path is for \(descriptor.plural)")
        }
    }

    /// The JSON form without what the kind does not know, and the warnings; throws when the request is strict.
    static func checked(
        _ json: JSONValue, duplicates: [FieldPath], of descriptor: KindDescriptor,
        _ validation: WriteOptions.FieldValidation
    ) throws(APIFailure) -> (json: JSONValue, warnings: [String]) {
        var pruner = SchemaPruner()
        let pruned = pruner.pruned(json, of: descriptor.kind)
        if let namespace = pruned["metadata"]?["namespace"]?.stringValue, !namespace.isEmpty {
            throw .invalid(
                "\(descriptor.kind.rawValue) is invalid: metadata.namespace: not allowed on this type",
                causes: [
                    APIStatus.Cause(
                        reason: "FieldValueForbidden", message: "not allowed on this type", field: "metadata.namespace")
                ])
        }
        let problems = duplicates.map { "duplicate field \"\($0)\"" } + pruner.unknown.map(\.message)
        if problems.isEmpty || validation == .ignore { return (pruned, []) }
        guard validation == .strict else { return (pruned, problems) }
        let kind = descriptor.kind.rawValue
        let causes =
            duplicates.map {
                APIStatus.Cause(reason: "FieldValueDuplicate", message: "duplicate field", field: $0.description)
            }
            + pruner.unknown.map {
                APIStatus.Cause(reason: "FieldValueInvalid", message: $0.message, field: $0.path.description)
            }
        throw APIFailure(
            400, "BadRequest",
            "\(kind) in version \"v1\" cannot be handled as a \(kind): strict decoding error: "
                + problems.joined(separator: ", "), details: APIStatus.Details(causes: causes))
    }
}

extension APIResponse {
    /// The answer with warnings that clients show.
    func warning(_ warnings: [String]) -> APIResponse {
        var response = self
        // The text of a warning is a quoted string of HTTP, of bounded length.
        response.headers += warnings.prefix(Self.warningsMaximum).map { warning in
            let text = warning.unicodeScalars.filter { $0.value >= 0x20 && $0.value < 0x7F }.prefix(256)
            let escaped = text.map { "\"\\".unicodeScalars.contains($0) ? "\\\($0)" : String($0) }.joined()
            return ("Warning", "299 - \"\(escaped)\"")
        }
        return response
    }

    private static let warningsMaximum = 20
}
