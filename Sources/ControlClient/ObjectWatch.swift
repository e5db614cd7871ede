internal import HTTPTransport
public import Model

/// The changes of a kind, for as long as they are read.
///
/// A lost connection is made again and goes on after the last version that was seen; when the daemon no longer knows
/// that version, a new list is read. The first list or connection is not tried again: its failure is thrown.
public struct ObjectWatch: AsyncSequence, Sendable {
    /// What a watch tells.
    public enum Event: Sendable {
        /// Everything there is; replaces what was known before.
        case listed(APIObjectList)
        case added(APIObject)
        case modified(APIObject)
        case deleted(APIObject)
        /// Nothing changed up to this version.
        case bookmark(ResourceVersion)
        /// The connection was lost; it is being made again.
        case interrupted(ControlClientError)
    }

    /// What a watch tells.
    public typealias Element = Event
    /// Why a watch ended.
    public typealias Failure = ControlClientError

    private static let lineMaximum = 4 << 20
    private static let firstDelay = Duration.milliseconds(200)
    private static let longestDelay = Duration.seconds(10)

    let client: APIClient
    let kind: KindName
    let options: ListOptions
    let version: ResourceVersion?

    /// Reads the changes.
    public struct Iterator: AsyncIteratorProtocol {
        private let watch: ObjectWatch
        private var version: ResourceVersion?
        private var lines: ResponseLines.Iterator?
        private var hasAnswered = false
        private var delay: Duration?

        fileprivate init(_ watch: ObjectWatch) {
            self.watch = watch
            version = watch.version
        }

        /// The next event; never nil.
        public mutating func next() async throws(ControlClientError) -> Event? {
            try await next(isolation: #isolation)
        }

        /// The next event; never nil.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(ControlClientError) -> Event? {
            while true {
                do throws(ControlClientError) {
                    if let event = try await step(isolation: actor) { return event }
                } catch {
                    lines = nil
                    if error.code == .expired {
                        version = nil
                        continue
                    }
                    guard hasAnswered, error.isRetriable else { throw error }
                    let isFirst = delay == nil
                    delay = Swift.min((delay ?? firstDelay) * 2, longestDelay)
                    if isFirst { return .interrupted(error) }
                }
            }
        }

        private mutating func step(isolation actor: isolated (any Actor)?) async throws(ControlClientError) -> Event? {
            guard lines != nil else { return try await connect(isolation: actor) }
            let line: [UInt8]?
            do {
                line = try await lines?.next(isolation: actor)
            } catch {
                throw watch.client.failure(error)
            }
            guard let line else {
                // The daemon ended the stream; one that ends at once is not asked again at once.
                lines = nil
                delay = delay ?? firstDelay
                return nil
            }
            let event = try event(line)
            delay = nil
            return event
        }

        private mutating func connect(
            isolation actor: isolated (any Actor)?
        ) async throws(ControlClientError) -> Event? {
            if let delay {
                do {
                    try await ContinuousClock().sleep(for: delay)
                } catch {
                    throw ControlClientError(.cancelled, "the watch was cancelled", cause: error)
                }
            }
            guard let version else {
                let list = try await watch.client.list(watch.kind, watch.options)
                hasAnswered = true
                delay = nil
                self.version = list.version
                return .listed(list)
            }
            let parameters =
                watch.options.parameters + [
                    ("watch", "true"), ("allowWatchBookmarks", "true"), ("resourceVersion", String(version.value)),
                ]
            let body = try await watch.client.stream(
                path: try APIClient.path(watch.kind), parameters: parameters, accept: "application/json")
            hasAnswered = true
            lines = body.lines(lengthMaximum: lineMaximum).makeAsyncIterator()
            return nil
        }

        private mutating func event(_ line: [UInt8]) throws(ControlClientError) -> Event? {
            let frame = try watch.client.answer(line) { json throws(ModelError) in json }
            let object = frame["object"] ?? .null
            let type = frame["type"]?.stringValue ?? ""
            if type == "ERROR" {
                let status = APIStatus(json: object)
                throw status.map { ControlClientError($0) }
                    ?? ControlClientError(.badAnswer, "the watch of \(watch.kind.rawValue) failed without a status")
            }
            if type == "BOOKMARK" {
                let text = object["metadata"]?["resourceVersion"]?.stringValue ?? ""
                guard let seen = ResourceVersion(text: text) else { return nil }
                version = seen
                return .bookmark(seen)
            }
            let changed = try watch.client.answer(line) { _ throws(ModelError) in try APIObject(json: object) }
            version = changed.metadata.resourceVersion ?? version
            switch type {
            case "ADDED": return .added(changed)
            case "MODIFIED": return .modified(changed)
            case "DELETED": return .deleted(changed)
            default:
                throw ControlClientError(
                    .badAnswer,
                    "the watch of \(watch.kind.rawValue) sent the type \(JSONValue.string(type).canonicalText)")
            }
        }
    }

    /// Starts watching.
    public func makeAsyncIterator() -> Iterator { Iterator(self) }
}
