public import Model

extension APIClient {
    /// The status screen.
    public func summary() async throws(ControlClientError) -> StatusSummary {
        try await read(try Self.source("summary"))
    }

    /// A plan of the source, or of a directory on the host.
    public func plan(_ request: PlanRequest = PlanRequest()) async throws(ControlClientError) -> PlanReport {
        try await post(try Self.source("plan"), request)
    }

    /// Asks for a pass now.
    public func reconcile(
        _ request: ReconcileRequest = ReconcileRequest()
    ) async throws(ControlClientError) -> ReconcileReceipt {
        try await post(try Self.source("reconcile"), request)
    }

    /// How a requested pass is going.
    public func passProgress(_ pass: Int64) async throws(ControlClientError) -> PassProgress {
        try await read(try Self.source("passes/\(pass)"))
    }

    /// Goes back to a generation.
    public func rollback(
        _ request: RollbackRequest = RollbackRequest()
    ) async throws(ControlClientError) -> ReconcileReceipt {
        try await post(try Self.source("rollback"), request)
    }

    /// The generations, newest first.
    public func history() async throws(ControlClientError) -> [HistoryEntry] {
        try await items(try Self.source("history"))
    }

    /// What conditions may depend on, as the daemon sees it now.
    public func facts() async throws(ControlClientError) -> HostFacts {
        try await read(try Self.source("facts"))
    }

    /// Observed state as blueprint YAML.
    public func adopt(_ request: AdoptRequest) async throws(ControlClientError) -> AdoptReport {
        try await post(try Self.source("adopt"), request)
    }

    /// Pauses the source, a blueprint or a resource.
    public func pause(
        _ key: ObjectKey, _ request: PauseRequest = PauseRequest()
    ) async throws(ControlClientError) {
        try await order(try Self.path(key) + "/pause", request)
    }

    /// Ends a pause.
    public func resume(_ key: ObjectKey) async throws(ControlClientError) {
        try await order(try Self.path(key) + "/resume", PauseRequest())
    }

    /// Answers an approval.
    public func decide(_ approval: String, _ request: DecisionRequest) async throws(ControlClientError) {
        try await order(try Self.path(ApprovalKind.self, approval) + "/decision", request)
    }

    /// Declared against observed; the resource in any form.
    public func diff(_ resource: String) async throws(ControlClientError) -> DiffReport {
        try await read(try Self.path(ResourceKind.self, resource) + "/diff")
    }

    /// The chain behind a resource; the resource in any form.
    public func why(_ resource: String) async throws(ControlClientError) -> WhyReport {
        try await read(try Self.path(ResourceKind.self, resource) + "/why")
    }

    /// What can be recovered of a resource; the resource in any form.
    public func versions(_ resource: String) async throws(ControlClientError) -> [RecoverableVersion] {
        try await items(try Self.path(ResourceKind.self, resource) + "/versions")
    }

    /// Recoverable bytes as they arrive; the resource in any form.
    public func content(
        _ resource: String, digest: ContentDigest
    ) async throws(ControlClientError) -> ContentStream {
        let body = try await stream(
            path: try Self.path(ResourceKind.self, resource) + "/content",
            parameters: [("digest", digest.description)], accept: "application/octet-stream")
        return ContentStream(body: body, client: self)
    }

    /// The plan of a run.
    public func runPlan(_ run: String) async throws(ControlClientError) -> PlanReport {
        try await read(try Self.path(WorkflowRunKind.self, run) + "/plan")
    }

    /// The steps of a run.
    public func runLog(_ run: String) async throws(ControlClientError) -> [RunLogEntry] {
        try await items(try Self.path(WorkflowRunKind.self, run) + "/log")
    }

    /// Checks the audit chain.
    public func verifyAudit() async throws(ControlClientError) -> AuditReport {
        try await read("/audit/verify")
    }

    /// Makes a bearer token.
    public func makeToken(_ wish: TokenWish) async throws(ControlClientError) -> MadeToken {
        let body: JSONValue
        do {
            body = ["spec": try JSONValue(encoding: wish)]
        } catch {
            throw ControlClientError(.invalid, error.message, cause: error)
        }
        let bytes = try await send(
            "POST", path: "/apis/\(apiVersionName)/tokenrequests", body: body.canonicalBytes)
        return try answer(bytes) { json throws(ModelError) in
            try (json["status"] ?? .null).decode(MadeToken.self, field: "status")
        }
    }

    /// Ends a bearer token before its time, by its id.
    public func revokeToken(_ id: String) async throws(ControlClientError) -> RevokedToken {
        let body: JSONValue = ["spec": ["id": .string(id)]]
        let bytes = try await send(
            "POST", path: "/apis/\(apiVersionName)/tokenrevocations", body: body.canonicalBytes)
        return try answer(bytes) { json throws(ModelError) in
            try (json["status"] ?? .null).decode(RevokedToken.self, field: "status")
        }
    }

    /// The version of the daemon, as it tells it.
    public func version() async throws(ControlClientError) -> JSONValue {
        try await read("/version")
    }

    private static func source(_ action: String) throws(ControlClientError) -> String {
        try path(SourceKind.self, sourceName) + "/" + action
    }

    private static func path<K: Kind>(_ kind: K.Type, _ name: String) throws(ControlClientError) -> String {
        try path(ObjectKey(kind: K.descriptor.kind, name: name))
    }

    private func read<T: Decodable>(_ path: String) async throws(ControlClientError) -> T {
        try decoded(try await send(path: path))
    }

    private func items<T: Decodable>(_ path: String) async throws(ControlClientError) -> [T] {
        try answer(try await send(path: path)) { json throws(ModelError) in
            try (json["items"] ?? .null).decode([T].self, field: "items")
        }
    }

    private func post<T: Decodable>(_ path: String, _ request: some Encodable) async throws(ControlClientError) -> T {
        try decoded(try await postBytes(path, request))
    }

    private func order(_ path: String, _ request: some Encodable) async throws(ControlClientError) {
        _ = try await postBytes(path, request)
    }

    private func postBytes(_ path: String, _ request: some Encodable) async throws(ControlClientError) -> [UInt8] {
        let body: [UInt8]
        do {
            body = try JSONValue(encoding: request).canonicalBytes
        } catch {
            throw ControlClientError(.invalid, error.message, cause: error)
        }
        return try await send("POST", path: path, body: body)
    }

    private func decoded<T: Decodable>(_ bytes: [UInt8]) throws(ControlClientError) -> T {
        try answer(bytes) { json throws(ModelError) in try json.decode(T.self, field: "answer") }
    }
}
