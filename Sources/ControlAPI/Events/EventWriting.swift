internal import Model
internal import Store

/// Answers writes of events in a shape of Kubernetes, as operators and their libraries make them.
struct EventWriting: Sendable {
    private static let attempts = 5
    private static let strategicType = "application/strategic-merge-patch+json"

    private let context: RequestContext
    private let shape: EventShape
    private let store: any ObjectStore
    private let options: WriteOptions
    private let form: AnswerForm

    init(_ context: RequestContext, _ shape: EventShape) throws {
        self.context = context
        self.shape = shape
        store = context.services.store
        options = try WriteOptions(context.request)
        form = try AnswerForm(context.request)
        try Self.requireNamespace(context)
    }

    /// The namespace that a path names; nil where it names none.
    static func namespace(_ context: RequestContext) -> String? {
        guard let index = context.request.path.firstIndex(of: "namespaces"), index + 1 < context.request.path.count
        else { return nil }
        return context.request.path[index + 1]
    }

    static func requireNamespace(_ context: RequestContext) throws(APIFailure) {
        guard let namespace = namespace(context), namespace != EventShape.namespace else { return }
        throw .notFound("namespaces \(quoted(namespace)) not found; events are in '\(EventShape.namespace)'")
    }

    func create() async throws -> APIResponse {
        let body = try ReadBody(context, mediaTypes: ["application/json", "application/yaml"])
        let object = try shape.object(body.json, now: context.services.now())
        do throws(ModelError) {
            if object.metadata.generateName == nil || !object.metadata.name.isEmpty {
                try ObjectName.validate(object.metadata.name)
            }
        } catch {
            throw APIFailure.invalid(error.message)
        }
        try check(object)
        if options.isDryRun { return try answer(object, status: 201) }
        try await context.audit(object.key)
        return try answer(try await store.create(object, durability: .deferred), status: 201)
    }

    func update() async throws -> APIResponse {
        let body = try ReadBody(context, mediaTypes: ["application/json", "application/yaml"])
        return try await replacing { _ in body.json }
    }

    func patch() async throws -> APIResponse {
        let type = context.request.mediaType
        // An event holds no list, so a strategic merge is a merge.
        let known = type == Self.strategicType ? ReadPatch.mergeType : type
        guard [ReadPatch.mergeType, ReadPatch.jsonType].contains(known) else { throw ReadPatch.unsupported(type) }
        let body = try ReadBody(context, mediaTypes: [type])
        let patch = try ReadPatch(mediaType: known, json: body.json)
        return try await replacing { stored in
            switch patch {
            case .merge(let changes): return try shape.json(stored).merging(changes)
            case .json(let changes): return try changes.applied(to: try shape.json(stored))
            }
        }
    }

    private func replacing(_ change: (APIObject) throws -> JSONValue) async throws -> APIResponse {
        var attempt = 1
        while true {
            let stored = try await store.object(try context.key())
            do {
                var next = try shape.object(try change(stored), now: context.services.now())
                guard next.metadata.name == stored.metadata.name else {
                    throw APIFailure.badRequest("a write cannot change the name of an event")
                }
                if let version = next.metadata.resourceVersion, version != stored.metadata.resourceVersion {
                    throw APIFailure.conflict("the event has changed since version \(version.value); read it again")
                }
                next.metadata = next.metadata.keepingServerFields(of: stored.metadata)
                try check(next)
                if options.isDryRun { return try answer(next) }
                try await context.audit(next.key)
                return try answer(try await store.update(next, part: .spec, durability: .deferred))
            } catch let error as StoreError where error.code == .conflict && attempt < Self.attempts {
                attempt += 1
            }
        }
    }

    private func check(_ object: APIObject) throws(APIFailure) {
        let causes = KindSchema.findings(in: object).map(\.cause)
        guard let first = causes.first else { return }
        throw .invalid("Event \(quoted(object.metadata.name)) is invalid: \(first.message)", causes: causes)
    }

    private func answer(_ object: APIObject, status: Int = 200) throws -> APIResponse {
        .json(try form.json(object, shape.view, now: context.services.now()), status: status)
    }
}
