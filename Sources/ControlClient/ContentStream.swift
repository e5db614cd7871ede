internal import HTTPTransport

/// Recoverable bytes as they arrive; read once.
public struct ContentStream: AsyncSequence, Sendable {
    /// Some bytes, never empty.
    public typealias Element = [UInt8]
    /// Why the bytes ended early.
    public typealias Failure = ControlClientError

    let body: ResponseBody
    let client: APIClient

    /// Reads the bytes.
    public struct Iterator: AsyncIteratorProtocol {
        private var chunks: ResponseBody.Iterator
        private let client: APIClient

        fileprivate init(_ content: ContentStream) {
            chunks = content.body.makeAsyncIterator()
            client = content.client
        }

        /// The next bytes; nil at the end.
        public mutating func next() async throws(ControlClientError) -> [UInt8]? {
            try await next(isolation: #isolation)
        }

        /// The next bytes; nil at the end.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(ControlClientError) -> [UInt8]? {
            do {
                return try await chunks.next(isolation: actor)
            } catch {
                throw client.failure(error)
            }
        }
    }

    /// Starts reading.
    public func makeAsyncIterator() -> Iterator { Iterator(self) }
}
