internal import Model

/// Reads what is posted as a review: JSON, or the Protocol Buffers that typed clients of Kubernetes send.
enum ReviewBody {
    /// Stands before every message that such a client sends.
    private static let magic: [UInt8] = [0x6B, 0x38, 0x73, 0x00]
    private static let protobufType = "application/vnd.kubernetes.protobuf"

    /// The members of the object; throws 400 when it is another, and 415 for other types.
    static func read(_ context: RequestContext, _ resource: ReviewResource) throws(APIFailure) -> [String: JSONValue] {
        let json: JSONValue
        if context.request.mediaType == protobufType {
            guard let message = try unwrapped(context.body, resource) else {
                throw .badRequest("cannot read the body: it is no \(resource.kind) of \(resource.apiVersion)")
            }
            json = message
        } else {
            try context.requireJSON()
            json = try context.json()
        }
        guard case .object(let members) = json else {
            throw .badRequest("the body must be an object of kind \(resource.kind)")
        }
        for (name, expected) in [("kind", resource.kind), ("apiVersion", resource.apiVersion)] {
            guard members[name] == nil || members[name] == .string(expected) else {
                throw .badRequest("'\(name)' must be \(expected) on this path")
            }
        }
        return members
    }

    /// The object in the envelope `runtime.Unknown`; nil when it is not in the expected form.
    private static func unwrapped(_ body: [UInt8], _ resource: ReviewResource) throws(APIFailure) -> JSONValue? {
        guard body.starts(with: magic), let envelope = ProtobufMessage(body[magic.count...]),
            let type = envelope.message(1), type.text(1) == resource.apiVersion, type.text(2) == resource.kind,
            let object = envelope.message(2)
        else { return nil }
        var members: [String: JSONValue] = [:]
        // Field 2 of each review is its spec; that of SelfSubjectReview, its status, is the server's.
        if resource.kind != ReviewResource.selfReview.kind {
            guard let spec = object.message(2) else { return nil }
            members["spec"] = resource.kind == ReviewResource.accessReview.kind ? accessSpec(spec) : .object([:])
        }
        return .object(members)
    }

    private static func accessSpec(_ message: ProtobufMessage) -> JSONValue {
        var members: [String: JSONValue] = [:]
        if let resource = message.message(1) {
            members["resourceAttributes"] = texts(
                resource, ["namespace", "verb", "group", "version", "resource", "subresource", "name"])
        }
        if let path = message.message(2) { members["nonResourceAttributes"] = texts(path, ["path", "verb"]) }
        return .object(members)
    }

    /// The texts of fields that are numbered from 1 in the order of their names.
    private static func texts(_ message: ProtobufMessage, _ names: [String]) -> JSONValue {
        var members: [String: JSONValue] = [:]
        for (index, name) in names.enumerated() {
            guard let text = message.text(index + 1), !text.isEmpty else { continue }
            members[name] = .string(text)
        }
        return .object(members)
    }
}
