import ControlClient
import Model
import Store

/// The objects that a daemon serves, so that what tests stores can test it too.
struct APIObjectStore: ObjectStore {
    let client: APIClient

    init(socketPath: String) throws { client = try APIClient(socketPath: socketPath, timeout: .seconds(10)) }

    func object(_ key: ObjectKey) async throws -> APIObject {
        try await answering { () async throws(ControlClientError) in try await client.get(key) }
    }

    func objects(of kind: KindName, limit: Int?, after name: String?) async throws -> ObjectList {
        let list = try await answering { () async throws(ControlClientError) in try await client.list(kind) }
        return ObjectList(items: list.items, version: list.version)
    }

    func latestVersion(of kind: KindName) async throws -> ResourceVersion {
        try await objects(of: kind, limit: nil, after: nil).version
    }

    func create(_ object: APIObject, durability: Durability) async throws -> APIObject {
        try await answering { () async throws(ControlClientError) in try await client.create(object) }
    }

    func update(_ object: APIObject, part: ObjectPart, durability: Durability) async throws -> APIObject {
        try await answering { () async throws(ControlClientError) in try await client.update(object) }
    }

    func delete(_ key: ObjectKey, precondition: ResourceVersion?) async throws -> APIObject {
        _ = try await answering { () async throws(ControlClientError) in try await client.delete(key) }
        throw StoreError(.invalid, "the API does not answer with what it deleted")
    }

    func watch(
        _ kind: KindName, after version: ResourceVersion
    ) async throws -> AsyncThrowingStream<WatchEvent, any Error> {
        let cursor = Cursor(client.watch(kind, after: version))
        return AsyncThrowingStream(unfolding: { try await cursor.next() })
    }

    /// Where a watch is.
    private actor Cursor {
        private var iterator: ObjectWatch.Iterator

        init(_ watch: ObjectWatch) { iterator = watch.makeAsyncIterator() }

        func next() async throws -> WatchEvent? {
            var iterator = iterator
            defer { self.iterator = iterator }
            do throws(ControlClientError) {
                switch try await iterator.next(isolation: self) {
                case .added(let object): return .added(object)
                case .modified(let object): return .modified(object)
                case .deleted(let object): return .deleted(object)
                case .bookmark(let version): return .bookmark(version)
                // It would go on by itself; a test wants to know.
                case .interrupted(let error): throw error
                case .listed: throw ControlClientError(.expired, "the watch began anew")
                case nil: return nil
                }
            } catch {
                throw APIObjectStore.error(error)
            }
        }
    }

    private func answering<Result>(
        _ body: () async throws(ControlClientError) -> Result
    ) async throws -> Result {
        do { return try await body() } catch { throw Self.error(error) }
    }

    /// What a daemon did not answer may have been done; what it refused was not.
    private static func error(_ error: ControlClientError) -> StoreError {
        let code: StoreError.Code =
            switch error.code {
            case .notFound: .notFound
            case .alreadyExists: .alreadyExists
            case .conflict, .tooManyRequests: .conflict
            case .expired: .expired
            case .unreachable, .unavailable, .timeout, .badAnswer: .unavailable
            default: .invalid
            }
        return StoreError(code, error.message, cause: error)
    }
}
