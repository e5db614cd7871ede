internal import Model
internal import Store

/// Answers a watch: a stream of JSON texts, one a line, until the client goes, the daemon stops or the time is over.
struct ObjectWatching: Sendable {
    private let context: RequestContext
    private let descriptor: KindDescriptor
    private let view: ObjectView
    private let reader: any ObjectReading
    private let form: AnswerForm
    private let selection: ObjectSelection
    private let wantsBookmarks: Bool
    /// Whether everything there is comes first, and then a mark; nil leaves it to the version.
    private let wantsInitialEvents: Bool?
    private let timeout: Duration?

    /// Prepares a watch in a shape; without one, in that in which objects are stored.
    init(_ context: RequestContext, _ view: ObjectView? = nil) throws {
        self.context = context
        descriptor = try context.descriptor()
        self.view = view ?? .stored(descriptor)
        reader = context.services.reader(of: descriptor.kind)
        form = try AnswerForm(context.request)
        selection = try ObjectSelection(context.request, self.view)
        wantsBookmarks = try context.request.flag("allowWatchBookmarks")
        wantsInitialEvents = try Self.wantsInitialEvents(context.request)
        timeout = try context.request.count("timeoutSeconds").flatMap { $0 == 0 ? nil : .seconds(min($0, 86_400)) }
    }

    /// Begins the watch; its failures are answered as such, or as an `ERROR` event once it runs.
    func response() async throws -> APIResponse {
        let caller = context.caller
        let limits = context.application.limits
        let limit =
            context.application.authorizer.isPrivileged(caller)
            ? limits.watchesPerPrivilegedUser : limits.watchesPerUser
        let place = WatchPlace(context.application.watches, user: caller.key)
        guard place.take(limit: limit) else {
            throw APIFailure.tooMany(
                "\(caller.shown) watches \(limit) times already; end some and try again")
        }
        let begin: Beginning
        let events: AsyncThrowingStream<WatchEvent, any Error>
        do {
            begin = try await self.begin()
            events = try await reader.watch(descriptor.kind, after: begin.version)
        } catch let error as StoreError where error.code == .expired {
            // Clients look for this in the stream, where it also comes later.
            let line = Self.line("ERROR", APIFailure(error).about(descriptor, nil).json)
            return APIResponse(status: 200, contentType: "application/json", body: .bytes(line))
        }
        return APIResponse(
            status: 200, contentType: "application/json",
            body: .stream { write in
                defer { place.give() }
                try await run(events, begin, write)
            })
    }

    /// Where a watch begins, and what is sent before its first change.
    private struct Beginning: Sendable {
        var version: ResourceVersion
        var tracker: SelectionTracker
        /// The first page of what there is; nil when the client knows it from a list.
        var firstPage: ObjectList?
    }

    /// Reads `sendInitialEvents`, which goes with one `resourceVersionMatch` only.
    private static func wantsInitialEvents(_ request: APIRequest) throws(APIFailure) -> Bool? {
        let match = request.parameter("resourceVersionMatch")
        guard request.parameter("sendInitialEvents") != nil else {
            guard match == nil else {
                throw ListRequest.forbidden(
                    "resourceVersionMatch", "is forbidden for watch unless sendInitialEvents is provided")
            }
            return nil
        }
        guard match == "NotOlderThan" else {
            throw ListRequest.forbidden(
                "resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")
        }
        return try request.flag("sendInitialEvents")
    }

    private func begin() async throws -> Beginning {
        let tracker = SelectionTracker(selection)
        let asked = try ListRequest.version(context.request)
        guard let version = asked, wantsInitialEvents != true else {
            let page = try await page(after: nil)
            if let asked, page.version < asked {
                throw StoreError(.expired, "there is no version \(asked.value) yet; list again")
            }
            // A selection needs what there is to tell what leaves it, whether or not that is sent.
            if wantsInitialEvents == false { return try await known(at: page.version, tracker) }
            return Beginning(version: page.version, tracker: tracker, firstPage: page)
        }
        return try await known(at: version, tracker)
    }

    /// A watch that begins after a version, whose state the client knows.
    private func known(at version: ResourceVersion, _ tracker: SelectionTracker) async throws -> Beginning {
        var begin = Beginning(version: version, tracker: tracker)
        guard !selection.isByNameOnly else { return begin }
        var next: String?
        repeat {
            let page = try await page(after: next)
            for object in page.items where (object.metadata.resourceVersion ?? version) <= version {
                begin.tracker.know(object)
            }
            next = page.next
        } while next != nil
        return begin
    }

