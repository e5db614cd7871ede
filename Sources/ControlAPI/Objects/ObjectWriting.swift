internal import Model
internal import Store

/// Answers writes: creates, replaces, patches and applies objects.
struct ObjectWriting: Sendable {
    private static let attempts = 5
    static let bodyTypes = ["application/json", "application/yaml"]

    let context: RequestContext
    let descriptor: KindDescriptor
    let store: any ObjectStore
    let options: WriteOptions
    private let form: AnswerForm

    init(_ context: RequestContext) throws {
        self.context = context
        descriptor = try context.descriptor()
        store = context.services.store
        form = try AnswerForm(context.request)
        options = try WriteOptions(context.request)
    }

    func create() async throws -> APIResponse {
        let body = try ReadBody(context, mediaTypes: Self.bodyTypes)
        let read = try ReadObject(body.json, duplicates: body.duplicates, of: descriptor, options.validation)
        var object = read.object
        object.status = .object([:])
        object.fillDefaults()
        let entries = try management(.spec).entries(
            after: object, replacing: nil,
            entries: FieldManagement.entries(sent: object.metadata.managedFields, stored: nil))
        return try answer(try await make(object, entries), status: 201, read.warnings)
    }

    func update(_ part: WrittenPart) async throws -> APIResponse {
        let body = try ReadBody(context, mediaTypes: Self.bodyTypes)
        let read = try ReadObject(body.json, duplicates: body.duplicates, of: descriptor, options.validation)
        guard read.object.metadata.name == context.name else {
            throw APIFailure.badRequest(
                "the object is named \(quoted(read.object.metadata.name)), the path \(quoted(context.name))")
        }
        return try await replacing(part) { _ in read }
    }

    func patch(_ part: WrittenPart) async throws -> APIResponse {
        let type = context.request.mediaType
        if type == ReadPatch.applyType { return try await apply(part) }
        guard [ReadPatch.mergeType, ReadPatch.jsonType].contains(type) else { throw ReadPatch.unsupported(type) }
        try options.refuseForce()
        let body = try ReadBody(context, mediaTypes: [type])
        let patch = try ReadPatch(mediaType: type, json: body.json)
        return try await replacing(part) { stored throws(APIFailure) in
            try ReadObject(
                try patch.applied(to: stored), duplicates: body.duplicates, of: descriptor, options.validation)
        }
    }

    /// Replaces what is stored, again when somebody else was faster and the request names no version.
    private func replacing(
        _ part: WrittenPart, _ change: (APIObject) throws(APIFailure) -> ReadObject
    ) async throws -> APIResponse {
        var attempt = 1
        while true {
            let stored = try await store.object(try context.key())
            do {
                let read = try change(stored)
                let object = read.object
                try checkPreconditions(uid: object.metadata.uid, object.metadata.resourceVersion, stored)
                var next = merged(object, into: stored, part)
                if next.spec != stored.spec { next.fillDefaults() }
                let entries = try management(part).entries(
                    after: next, replacing: stored,
                    entries: FieldManagement.entries(
                        sent: object.metadata.managedFields, stored: stored.metadata.managedFields))
                return try answer(try await replace(stored, with: next, entries, part), read.warnings)
            } catch let error as StoreError where error.code == .conflict && attempt < Self.attempts {
                // A request with a version fails against the newer object; one without applies to it.
                attempt += 1
            }
        }
    }

    /// What a write makes of the stored object.
    private func merged(_ object: APIObject, into stored: APIObject, _ part: WrittenPart) -> APIObject {
        var next = stored
        switch part {
        case .status: next.status = object.status
        case .spec:
            next.spec = object.spec
            next.metadata = object.metadata
            next.metadata.keepServerFields(of: stored.metadata)
        }
        return next
    }

    func management(_ part: WrittenPart) -> FieldManagement {
        FieldManagement(options.updatingManager(part), at: context.services.now())
    }

    /// Stores a new object, or says what it would be.
    func make(_ draft: APIObject, _ entries: [ManagedFieldsEntry]) async throws -> APIObject {
        var object = draft
        object.metadata.clearServerFields()
        object.fillDefaults()
        try ObjectRules.checkCreation(object)
        object.metadata.managedFields = entries
        if options.isDryRun {
            if object.metadata.name.isEmpty, let prefix = object.metadata.generateName {
                object.metadata.name = prefix + randomIdentifier().filter { $0 != "-" }.prefix(5)
            }
            try await refuseExisting(object)
            object.metadata.uid = randomIdentifier()
            object.metadata.generation = 1
            object.metadata.creationTimestamp = WallTime(seconds: context.services.now().nanoseconds / 1_000_000_000)
            return object
        }
        try await context.audit(
            ObjectKey(
                kind: object.kind,
                name: object.metadata.name.isEmpty ? "\(object.metadata.generateName ?? "")…" : object.metadata.name))
        return try await store.create(object, durability: .synced)
    }

    /// Stores what becomes of an object, or says what that would be.
    func replace(
        _ stored: APIObject, with object: APIObject, _ entries: [ManagedFieldsEntry], _ part: WrittenPart
    ) async throws -> APIObject {
        var next = object
        next.metadata.managedFields = entries
        try ObjectRules.checkUpdate(next, of: stored, part: part, isDryRun: options.isDryRun)
        if options.isDryRun {
            if next.spec != stored.spec { next.metadata.generation = (stored.metadata.generation ?? 0) + 1 }
            return next
        }
        try await context.audit(next.key)
        return try await store.update(next, part: part == .spec ? .spec : .status, durability: .synced)
    }

    /// Refuses a write that is meant for another object or another version of it.
    func checkPreconditions(
        uid: String?, _ version: ResourceVersion?, _ stored: APIObject
    ) throws(APIFailure) {
        if let uid, uid != stored.metadata.uid {
            throw .conflict(
                "the object was deleted and made again: it has the uid \(stored.metadata.uid ?? ""), not \(quoted(uid))"
            )
        }
        if let version, version != stored.metadata.resourceVersion {
            throw .conflict(
                "\(descriptor.kind.rawValue) '\(stored.metadata.name)' has changed since version \(version.value); "
                    + "the object has been modified; please apply your changes to the latest version and try again")
        }
    }

    private func refuseExisting(_ object: APIObject) async throws {
        do {
            _ = try await store.object(object.key)
        } catch let error as StoreError where error.code == .notFound {
            return
        }
        throw APIFailure(409, "AlreadyExists", "\(object.kind.rawValue) '\(object.metadata.name)' already exists")
    }

    func answer(_ object: APIObject, status: Int = 200, _ warnings: [String] = []) throws -> APIResponse {
        var shown = object
        // An empty list asks the store to forget the managers; clients see none.
        if shown.metadata.managedFields?.isEmpty == true { shown.metadata.managedFields = nil }
        return .json(try form.json(shown, .stored(descriptor), now: context.services.now()), status: status).warning(
            warnings)
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
    func keepingServerFields(of stored: ObjectMeta) -> ObjectMeta {
        var next = self
        next.keepServerFields(of: stored)
        return next
    }

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
