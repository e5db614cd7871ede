/// The lines of a streamed body.
public struct ResponseLines: AsyncSequence, Sendable {
    /// The bytes of one line without its line feed; a carriage return before it is dropped too.
    public typealias Element = [UInt8]
    /// Why the body ended before its end.
    public typealias Failure = TransportError

    let body: ResponseBody
    let lengthMaximum: Int

    /// Reads the lines of one body.
    public struct Iterator: AsyncIteratorProtocol {
        private var chunks: ResponseBody.Iterator
        private let lengthMaximum: Int
        private var held: [UInt8] = []
        private var position = 0
        private var searched = 0

        fileprivate init(_ lines: ResponseLines) {
            chunks = lines.body.makeAsyncIterator()
            lengthMaximum = lines.lengthMaximum
        }

        /// The next line; the last one needs no line feed.
        public mutating func next() async throws(TransportError) -> [UInt8]? {
            try await next(isolation: #isolation)
        }

        /// The next line; the last one needs no line feed.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(TransportError) -> [UInt8]? {
            while true {
                if let line = try takeLine() { return line }
                guard let chunk = try await chunks.next(isolation: actor) else { return takeRest() }
                held.removeSubrange(..<position)
                searched -= position
                position = 0
                held.append(contentsOf: chunk)
            }
        }

        private mutating func takeLine() throws(TransportError) -> [UInt8]? {
            guard let end = held[searched...].firstIndex(of: UInt8(ascii: "\n")) else {
                searched = held.count
                try check(length: held.count - position)
                return nil
            }
            try check(length: end - position)
            let line = held[position..<end]
            position = end + 1
            searched = position
            return Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
        }

        private mutating func takeRest() -> [UInt8]? {
            guard position < held.count else { return nil }
            defer {
                held = []
                position = 0
                searched = 0
            }
            return Array(held[position...])
        }

        private func check(length: Int) throws(TransportError) {
            guard length > lengthMaximum else { return }
            throw TransportError(
                .tooLarge, "cannot read a line of the answer: it is longer than \(lengthMaximum) bytes")
        }
    }

    /// Starts reading.
    public func makeAsyncIterator() -> Iterator {
        Iterator(self)
    }
}
