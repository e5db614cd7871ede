/// An answer whose body is read as it arrives.
public struct StreamingResponse: Sendable {
    /// Status and header fields.
    public let head: ResponseHead
    /// The body; letting go of it closes the transfer.
    public let body: ResponseBody

    /// The status code.
    public var status: Int { head.status }
    /// The header fields.
    public var headers: HeaderFields { head.headers }
}

/// The body of a streamed answer, read once and by one task at a time.
///
/// The transfer pauses while the reader is behind. It is closed when the reading task is cancelled, when
/// `cancel()` is called, and when the last copy of the body and its iterators is gone.
public struct ResponseBody: AsyncSequence, Sendable {
    /// Some bytes in the order received; never empty.
    public typealias Element = [UInt8]
    /// Why a body ended before its end.
    public typealias Failure = TransportError

    private let reader: Reader

    init(channel: BodyChannel) {
        reader = Reader(channel: channel)
    }

    /// Reads the bytes of one body.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let reader: Reader

        /// The next bytes, or `nil` at the end of the body.
        public mutating func next() async throws(TransportError) -> [UInt8]? {
            try await reader.channel.next()
        }

        /// The next bytes, or `nil` at the end of the body.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(TransportError) -> [UInt8]? {
            try await reader.channel.next()
        }
    }

    /// Starts reading, or goes on where another iterator stopped.
    public func makeAsyncIterator() -> Iterator {
        Iterator(reader: reader)
    }

    /// Closes the transfer; a reader that waits gets `cancelled`.
    public func cancel() {
        reader.channel.cancel()
    }

    /// The body as lines without their line feed, for streams of one JSON text a line.
    ///
    /// A line longer than `lengthMaximum` bytes ends the sequence with `tooLarge`.
    public func lines(lengthMaximum: Int = 1 << 20) -> ResponseLines {
        ResponseLines(body: self, lengthMaximum: lengthMaximum)
    }

    /// Ends the transfer when nobody can read its body any more.
    fileprivate final class Reader: Sendable {
        let channel: BodyChannel

        init(channel: BodyChannel) {
            self.channel = channel
        }

        deinit {
            channel.cancel()
        }
    }
}
