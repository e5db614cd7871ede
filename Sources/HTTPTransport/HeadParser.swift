/// Builds the head of the final answer from the header lines that libcurl hands over, which include those of
/// interim answers, of redirects that it follows, and trailers.
struct HeadParser {
    /// What a line meant.
    enum Event: Equatable {
        case none
        case head(ResponseHead)
        case tooLarge
        case malformed
    }

    let followsRedirects: Bool
    let sizeMaximum: Int
    private var head = ResponseHead(status: 0)
    private var size = 0
    private var isComplete = false

    init(followsRedirects: Bool, sizeMaximum: Int) {
        self.followsRedirects = followsRedirects
        self.sizeMaximum = sizeMaximum
    }

    mutating func consume(_ line: some Collection<UInt8>) -> Event {
        size += line.count
        guard size <= sizeMaximum else { return .tooLarge }
        guard !isComplete else { return .none }
        let text = trimmed(String(decoding: line, as: UTF8.self))
        if text.isEmpty { return finishHead() }
        if text.hasPrefix("HTTP/") { return startHead(text) }
        guard head.status != 0 else { return .malformed }
        if line.first == UInt8(ascii: " ") || line.first == UInt8(ascii: "\t") { return fold(text) }
        guard let colon = text.firstIndex(of: ":") else { return .malformed }
        let name = String(text[..<colon])
        guard !name.isEmpty, name.utf8.allSatisfy(HeaderFields.isTokenByte) else { return .malformed }
        head.headers.append(name: name, value: String(trimmed(text[text.index(after: colon)...])))
        return .none
    }

    private mutating func startHead(_ text: Substring) -> Event {
        let words = text.split(separator: " ", maxSplits: 2)
        guard words.count >= 2, words[1].utf8.count == 3, let status = Int(words[1]), status >= 100 else {
            return .malformed
        }
        head = ResponseHead(status: status)
        return .none
    }

    private mutating func finishHead() -> Event {
        guard head.status != 0 else { return .none }
        if (100..<200).contains(head.status) || isFollowedRedirect {
            head = ResponseHead(status: 0)
            return .none
        }
        isComplete = true
        return .head(head)
    }

    private var isFollowedRedirect: Bool {
        // libcurl follows every status of this class that names a place.
        followsRedirects && (300..<400).contains(head.status) && head.headers["Location"]?.isEmpty == false
    }

    private mutating func fold(_ text: Substring) -> Event {
        guard let last = head.headers.fields.last else { return .malformed }
        head.headers.replaceLast(value: last.value + " " + text)
        return .none
    }

    private func trimmed(_ text: some StringProtocol) -> Substring {
        var rest = Substring(text)
        while let first = rest.utf8.first, Self.isBlank(first) { rest.removeFirst() }
        while let last = rest.utf8.last, Self.isBlank(last) { rest.removeLast() }
        return rest
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A
    }
}
