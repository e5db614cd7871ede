internal import Model
internal import Store

/// Answers a watch: a stream of JSON texts, one a line, until the client goes, the daemon stops or the time is over.
struct ObjectWatching: Sendable {
    private let context: RequestContext
    private let descriptor: KindDescriptor
    private let reader: any ObjectReading
    private let form: AnswerForm
    private let selection: ObjectSelection
    private let wantsBookmarks: Bool
    private let timeout: Duration?

    init(_ context: RequestContext) throws {
        self.context = context
        descriptor = try context.descriptor()
        reader = context.services.reader(of: descriptor.kind)
        form = try AnswerForm(context.request)
        selection = try ObjectSelection(context.request)
        wantsBookmarks = try context.request.flag("allowWatchBookmarks")
        timeout = try context.request.count("timeoutSeconds").flatMap { $0 == 0 ? nil : .seconds(min($0, 86_400)) }
    }

    /// Begins the watch; its failures are answered as such, or as an `ERROR` event once it runs.
    func response() async throws -> APIResponse {
        let uid = context.peer.uid
        let limits = context.application.limits
        let limit =
            context.application.authorizer.isPrivileged(uid) ? limits.watchesPerPrivilegedUser : limits.watchesPerUser
        let place = WatchPlace(context.application.watches, uid: uid)
        guard place.take(limit: limit) else {
            throw APIFailure.tooMany(
                "user '\(context.peer.name)' watches \(limit) times already; end some and try again")
        }
        var tracker = SelectionTracker(selection)
        var initial: [APIObject] = []
        let version: ResourceVersion
        if let text = context.request.parameter("resourceVersion"), text != "0" {
            guard let read = ResourceVersion(text: text) else {
                throw APIFailure.badRequest(
                    "parameter 'resourceVersion' must be one that a list gave, not \(quoted(text))")
            }
            version = read
            if !selection.isByNameOnly {
                for object in try await everything().items where (object.metadata.resourceVersion ?? version) <= version
                {
                    tracker.know(object)
                }
            }
        } else {
            let list = try await everything()
            version = list.version
            for object in list.items { tracker.know(object) }
            initial = list.items.filter(selection.matches)
        }
        let events = try await reader.watch(descriptor.kind, after: version)
        let begin = (initial, tracker)
        return APIResponse(
            status: 200, contentType: "application/json",
            body: .stream { write in
                defer { place.give() }
                try await run(events, initial: begin.0, tracker: begin.1, write)
            })
    }

    /// Sends events until something ends the watch.
    private func run(
        _ events: AsyncThrowingStream<WatchEvent, any Error>, initial: [APIObject], tracker: SelectionTracker,
        _ write: APIResponse.Writer
    ) async throws {
        let failure = try await withoutActuallyEscaping(write) { write in
            try await withThrowingTaskGroup(of: APIFailure?.self) { tasks in
                let application = context.application
                let closed = context.closed
                tasks.addTask { try await send(events, initial: initial, tracker: tracker, write) }
                tasks.addTask {
                    await closed.wait()
                    return nil
                }
                tasks.addTask {
                    await application.drain.wait()
                    return nil
                }
                if let timeout {
                    tasks.addTask {
                        try await ContinuousClock().sleep(for: timeout)
                        return nil
                    }
                }
                defer { tasks.cancelAll() }
                return try await tasks.next() ?? nil
            }
        }
        guard let failure else { return }
        try await write(Self.line("ERROR", failure.json))
    }

    /// Sends events; returns why the stream cannot go on.
    private func send(
        _ events: AsyncThrowingStream<WatchEvent, any Error>, initial: [APIObject], tracker: SelectionTracker,
        _ write: APIResponse.Writer
    ) async throws -> APIFailure? {
        var tracker = tracker
        for object in initial { try await write(try line(.added, object)) }
        var iterator = events.makeAsyncIterator()
        while true {
            let event: WatchEvent?
            do {
                event = try await iterator.next()
            } catch {
                return APIFailure(error)
            }
            switch event {
            case nil: return nil
            case .added(let object): try await forward(.added, object, &tracker, write)
            case .modified(let object): try await forward(.modified, object, &tracker, write)
            case .deleted(let object): try await forward(.deleted, object, &tracker, write)
            case .bookmark(let version):
                if wantsBookmarks { try await write(bookmark(version)) }
            }
        }
    }

    private func forward(
        _ change: SelectionTracker.Change, _ object: APIObject, _ tracker: inout SelectionTracker,
        _ write: APIResponse.Writer
    ) async throws {
        guard let change = tracker.type(of: change, object) else { return }
        try await write(try line(change, object))
    }

    private func line(_ change: SelectionTracker.Change, _ object: APIObject) throws -> [UInt8] {
        Self.line(change.rawValue, try form.json(object, descriptor, now: context.services.now()))
    }

    private func bookmark(_ version: ResourceVersion) -> [UInt8] {
        Self.line(
            "BOOKMARK",
            [
                "apiVersion": .string(apiVersionName), "kind": .string(descriptor.kind.rawValue),
                "metadata": ["resourceVersion": .string(String(version.value))],
            ])
    }

    private static func line(_ type: String, _ object: JSONValue) -> [UInt8] {
        let frame: JSONValue = ["type": .string(type), "object": object]
        return frame.canonicalBytes + [UInt8(ascii: "\n")]
    }

    private func everything() async throws -> ObjectList {
        try await reader.objects(of: descriptor.kind, limit: nil, after: nil)
    }
}

/// A user's place among the watches, given back once, whether the watch ran or not.
private final class WatchPlace: Sendable {
    private let budget: UserBudget
    private let uid: UInt32
    private let isTaken = Once()

    init(_ budget: UserBudget, uid: UInt32) {
        self.budget = budget
        self.uid = uid
    }

    deinit { give() }

    func take(limit: Int) -> Bool {
        guard budget.take(uid, limit: limit) else { return false }
        isTaken.set()
        return true
    }

    func give() {
        if isTaken.clear() { budget.give(uid) }
    }
}
