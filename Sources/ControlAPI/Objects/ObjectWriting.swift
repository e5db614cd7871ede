internal import Model
internal import Store

/// Answers writes: creates, replaces, patches and deletes objects.
struct ObjectWriting: Sendable {
    private static let attempts = 5

    private let context: RequestContext
    private let descriptor: KindDescriptor
    private let store: any ObjectStore
    private let form: AnswerForm
    private let isDryRun: Bool

    init(_ context: RequestContext) throws {
        self.context = context
        descriptor = try context.descriptor()
        store = context.services.store
        form = try AnswerForm(context.request)
        isDryRun = try context.request.isDryRun()
    }

    func create() async throws -> APIResponse {
        var object = try self.object(try jsonBody())
        object.status = .object([:])
        object.metadata.clearServerFields()
        try ObjectRules.checkCreation(object)
        if isDryRun {
            try await refuseExisting(object)
            object.metadata.generation = 1
            object.metadata.creationTimestamp = context.services.now()
            return try answer(object, status: 201)
        }
        try await context.audit(
            ObjectKey(
                kind: object.kind,
                name: object.metadata.name.isEmpty ? "\(object.metadata.generateName ?? "")…" : object.metadata.name))
        return try answer(try await store.create(object, durability: .synced), status: 201)
    }

    func update(_ part: WrittenPart) async throws -> APIResponse {
        let object = try self.object(try jsonBody())
        guard object.metadata.name == context.name else {
            throw APIFailure.badRequest(
                "the object is named \(quoted(object.metadata.name)), the path \(quoted(context.name))")
        }
        return try await replacing(part) { _ in object }
    }

    func patch(_ part: WrittenPart) async throws -> APIResponse {
        let json = try context.json()
        let patch = try ReadPatch(mediaType: context.request.mediaType, json: json)
        return try await replacing(part) { stored throws(APIFailure) in try patch.applied(to: stored) }
    }

    func delete() async throws -> APIResponse {
        try context.requireJSON()
        let options = try DeleteOptions(try context.json())
        let stored = try await store.object(try context.key())
        let isDryRun = isDryRun || options.isDryRun
        if !isDryRun, let refusal = ObjectRules.owner(of: stored) { throw refusal }
        if let uid = options.uid, uid != stored.metadata.uid {
            throw APIFailure.conflict("the object has the uid \(stored.metadata.uid ?? ""), not \(quoted(uid))")
        }
        if let version = options.version, version != stored.metadata.resourceVersion {
            throw APIFailure.conflict("the object has changed since version \(version.value); read it and try again")
        }
        if isDryRun { return try answer(stored) }
        try await context.audit(stored.key)
        let precondition = options.uid == nil ? options.version : options.version ?? stored.metadata.resourceVersion
        return try answer(try await store.delete(stored.key, precondition: precondition))
    }

    /// Replaces what is stored, again when somebody else was faster and the request names no version.
    private func replacing(
        _ part: WrittenPart, _ change: (APIObject) throws(APIFailure) -> APIObject
    ) async throws -> APIResponse {
        var attempt = 1
        while true {
            let stored = try await store.object(try context.key())
            do {
                return try await replace(stored, with: try change(stored), part)
            } catch let error as StoreError where error.code == .conflict && attempt < Self.attempts {
                // A request with a version fails against the newer object; one without applies to it.
                attempt += 1
            }
        }
    }

    private func replace(
        _ stored: APIObject, with object: APIObject, _ part: WrittenPart
    ) async throws -> APIResponse {
        if let uid = object.metadata.uid, uid != stored.metadata.uid {
            throw APIFailure.conflict(
                "the object was deleted and made again: it has the uid \(stored.metadata.uid ?? ""), not \(quoted(uid))"
            )
        }
        if let version = object.metadata.resourceVersion, version != stored.metadata.resourceVersion {
            throw APIFailure.conflict(
                "\(object.kind.rawValue) '\(object.metadata.name)' has changed since version \(version.value); "
                    + "read it and try again")
        }
        var next = stored
        switch part {
        case .status: next.status = object.status
        case .spec:
            next.spec = object.spec
            next.metadata = object.metadata
            next.metadata.keepServerFields(of: stored.metadata)
        }
        try ObjectRules.checkUpdate(next, of: stored, part: part, isDryRun: isDryRun)
        if isDryRun {
            if next.spec != stored.spec { next.metadata.generation = (stored.metadata.generation ?? 0) + 1 }
            return try answer(next)
        }
        try await context.audit(next.key)
        let written = try await store.update(next, part: part == .spec ? .spec : .status, durability: .synced)
        return try answer(written)
    }

    private func refuseExisting(_ object: APIObject) async throws {
        do {
            _ = try await store.object(object.key)
        } catch let error as StoreError where error.code == .notFound {
            return
        }
        throw APIFailure(409, "AlreadyExists", "\(object.kind.rawValue) '\(object.metadata.name)' exists already")
    }

    private func jsonBody() throws -> JSONValue {
        try context.requireJSON()
        guard !context.body.isEmpty else { throw APIFailure.badRequest("the body is empty; send an object") }
        return try context.json()
    }

    private func object(_ json: JSONValue) throws(APIFailure) -> APIObject {
        let object: APIObject
        do { object = try APIObject(json: json) } catch { throw .badRequest(error.message) }
        guard object.kind == descriptor.kind else {
            throw .badRequest(
                "the object is a \(quoted(object.kind.rawValue)), the path is for \(descriptor.plural)")
        }
        return object
    }

    private func answer(_ object: APIObject, status: Int = 200) throws -> APIResponse {
        .json(try form.json(object, descriptor, now: context.services.now()), status: status)
    }
}

extension ObjectMeta {
    /// Drops what only the server sets.
    fileprivate mutating func clearServerFields() {
        uid = nil
        resourceVersion = nil
        generation = nil
        creationTimestamp = nil
        deletionTimestamp = nil
    }

    /// Takes what only the server sets from the stored object; the version is the one that was read.
    fileprivate mutating func keepServerFields(of stored: ObjectMeta) {
        name = stored.name
        generateName = stored.generateName
        uid = stored.uid
        resourceVersion = stored.resourceVersion
        generation = stored.generation
        creationTimestamp = stored.creationTimestamp
        deletionTimestamp = stored.deletionTimestamp
    }
}
