import Glibc

/// One accepted connection of the test server, used on its own thread.
struct ServerConnection: Sendable {
    /// A request as it came in.
    struct ReceivedRequest: Sendable {
        var line = ""
        var fields: [String] = []
        var body: [UInt8] = []

        var path: String { line.split(separator: " ").dropFirst().first.map(String.init) ?? "" }

        func value(of name: String) -> String? {
            let prefix = name.lowercased() + ":"
            return fields.first { $0.lowercased().hasPrefix(prefix) }.map { $0.dropFirst(prefix.count).trimmed() }
        }
    }

    let descriptor: Int32
    let report: AsyncStream<LoopbackServer.Event>.Continuation

    /// Reads one request with its body; `nil` when the peer has gone.
    func readRequest() -> ReceivedRequest? {
        var lines: [String] = []
        while true {
            guard let line = readLine() else { return nil }
            if line.isEmpty { break }
            lines.append(line)
        }
        var request = ReceivedRequest(line: lines.first ?? "", fields: Array(lines.dropFirst()))
        let length = request.value(of: "Content-Length").flatMap { Int($0) } ?? 0
        while request.body.count < length {
            guard let byte = readByte() else { return nil }
            request.body.append(byte)
        }
        report.yield(.request(request.line))
        return request
    }

    /// Sends text; `false` when the peer has gone.
    @discardableResult
    func write(_ text: String) -> Bool {
        write(Array(text.utf8))
    }

    /// Sends bytes; `false` when the peer has gone.
    @discardableResult
    func write(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Sends a whole answer with its length.
    func answer(_ status: String = "200 OK", fields: [String] = [], body: String = "") {
        let head = ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + fields
        write(head.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }

    /// Answers every request of this connection in the same way.
    func answerEach(_ answer: (ReceivedRequest) -> Void) {
        while let request = readRequest() { answer(request) }
    }

    /// Sends a chunk of a chunked body.
    @discardableResult
    func writeChunk(_ text: String) -> Bool {
        write("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n")
    }

    /// Blocks until the peer closes, and reports it.
    func waitForPeerToClose() {
        while readByte() != nil {}
        report.yield(.peerClosed)
    }

    /// Stops sending; the peer reads the end of the stream.
    func halfClose() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    private func readLine() -> String? {
        var bytes: [UInt8] = []
        while let byte = readByte() {
            if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
            if byte != UInt8(ascii: "\r") { bytes.append(byte) }
        }
        return nil
    }

    private func readByte() -> UInt8? {
        var byte: UInt8 = 0
        while true {
            let count = read(descriptor, &byte, 1)
            if count < 0, errno == EINTR { continue }
            return count == 1 ? byte : nil
        }
    }
}

extension Substring {
    fileprivate func trimmed() -> String {
        String(drop { $0 == " " })
    }
}
