import TestSupport
import Testing

@testable import LinuxIO

/// Buffers as the kernel writes them, taken apart with and without damage.
@Suite struct FanotifyParserTests {
    @Test func `an event has its kinds, process, directory, name and descriptor of the process`() throws {
        let batch = Self.parse(Self.event(mask: 0x108, pid: 4_711, name: "motd", pidfd: 9))
        let record = try #require(batch.records.first)
        #expect(batch.records.count == 1 && batch.problem == nil)
        #expect(record.kinds == [.created, .closedAfterWriting])
        #expect(record.pid == 4_711)
        #expect(record.name == Array("motd".utf8))
        #expect(record.directory == FileHandleKey(fileSystem: 0x1122, type: 1, bytes: [1, 2, 3, 4, 5, 6, 7, 8]))
        #expect(record.processDescriptor == .open(9))
        #expect(record.descriptor == nil)
    }

    @Test func `an event about the directory itself has no name`() {
        let batch = Self.parse(Self.event(mask: 0x4000_0400, pid: 1, name: ".", pidfd: -1))
        #expect(batch.records.first?.name == nil)
        #expect(batch.records.first?.kinds == [.selfDeleted, .isDirectory])
        #expect(batch.records.first?.processDescriptor == .exited)
    }

    @Test func `a descriptor that could not be made is not an ended process`() {
        let batch = Self.parse(Self.event(mask: 0x2, pid: 1, name: "a", pidfd: -2))
        #expect(batch.records.first?.processDescriptor == .failed)
    }

    @Test func `an overflow has no directory and no process`() {
        let batch = Self.parse(Self.metadata(length: 24, mask: 0x4000, descriptor: -1, pid: 0))
        #expect(batch.records == [FanotifyRecord(kinds: .overflow, pid: 0, descriptor: nil)])
    }

    @Test func `an execution has the descriptor of its file`() {
        let batch = Self.parse(Self.metadata(length: 24, mask: 0x1000, descriptor: 5, pid: 8))
        #expect(batch.records.first?.descriptor == 5)
        #expect(batch.records.first?.kinds == .openedForExecution)
    }

    @Test func `a buffer that ends anywhere gives the whole events before and says that something is wrong`() {
        let event = Self.event(mask: 0x2, pid: 1, name: "a", pidfd: 3)
        let buffer = event + event + event
        for length in 0...buffer.count {
            let batch = Self.parse(Array(buffer[..<length]))
            #expect(batch.records.count == length / event.count)
            #expect((batch.problem == nil) == (length % event.count == 0))
        }
    }

    @Test func `an unknown information record is skipped`() {
        var event = Self.metadata(length: 24 + 8, mask: 0x2, descriptor: -1, pid: 1)
        event += [200, 0, 8, 0, 1, 2, 3, 4]
        #expect(Self.parse(event).problem == nil)
        #expect(Self.parse(event).records.count == 1)
    }

    @Test(arguments: [
        ("no length", 0, 0), ("a length beyond the buffer", 0, 255), ("a header shorter than it is", 6, 8),
        ("a header longer than the event", 6, 200), ("another version", 4, 2),
    ])
    func `metadata that lies ends the buffer`(what: String, offset: Int, value: UInt8) {
        var event = Self.event(mask: 0x2, pid: 1, name: "a", pidfd: 3)
        event[offset] = value
        let batch = Self.parse(event)
        #expect(batch.records.isEmpty, "\(what)")
        #expect(batch.problem != nil, "\(what)")
    }

    @Test(arguments: [
        ("an information record of no length", 26, 0), ("one beyond the event", 26, 255),
        ("a handle beyond its record", 36, 200), ("a handle of 16 MiB", 39, 1),
    ])
    func `an information record that lies leaves the event without a name`(what: String, offset: Int, value: UInt8) {
        var event = Self.event(mask: 0x2, pid: 1, name: "a", pidfd: 3)
        event[offset] = value
        let batch = Self.parse(event)
        #expect(batch.records.first?.name == nil, "\(what)")
        #expect(batch.problem != nil, "\(what)")
    }

    @Test func `a name without an end or with a slash is no name`() {
        var event = Self.event(mask: 0x2, pid: 1, name: "abc", pidfd: nil)
        #expect(Self.parse(event).records.first?.name == Array("abc".utf8))
        event[event.count - 1] = 0x64
        #expect(Self.parse(event).problem != nil)
        let climbing = Self.parse(Self.event(mask: 0x2, pid: 1, name: "../x", pidfd: nil))
        #expect(climbing.problem != nil && climbing.records.first?.name == nil)
    }

    @Test func `damage at random never reads beyond the buffer`() {
        var generator = SeededGenerator(seed: 0x5eed)
        let event = Self.event(mask: 0x2, pid: 1, name: "abcdef", pidfd: 3)
        for _ in 0..<20_000 {
            var buffer = event + event
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let index = Int.random(in: 0..<buffer.count, using: &generator)
                buffer[index] = UInt8.random(in: 0...255, using: &generator)
            }
            buffer.removeLast(Int.random(in: 0..<8, using: &generator))
            #expect(Self.parse(buffer).records.count <= buffer.count / 24)
            #expect(InotifyParserTests.parse(buffer).count <= buffer.count / 16 + 1)
        }
    }

    private static func parse(_ bytes: [UInt8]) -> FanotifyBatch {
        bytes.withUnsafeBytes { FanotifyParser.parse($0) }
    }

    private static func metadata(length: Int, mask: UInt64, descriptor: Int32, pid: Int32) -> [UInt8] {
        var bytes: [UInt8] = []
        withUnsafeBytes(of: UInt32(length)) { bytes += $0 }
        bytes += [3, 0]
        withUnsafeBytes(of: UInt16(24)) { bytes += $0 }
        withUnsafeBytes(of: mask) { bytes += $0 }
        withUnsafeBytes(of: descriptor) { bytes += $0 }
        withUnsafeBytes(of: pid) { bytes += $0 }
        return bytes
    }

    private static func event(mask: UInt64, pid: Int32, name: String, pidfd: Int32?) -> [UInt8] {
        var information: [UInt8] = [2, 0]
        let body = 4 + 8 + 8 + 8 + name.utf8.count + 1
        withUnsafeBytes(of: UInt16(body)) { information += $0 }
        withUnsafeBytes(of: UInt64(0x1122)) { information += $0 }
        withUnsafeBytes(of: UInt32(8)) { information += $0 }
        withUnsafeBytes(of: Int32(1)) { information += $0 }
        information += [1, 2, 3, 4, 5, 6, 7, 8] + Array(name.utf8) + [0]
        if let pidfd {
            information += [4, 0, 8, 0]
            withUnsafeBytes(of: pidfd) { information += $0 }
        }
        return metadata(length: 24 + information.count, mask: mask, descriptor: -1, pid: pid) + information
    }
}
