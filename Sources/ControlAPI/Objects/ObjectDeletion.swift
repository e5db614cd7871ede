internal import Model
internal import Store

/// Answers deletions: of one object, and of all that a selection names.
struct ObjectDeletion: Sendable {
    private static let attempts = 5

    private let context: RequestContext
    private let descriptor: KindDescriptor
    private let store: any ObjectStore
    private let options: DeleteOptions
    private let view: ObjectView

    /// Prepares a deletion whose answer has a shape; without one, that in which objects are stored.
    init(_ context: RequestContext, _ view: ObjectView? = nil) throws {
        self.context = context
        descriptor = try context.descriptor()
        self.view = view ?? .stored(descriptor)
        store = context.services.store
        options = try DeleteOptions(context)
    }

    /// Deletes the object that the path names: the answer is a `Status` once it is gone, and the object while
    /// finalizers hold it.
    func object() async throws -> APIResponse {
        let form = try AnswerForm(context.request)
        guard let left = try await delete(try await store.object(try context.key())) else {
            return .json((try? APIStatus(success: nil).json) ?? .null)
        }
        switch left {
        case .held(let object): return .json(try form.json(object, view, now: context.services.now()))
        case .gone(let object):
            var details = APIStatus.Details(name: object.metadata.name, kind: descriptor.plural)
            details.uid = object.metadata.uid
            return .json(try APIStatus(success: details).json)
        }
    }

    /// Deletes every object that a selection names.
    func collection() async throws -> APIResponse {
        let selection = try ObjectSelection(context.request, view)
        var limit = try context.request.count("limit").flatMap { $0 == 0 ? nil : $0 } ?? .max
        var next: String?
        repeat {
            let page = try await store.objects(
                of: descriptor.kind, limit: context.application.limits.pageSize, after: next)
            for object in page.items where limit > 0 && selection.matches(object) {
                limit -= 1
                _ = try await delete(object)
            }
            next = page.next
        } while next != nil && limit > 0
        return .json(try APIStatus(success: APIStatus.Details(kind: descriptor.plural)).json)
    }

    /// What is left of an object after its deletion was asked for.
    private enum Deleted {
        case gone(APIObject)
        case held(APIObject)
    }

    /// Deletes an object as it is stored; nil when somebody else did.
    private func delete(_ first: APIObject) async throws -> Deleted? {
        var stored = first
        var attempt = 1
        while true {
            if !options.isDryRun, let refusal = ObjectRules.owner(of: stored) { throw refusal }
            try checkPreconditions(stored)
            do {
                if options.isDryRun { return wouldBe(stored) }
                try await context.audit(stored.key)
                return try await remove(stored)
            } catch let error as StoreError where error.code == .conflict && attempt < Self.attempts {
                attempt += 1
                stored = try await store.object(stored.key)
                guard stored.metadata.uid == first.metadata.uid else { return nil }
            } catch let error as StoreError where error.code == .notFound && attempt > 1 {
                return nil
            }
        }
    }

    private func remove(_ stored: APIObject) async throws -> Deleted {
        var object = stored
        object.metadata.finalizers = options.finalizers(of: stored)
        let isUnchanged = object.metadata.finalizers == stored.metadata.finalizers
        // What only propagates may change while the object goes already, as long as nothing is added.
        if !isUnchanged {
            if stored.metadata.deletionTimestamp != nil, options.propagation != .background { return .held(stored) }
            object = try await store.update(object, part: .spec, durability: .synced)
            if stored.metadata.deletionTimestamp != nil {
                return (object.metadata.finalizers ?? []).isEmpty ? .gone(object) : .held(object)
            }
        }
        let deleted = try await store.delete(object.key, precondition: object.metadata.resourceVersion)
        return (deleted.metadata.finalizers ?? []).isEmpty ? .gone(deleted) : .held(deleted)
    }

    /// What a deletion would leave.
    private func wouldBe(_ stored: APIObject) -> Deleted {
        var object = stored
        object.metadata.finalizers = options.finalizers(of: stored)
        guard !(object.metadata.finalizers ?? []).isEmpty else { return .gone(object) }
        object.metadata.deletionTimestamp = object.metadata.deletionTimestamp ?? context.services.now()
        return .held(object)
    }

    private func checkPreconditions(_ stored: APIObject) throws(APIFailure) {
        if let uid = options.uid, uid != stored.metadata.uid {
            throw .conflict("the object has the uid \(stored.metadata.uid ?? ""), not \(quoted(uid))")
        }
        if let version = options.version, version != stored.metadata.resourceVersion {
            throw .conflict("the object has changed since version \(version.value); read it and try again")
        }
    }
}
