import LinuxIO
import Logging
import Model
import NIOHTTP1
import Store
import Synchronization

@testable import ControlAPI

/// What answers requests, with a store in memory that holds an object of each kind that is looked for.
final class FuzzedAPI: Sendable {
    private static let idle = Mutex<FuzzedAPI?>(nil)

    private let application: Application
    private let closed = Signal()
    private let isChanged = Mutex(false)

    /// An API that nothing was written to.
    static func taken() async throws -> FuzzedAPI {
        if let api = idle.withLock({ $0.take() }) { return api }
        return try await FuzzedAPI()
    }

    /// Lets the next input use it, unless something was written.
    func giveBack() {
        if !isChanged.withLock({ $0 }) { Self.idle.withLock { $0 = self } }
    }

    private init() async throws {
        let store = SQLiteObjectStore(try HostDatabase.inMemory())
        let blueprint: JSONValue = [
            "mode": "enforce", "resources": [["directory": "/srv/web"], ["file": "/etc/motd", "text": "a"]],
        ]
        let role: JSONValue = ["rules": [["verbs": ["get"], "resources": ["blueprints"]]]]
        for (kind, spec) in [(BlueprintKind.descriptor.kind, blueprint), (RoleKind.descriptor.kind, role)] {
            let metadata = ObjectMeta(name: "web", labels: ["tier": "edge"], annotations: ["a/b": "c"])
            _ = try await store.create(APIObject(kind: kind, metadata: metadata, spec: spec), durability: .deferred)
        }
        let services = ControlServices(
            store: store, actions: .refusing, version: ["version": "1.2.3"], userName: { _ in nil },
            tokens: TokenAuthority(key: TokenAuthority.randomKey()),
            revocations: TokenRevocations([:]) { try $0([:]) }, now: { WallTime(seconds: 1_790_000_000) })
        application = Application(
            services: services, authorizer: Authorizer(), metrics: MetricsRegistry(), limits: ServerLimits(),
            logger: Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() })
        // Streams end with what there is.
        closed.raise()
    }

    /// Answers a request, and requires of the answer what must hold of each.
    func exchange(_ request: FuzzedRequest, from peer: Peer) async throws {
        let headers = request.head.headers
        let hasCredentials =
            headers.contains(name: "Authorization") || headers.contains(name: Authenticator.tokenRequiredHeader)
        let admission = await application.admit(request.head, from: peer, closed: closed)
        switch admission.outcome {
        case .refused(let response):
            try FuzzFinding.require(!hasCredentials || response.status == 401, "a forged token is not told so")
            try await check(response, to: request.head)
        case .admitted(let route, let read):
            try FuzzFinding.require(!hasCredentials, "a forged token is taken")
            try FuzzFinding.require(
                peer.uid == 0 || route.right == .open, "a stranger may \(route.method) \(route.path)")
            if route.right != .open, route.method != "GET" { isChanged.withLock { $0 = true } }
            let response = await application.respond(route, read, body: request.body, closed: closed)
            try await check(response, to: request.head)
        }
    }

    private func check(_ response: APIResponse, to head: HTTPRequestHead) async throws {
        let request = "\(head.method) \(head.uri)"
        try FuzzFinding.require((200..<500).contains(response.status), "\(request) is answered \(response.status)")
        try FuzzedConnection.requireSendable(response, to: head)
        switch response.body {
        case .bytes(let bytes):
            guard response.contentType == "application/json", !bytes.isEmpty else { return }
            let json = try? JSONValue(parsing: bytes)
            try FuzzFinding.require(json != nil, "\(request) is answered with bad JSON")
            guard response.status >= 400, let json else { return }
            let message = json["message"]?.stringValue ?? ""
            try FuzzFinding.require(json["kind"] == "Status" && !message.isEmpty, "\(request) fails without a word")
        case .stream(let produce):
            do {
                try await produce { bytes in
                    try FuzzFinding.require(!bytes.isEmpty, "\(request) is answered with an empty piece")
                }
            } catch let finding as FuzzFinding {
                throw finding
            } catch {
                // The connection would be closed: the client sees that the answer is not whole.
            }
        }
    }

    /// Requires that a review means the same in both forms: what is read of Protocol Buffers, sent as JSON, is
    /// answered in the same way.
    func compareForms(of review: ReviewResource, _ body: [UInt8]) async throws {
        guard let answer = try await post(body, "application/vnd.kubernetes.protobuf", review) else { return }
        let json: JSONValue = ["spec": answer["spec"] ?? .null]
        let again = try await post(json.canonicalBytes, "application/json", review)
        try FuzzFinding.require(again == answer, "a review means one thing as JSON and another as Protocol Buffers")
    }

    /// The answer to a review; nil when it is refused.
    private func post(_ body: [UInt8], _ type: String, _ review: ReviewResource) async throws -> JSONValue? {
        let head = HTTPRequestHead(
            version: .http1_1, method: .POST, uri: review.path, headers: ["Content-Type": type])
        let admission = await application.admit(head, from: .stranger, closed: closed)
        guard case .admitted(let route, let request) = admission.outcome else {
            throw FuzzFinding(description: "a stranger may not ask about themselves")
        }
        let response = await application.respond(route, request, body: body, closed: closed)
        try await check(response, to: head)
        guard response.status == 201, case .bytes(let bytes) = response.body else { return nil }
        return try JSONValue(parsing: bytes)
    }
}

extension Peer {
    static let root = Peer(credentials: PeerCredentials(pid: 1, uid: 0, gid: 0, groups: []), name: "root")
    /// Somebody who is in no group.
    static let stranger = Peer(
        credentials: PeerCredentials(pid: 2, uid: 4711, gid: 4711, groups: []), name: "stranger")
}

extension ControlActions {
    /// Controllers that know of nothing.
    fileprivate static var refusing: ControlActions {
        let nothing = ControlError(.notFound, "there is nothing")
        return ControlActions(
            summary: { throw nothing }, plan: { _ in throw nothing }, reconcile: { _, _ in throw nothing },
            passProgress: { _ in throw nothing }, rollback: { _, _ in throw nothing }, history: { [] },
            facts: { throw nothing }, pause: { _, _, _ in }, resume: { _, _ in }, decide: { _, _, _ in },
            adopt: { _ in throw nothing },
            diff: { _ in throw nothing }, why: { _ in throw nothing }, versions: { _ in [] },
            content: { _, _ in throw nothing }, runPlan: { _ in throw nothing }, runLog: { _ in [] },
            verifyAudit: { throw nothing }, audit: { _ in })
    }
}