    /// Sends events until something ends the watch.
    private func run(
        _ events: AsyncThrowingStream<WatchEvent, any Error>, _ begin: Beginning, _ write: APIResponse.Writer
    ) async throws {
        let failure = try await withoutActuallyEscaping(write) { write in
            try await withThrowingTaskGroup(of: APIFailure?.self) { tasks in
                let application = context.application
                let closed = context.closed
                tasks.addTask { try await send(events, begin, write) }
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
        _ events: AsyncThrowingStream<WatchEvent, any Error>, _ begin: Beginning, _ write: APIResponse.Writer
    ) async throws -> APIFailure? {
        var tracker = begin.tracker
        var known: [String: ResourceVersion] = [:]
        var columns = Columns()
        do {
            if let page = begin.firstPage {
                known = try await sendPages(from: page, &tracker, &columns, write)
                if wantsInitialEvents == true, wantsBookmarks {
                    try await write(bookmark(page.version, isInitialEnd: true))
                }
            }
            var iterator = events.makeAsyncIterator()
            while let event = try await iterator.next() {
                switch event {
                case .bookmark(let version):
                    if wantsBookmarks { try await write(bookmark(version, isInitialEnd: false)) }
                case .added(let object): try await forward(.added, object, &tracker, &known, &columns, write)
                case .modified(let object): try await forward(.modified, object, &tracker, &known, &columns, write)
                case .deleted(let object): try await forward(.deleted, object, &tracker, &known, &columns, write)
                }
            }
            return nil
        } catch let error as StoreError {
            return APIFailure(error)
        }
    }

    /// Sends what there is, page by page; returns the versions of objects that changed since the first page.
    private func sendPages(
        from first: ObjectList, _ tracker: inout SelectionTracker, _ columns: inout Columns,
        _ write: APIResponse.Writer
    ) async throws -> [String: ResourceVersion] {
        var known: [String: ResourceVersion] = [:]
        var page = first
        while true {
            for object in page.items {
                tracker.know(object)
                if let version = object.metadata.resourceVersion, version > first.version {
                    known[object.metadata.name] = version
                }
                if selection.matches(object) { try await write(try line(.added, object, &columns)) }
            }
            guard let next = page.next else { return known }
            page = try await self.page(after: next)
        }
    }

    private func forward(
        _ change: SelectionTracker.Change, _ object: APIObject, _ tracker: inout SelectionTracker,
        _ known: inout [String: ResourceVersion], _ columns: inout Columns, _ write: APIResponse.Writer
    ) async throws {
        if let version = known[object.metadata.name] {
            // A page has told this change already.
            if let own = object.metadata.resourceVersion, own <= version { return }
            known[object.metadata.name] = nil
        }
        guard let change = tracker.type(of: change, object) else { return }
        try await write(try line(change, object, &columns))
    }

    /// Whether the columns of tables were told: the first frame does.
    private struct Columns {
        var areTold = false
    }

    private func line(
        _ change: SelectionTracker.Change, _ object: APIObject, _ columns: inout Columns
    ) throws -> [UInt8] {
        defer { columns.areTold = true }
        return Self.line(
            change.rawValue,
            try form.json(object, view, now: context.services.now(), withColumns: !columns.areTold))
    }

    private func bookmark(_ version: ResourceVersion, isInitialEnd: Bool) -> [UInt8] {
        Self.line("BOOKMARK", form.bookmark(version, view, isInitialEnd: isInitialEnd))
    }

    private static func line(_ type: String, _ object: JSONValue) -> [UInt8] {
        let frame: JSONValue = ["type": .string(type), "object": object]
        return frame.canonicalBytes + [UInt8(ascii: "\n")]
    }

    private func page(after name: String?) async throws -> ObjectList {
        try await reader.objects(of: descriptor.kind, limit: context.application.limits.pageSize, after: name)
    }
}

/// A user's place among the watches, given back once, whether the watch ran or not.
private final class WatchPlace: Sendable {
    private let budget: UserBudget
    private let user: UserKey
    private let isTaken = Once()

    init(_ budget: UserBudget, user: UserKey) {
        self.budget = budget
        self.user = user
    }

    deinit { give() }

    func take(limit: Int) -> Bool {
        guard budget.take(user, limit: limit) else { return false }
        isTaken.set()
        return true
    }

    func give() {
        if isTaken.clear() { budget.give(user) }
    }
}
