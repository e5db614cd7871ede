internal import Model
internal import Store

/// Answers reads: one object, or a list that is sent page by page, so that its length does not matter.
struct ObjectListing: Sendable {
    private struct Page: Sendable {
        var items: [APIObject]
        var version: ResourceVersion
        /// The name to go on after; nil at the end.
        var next: String?
    }

    private let context: RequestContext
    private let view: ObjectView
    private let reader: any ObjectReading
    private let form: AnswerForm
    private let kind: KindName

    /// Prepares an answer in a shape; without one, in that in which objects are stored.
    init(_ context: RequestContext, _ view: ObjectView? = nil) throws {
        self.context = context
        let descriptor = try context.descriptor()
        self.view = view ?? .stored(descriptor)
        reader = context.services.reader(of: descriptor.kind)
        form = try AnswerForm(context.request)
        kind = descriptor.kind
    }

    /// One object.
    func object() async throws -> APIResponse {
        let (cache, name) = (context.application.answers, context.nameAsWritten)
        // Rows of tables have ages, which do not stay.
        guard form == .objects, view.isStored, context.request.query.isEmpty, let mark = reader.mark else {
            return .json(try await read())
        }
        if let bytes = cache.bytes(of: kind, named: name, at: mark) { return .json(bytes: bytes) }
        let bytes = try await read().canonicalBytes
        cache.keep(bytes, of: kind, named: name, at: mark)
        return .json(bytes: bytes)
    }

    private func read() async throws -> JSONValue {
        let object = try await reader.object(try context.key())
        if let version = try ListRequest.version(context.request) { try await requireReached(version) }
        return try form.json(object, view, now: context.services.now())
    }

    /// A list: as one answer when it fits into a page, as a stream otherwise.
    func response() async throws -> APIResponse {
        let selection = try ObjectSelection(context.request, view)
        let asked = try ListRequest(context.request)
        let limit = asked.limit
        let start = try await firstPage(asked, selection)
        let (first, version) = (start.page, start.version)
        let left = limit.map { $0 - first.items.count }
        guard first.next != nil, left != 0 else {
            let remaining =
                selection.isEverything && first.next != nil
                ? try await reader.count(of: kind, after: first.next) : nil
            let text =
                form.open(view, now: context.services.now()) + (try elements(first.items))
                + close(version, first.next, remaining: remaining)
            return APIResponse(status: 200, contentType: "application/json", body: .bytes(Array(text.utf8)))
        }
        return APIResponse(
            status: 200, contentType: "application/json",
            body: .stream { write in
                var next = first.next
                var left = left
                var hasItems = !first.items.isEmpty
                let open = form.open(view, now: context.services.now())
                try await write(Array((open + (try elements(first.items))).utf8))
                while let name = next, left != 0 {
                    let page = try await laterPage(selection, after: name, limit: left, at: version)
                    next = page.next
                    left = left.map { $0 - page.items.count }
                    if page.items.isEmpty { continue }
                    try await write(Array(((hasItems ? "," : "") + (try elements(page.items))).utf8))
                    hasItems = true
                }
                let remaining =
                    selection.isEverything && next != nil
                    ? try await reader.count(of: kind, after: next) : nil
                try await write(Array(close(version, next, remaining: remaining).utf8))
            })
    }

    /// The first page of what is asked for, and the version of the list.
    private func firstPage(
        _ asked: ListRequest, _ selection: ObjectSelection
    ) async throws -> (page: Page, version: ResourceVersion) {
        if let token = asked.token {
            do {
                let page = try await page(selection, after: token.name, limit: asked.limit, at: token.version)
                return (page, token.version ?? page.version)
            } catch let error as StoreError where error.code == .expired {
                throw Self.expired(token)
            }
        }
        switch asked.age {
        case .newest: break
        case .notOlderThan(let version): try await requireReached(version)
        case .exact(let version):
            try await requireReached(version)
            do {
                return (try await page(selection, after: nil, limit: asked.limit, at: version), version)
            } catch let error as StoreError where error.code == .expired {
                throw APIFailure.expired(
                    "the state of version \(version.value) is no longer held; list without resourceVersion")
            }
        }
        let page = try await page(selection, after: nil, limit: asked.limit, at: nil)
        return (page, page.version)
    }

    /// A page of a list that has begun to be sent: where its state is gone, the newest; a watch after the list's
    /// version is told to list again.
    private func laterPage(
        _ selection: ObjectSelection, after name: String, limit: Int?, at version: ResourceVersion
    ) async throws -> Page {
        do {
            return try await page(selection, after: name, limit: limit, at: version)
        } catch let error as StoreError where error.code == .expired {
            return try await page(selection, after: name, limit: limit, at: nil)
        }
    }

    /// The objects that are selected among the next ones, at most `limit` of them.
    private func page(
        _ selection: ObjectSelection, after name: String?, limit: Int?, at version: ResourceVersion?
    ) async throws -> Page {
        let size =
            selection.isEverything
            ? min(limit ?? .max, context.application.limits.pageSize) : context.application.limits.pageSize
        let list = try await reader.page(of: kind, limit: size, after: name, at: version)
        var page = Page(items: list.items, version: list.version, next: list.next)
        if selection.isEverything { return page }
        page.items = list.items.filter(selection.matches)
        if let limit, page.items.count > limit {
            page.items.removeSubrange(limit...)
            page.next = page.items.last?.metadata.name
        } else if let limit, page.items.count == limit, page.next != nil {
            page.next = list.items.last?.metadata.name
        }
        return page
    }

    /// Refuses to show what is not known yet.
    private func requireReached(_ version: ResourceVersion) async throws {
        let current = try await reader.objects(of: kind, limit: 1, after: nil).version
        guard current < version else { return }
        let message = "Too large resource version: \(version.value), current: \(current.value)"
        throw APIFailure(
            504, "Timeout", message,
            details: APIStatus.Details(
                causes: [
                    APIStatus.Cause(reason: "ResourceVersionTooLarge", message: "Too large resource version")
                ], retryAfterSeconds: 1))
    }

    /// What a client hears whose list cannot go on at its version, with a token that goes on at the newest.
    private static func expired(_ token: ContinueToken) -> APIFailure {
        var failure = APIFailure.expired(
            "the list cannot go on at its version, as the history no longer reaches back to it; begin a new list, or "
                + "go on with the token in metadata.continue of this answer, which shows the rest as it is now")
        failure.status.continueToken = ContinueToken(version: nil, name: token.name).text
        return failure
    }

    private func close(_ version: ResourceVersion, _ next: String?, remaining: Int?) -> String {
        let token = next.map { ContinueToken(version: version, name: $0).text }
        let list = APIObjectList(
            kind: kind, items: [], version: version, continueToken: token, remainingItemCount: remaining)
        return "],\"metadata\":" + list.metadata.canonicalText + "}\n"
    }

    private func elements(_ objects: [APIObject]) throws -> String {
        try form.elements(objects, view, now: context.services.now()).map(\.canonicalText).joined(separator: ",")
    }
}
