public import Model

extension APIClient {
    /// The object with a key; a resource's name is taken in any form.
    public func get(_ key: ObjectKey) async throws(ControlClientError) -> APIObject {
        try await object("GET", key.kind, path: try Self.path(key))
    }

    /// All objects of a kind, fetched page by page.
    public func list(
        _ kind: KindName, _ options: ListOptions = ListOptions()
    ) async throws(ControlClientError) -> APIObjectList {
        let path = try Self.path(kind)
        var result: APIObjectList?
        var token: String?
        repeat {
            var parameters = options.parameters + [("limit", String(Self.pageSize))]
            if let token { parameters.append(("continue", token)) }
            let page: APIObjectList = try answer(try await send(path: path, parameters: parameters)) {
                json throws(ModelError) in try APIObjectList(json: json)
            }
            if result == nil {
                result = page
            } else {
                // The version of the first page: a watch after it sees what changed while the pages were read.
                result?.items += page.items
            }
            token = page.continueToken
        } while token != nil
        guard var result else { throw ControlClientError(.badAnswer, "the daemon sent no list") }
        result.continueToken = nil
        return result
    }

    /// Stores a new object; with `isDryRun` it is only checked.
    public func create(_ object: APIObject, isDryRun: Bool = false) async throws(ControlClientError) -> APIObject {
        try await self.object(
            "POST", object.kind, path: try Self.path(object.kind), isDryRun: isDryRun, body: try Self.json(object))
    }

    /// Replaces an object whose version is still the one that it carries, if it carries one.
    public func update(_ object: APIObject, isDryRun: Bool = false) async throws(ControlClientError) -> APIObject {
        try await self.object(
            "PUT", object.kind, path: try Self.path(object.key), isDryRun: isDryRun, body: try Self.json(object))
    }

    /// Changes an object.
    public func patch(
        _ key: ObjectKey, _ patch: ObjectPatch, isDryRun: Bool = false
    ) async throws(ControlClientError) -> APIObject {
        try await object(
            "PATCH", key.kind, path: try Self.path(key), isDryRun: isDryRun, contentType: patch.mediaType,
            body: patch.body.canonicalBytes)
    }

    /// Deletes an object; returns it while finalizers hold it, nil once it is gone.
    @discardableResult
    public func delete(
        _ key: ObjectKey, isDryRun: Bool = false
    ) async throws(ControlClientError) -> APIObject? {
        let parameters = isDryRun ? [("dryRun", "All")] : []
        let bytes = try await send("DELETE", path: try Self.path(key), parameters: parameters)
        return try answer(bytes) { json throws(ModelError) in
            APIStatus(json: json) == nil ? try APIObject(json: json) : nil
        }
    }

    /// The changes of a kind, beginning with a list, or without one after a version that a list gave.
    public func watch(
        _ kind: KindName, _ options: ListOptions = ListOptions(), after version: ResourceVersion? = nil
    ) -> ObjectWatch {
        ObjectWatch(client: self, kind: kind, options: options, version: version)
    }

    static func path(_ kind: KindName) throws(ControlClientError) -> String {
        guard let descriptor = KindRegistry.descriptor(of: kind) else {
            throw ControlClientError(.badRequest, KindRegistry.unknownKindMessage(kind.rawValue))
        }
        return "/apis/\(apiVersionName)/\(descriptor.plural)"
    }

    static func path(_ key: ObjectKey) throws(ControlClientError) -> String {
        // A client must not take a name for a step in the path.
        guard !["", ".", ".."].contains(key.name) else {
            throw ControlClientError(.badRequest, "'\(key.name)' is not the name of a \(key.kind.rawValue)")
        }
        return try path(key.kind) + "/" + PercentEncoding.encode(key.name)
    }

    /// Reads the answer that a body holds.
    func answer<T>(
        _ body: [UInt8], _ read: (JSONValue) throws(ModelError) -> T
    ) throws(ControlClientError) -> T {
        do {
            return try read(try JSONValue(parsing: body))
        } catch {
            throw ControlClientError(.badAnswer, "cannot read the daemon's answer: \(error.message)", cause: error)
        }
    }

    private func object(
        _ method: String, _ kind: KindName, path: String, isDryRun: Bool = false,
        contentType: String = "application/json", body: [UInt8] = []
    ) async throws(ControlClientError) -> APIObject {
        // A field that the daemon does not know is a mistake of whoever typed it.
        var parameters = method == "GET" ? [] : [("fieldValidation", "Strict")]
        if isDryRun { parameters.append(("dryRun", "All")) }
        let bytes = try await send(
            method, path: path, parameters: parameters, contentType: contentType, body: body)
        return try answer(bytes) { json throws(ModelError) in try APIObject(json: json) }
    }

    private static func json(_ object: APIObject) throws(ControlClientError) -> [UInt8] {
        do {
            return try object.json.canonicalBytes
        } catch {
            throw ControlClientError(.invalid, error.message, cause: error)
        }
    }
}
