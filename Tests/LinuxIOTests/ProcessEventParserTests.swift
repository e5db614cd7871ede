import TestSupport
import Testing

@testable import LinuxIO

/// Messages of the process connector as Linux 6.18 sent them, taken apart with and without damage.
@Suite struct ProcessEventParserTests {
    /// A shell's child that became user 20000, ran a program and ended; before that, the answer to who listens.
    private static let answer = recorded("4d520000 01000000 28000000 00000000 00000000 d36f8fceb32b0000 00000000")
    private static let fork = recorded(
        "00000000 00000000 28000000 01000000 00000000 f00698ceb32b0000 e90d0000 e90d0000 140e0000 140e0000")
    private static let user = recorded(
        "00000000 00000000 28000000 04000000 00000000 1d72c4ceb32b0000 140e0000 140e0000 204e0000 204e0000")
    private static let program = recorded(
        "00000000 00000000 28000000 02000000 00000000 b87403cfb32b0000 140e0000 140e0000")
    private static let end = recorded(
        "00000000 00000000 28000000 00000080 00000000 e4f00dcfb32b0000 140e0000 140e0000 00000000 11000000")

    @Test func `a life is told as it was lived`() {
        let batch = Self.parse(Self.fork + Self.user + Self.program + Self.end)
        let kinds: [ProcessEvent.Kind] = [
            .forked(parent: 3_561), .user(20_000, isFirstThread: true), .executed, .ended,
        ]
        #expect(batch.events.map(\.kind) == kinds)
        #expect(batch.events.allSatisfy { $0.pid == 3_604 })
        #expect(batch.events.first?.time == 48_051_265_210_096)
        #expect(!batch.isLost && batch.answers.isEmpty)
    }

    @Test func `an answer has its mark and no error`() {
        #expect(Self.parse(Self.answer).answers == [ProcessEventBatch.Answer(mark: 1, error: 0)])
    }

    @Test func `a thread that starts or ends is no process, and one that changes its user is not the first`() {
        var start = Self.fork
        start[60] = 0x15
        var end = Self.end
        end[52] = 0x15
        var user = Self.user
        user[52] = 0x15
        let batch = Self.parse(start + end + user)
        #expect(batch.events.map(\.kind) == [.user(20_000, isFirstThread: false)])
        #expect(!batch.isLost)
    }

    @Test func `another connector and events that are not known are passed over`() {
        var other = Self.fork
        other[16] = 3
        var unknown = Self.fork
        unknown[36] = 0
        unknown[37] = 2
        #expect(Self.parse(other + unknown) == ProcessEventBatch())
    }

    @Test func `a buffer that ends anywhere gives the whole messages before and says that something is lost`() {
        let buffer = Self.fork + Self.program + Self.end
        for length in 0...buffer.count {
            let batch = Self.parse(Array(buffer[..<length]))
            #expect(batch.events.count == length / 76)
            #expect(batch.isLost == (length % 76 != 0))
        }
    }

    @Test(arguments: [
        ("no length", 0, 0), ("a length beyond the buffer", 0, 255), ("an error of netlink", 4, 2),
        ("an overrun", 4, 4), ("an event beyond the message", 32, 200), ("an event of no length", 32, 0),
        ("an event that lacks its child", 32, 24),
    ])
    func `a message that lies is a loss`(what: String, offset: Int, value: UInt8) {
        var message = Self.fork
        message[offset] = value
        #expect(Self.parse(message).isLost, "\(what)")
        #expect(Self.parse(message).events.isEmpty, "\(what)")
    }

    @Test func `damage at random never reads beyond the buffer`() {
        var generator = SeededGenerator(seed: 0xc0_77ec)
        for _ in 0..<20_000 {
            var buffer = Self.fork + Self.user
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let index = Int.random(in: 0..<buffer.count, using: &generator)
                buffer[index] = UInt8.random(in: 0...255, using: &generator)
            }
            buffer.removeLast(Int.random(in: 0..<8, using: &generator))
            #expect(Self.parse(buffer).events.count <= buffer.count / 40)
        }
    }

    private static func parse(_ bytes: [UInt8]) -> ProcessEventBatch {
        bytes.withUnsafeBytes { ProcessEventParser.parse($0) }
    }

    /// A message of 76 bytes: the headers, then what is given from the number of the message on.
    private static func recorded(_ hexadecimal: String) -> [UInt8] {
        let digits = Array("4c00000003000000 0000000000000000 0100000001000000 \(hexadecimal)".filter { $0 != " " })
        let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(digits[$0...($0 + 1)]), radix: 16)
        }
        return bytes + Array(repeating: 0, count: 76 - bytes.count)
    }
}
