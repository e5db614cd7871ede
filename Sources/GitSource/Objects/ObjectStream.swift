/// Reads the output of `git cat-file --batch` as it arrives.
struct ObjectStream {
    /// What the bytes meant.
    enum Event: Equatable {
        case begin(object: String, type: String, size: Int)
        case bytes([UInt8])
        case end
    }

    /// What is wrong with the output.
    enum Problem: Error, Equatable {
        case missing(String)
        case malformed
    }

    private enum State: Equatable {
        case head
        case content(left: Int)
        case lineFeed
    }

    static let headLengthMaximum = 200

    private var state = State.head
    private var head: [UInt8] = []

    /// Whether everything so far was whole objects.
    var isBetweenObjects: Bool { state == .head && head.isEmpty }

    mutating func consume(_ chunk: some Collection<UInt8>) throws(Problem) -> [Event] {
        var events: [Event] = []
        var rest = Array(chunk)[...]
        while !rest.isEmpty {
            switch state {
            case .head: try consumeHead(&rest, &events)
            case .content(let left):
                let taken = rest.prefix(left)
                events.append(.bytes(Array(taken)))
                rest = rest.dropFirst(taken.count)
                state = taken.count == left ? .lineFeed : .content(left: left - taken.count)
            case .lineFeed:
                guard rest.popFirst() == UInt8(ascii: "\n") else { throw .malformed }
                events.append(.end)
                state = .head
            }
        }
        return events
    }

    private mutating func consumeHead(_ rest: inout ArraySlice<UInt8>, _ events: inout [Event]) throws(Problem) {
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else {
            head += rest
            rest = []
            guard head.count <= Self.headLengthMaximum else { throw .malformed }
            return
        }
        head += rest[..<end]
        rest = rest[(end + 1)...]
        let words = String(decoding: head, as: UTF8.self).split(separator: " ")
        head = []
        if words.count == 2, words[1] == "missing" { throw .missing(String(words[0])) }
        guard words.count == 3, let size = Int(words[2]), size >= 0 else { throw .malformed }
        events.append(.begin(object: String(words[0]), type: String(words[1]), size: size))
        state = size == 0 ? .lineFeed : .content(left: size)
    }
}
