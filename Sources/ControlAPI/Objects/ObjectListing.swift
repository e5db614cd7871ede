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
    private let descriptor: KindDescriptor
    private let reader: any ObjectReading
    private let form: AnswerForm

    init(_ context: RequestContext) throws {
        self.context = context
        descriptor = try context.descriptor()
        reader = context.services.reader(of: descriptor.kind)
        form = try AnswerForm(context.request)
    }

    /// One object.
    func object() async throws -> APIResponse {
        let object = try await reader.object(try context.key())
        return .json(try form.json(object, descriptor, now: context.services.now()))
    }

    /// A list: as one answer when it fits into a page, as a stream otherwise.
    func response() async throws -> APIResponse {
        let request = context.request
        let selection = try ObjectSelection(request)
        let limit = try request.count("limit").flatMap { $0 == 0 ? nil : $0 }
        var token: ContinueToken?
        if let text = request.parameter("continue") {
            guard let read = ContinueToken(text: text) else {
                throw APIFailure.badRequest("parameter 'continue' is not one that a list gave")
            }
            token = read
        }
        let first = try await page(selection, after: token?.name, limit: limit)
        let version = token?.version ?? first.version
        let left = limit.map { $0 - first.items.count }
        guard first.next != nil, left != 0 else {
            let text = open + (try elements(first.items)) + close(version, first.next)
            return APIResponse(status: 200, contentType: "application/json", body: .bytes(Array(text.utf8)))
        }
        return APIResponse(
            status: 200, contentType: "application/json",
            body: .stream { write in
                var next = first.next
                var left = left
                var hasItems = !first.items.isEmpty
                try await write(Array((open + (try elements(first.items))).utf8))
                while let name = next, left != 0 {
                    let page = try await page(selection, after: name, limit: left)
                    next = page.next
                    left = left.map { $0 - page.items.count }
                    if page.items.isEmpty { continue }
                    try await write(Array(((hasItems ? "," : "") + (try elements(page.items))).utf8))
                    hasItems = true
                }
                try await write(Array(close(version, next).utf8))
            })
    }

    /// The objects that are selected among the next ones, at most `limit` of them.
    private func page(_ selection: ObjectSelection, after name: String?, limit: Int?) async throws -> Page {
        let size =
            selection.isEverything
            ? min(limit ?? .max, context.application.limits.pageSize) : context.application.limits.pageSize
        let list = try await reader.objects(of: descriptor.kind, limit: size, after: name)
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

    private var open: String {
        switch form {
        case .objects:
            return "{\"apiVersion\":\"\(apiVersionName)\",\"kind\":\"\(descriptor.kind.rawValue)List\",\"items\":["
        case .table:
            return "{\"apiVersion\":\"meta.k8s.io/v1\",\"kind\":\"Table\",\"columnDefinitions\":"
                + descriptor.columnDefinitions.canonicalText + ",\"rows\":["
        }
    }

    private func close(_ version: ResourceVersion, _ next: String?) -> String {
        let token = next.map { ContinueToken(version: version, name: $0).text }
        let list = APIObjectList(kind: descriptor.kind, items: [], version: version, continueToken: token)
        return "],\"metadata\":" + list.metadata.canonicalText + "}\n"
    }

    private func elements(_ objects: [APIObject]) throws -> String {
        switch form {
        case .objects: return try objects.map { try $0.json.canonicalText }.joined(separator: ",")
        case .table(let rowObject):
            let table = ObjectTable(of: objects, descriptor: descriptor, now: context.services.now())
            let json = try table.json(listMetadata: .object([:]), including: rowObject)
            return (json["rows"]?.arrayValue ?? []).map(\.canonicalText).joined(separator: ",")
        }
    }
}

extension AnswerForm {
    /// One object in this form.
    func json(_ object: APIObject, _ descriptor: KindDescriptor, now: WallTime) throws(APIFailure) -> JSONValue {
        do throws(ModelError) {
            switch self {
            case .objects: return try object.json
            case .table(let rowObject):
                let version = object.metadata.resourceVersion ?? ResourceVersion(0)
                let metadata = JSONValue.object(["resourceVersion": .string(String(version.value))])
                return try ObjectTable(of: [object], descriptor: descriptor, now: now)
                    .json(listMetadata: metadata, including: rowObject)
            }
        } catch {
            throw APIFailure(error)
        }
    }
}

extension KindDescriptor {
    /// The columns of a table of the kind.
    var columnDefinitions: JSONValue {
        let table = ObjectTable(of: [], descriptor: self, now: WallTime(nanoseconds: 0))
        let json = try? table.json(listMetadata: .object([:]), including: .none)
        return json?["columnDefinitions"] ?? .array([])
    }
}
