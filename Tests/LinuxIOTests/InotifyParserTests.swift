import Testing

@testable import LinuxIO

@Suite struct InotifyParserTests {
    @Test func `events come with watch, kinds, cookie and name`() {
        let events = Self.parse(
            Self.event(watch: 3, mask: 0x40, cookie: 77, name: "old")
                + Self.event(watch: 3, mask: 0x400, cookie: 0, name: ""))
        #expect(
            events == [
                InotifyEvent(watch: 3, kinds: .movedFrom, name: "old", cookie: 77),
                InotifyEvent(watch: 3, kinds: .selfDeleted, name: nil, cookie: 0),
            ])
    }

    @Test func `a buffer that ends anywhere gives the whole events before and an overflow`() {
        let event = Self.event(watch: 1, mask: 0x2, cookie: 0, name: "name")
        let buffer = event + event
        for length in 0...buffer.count {
            let events = Self.parse(Array(buffer[..<length]))
            let isWhole = length % event.count == 0
            #expect(events.filter { $0.kinds == .modified }.count == length / event.count)
            #expect(events.contains { $0.kinds == .overflow } == !isWhole)
        }
    }

    @Test func `a name length beyond the buffer and a name with a slash are an overflow`() {
        var event = Self.event(watch: 1, mask: 0x2, cookie: 0, name: "name")
        event[15] = 0xff
        #expect(Self.parse(event).map(\.kinds) == [.overflow])
        #expect(Self.parse(Self.event(watch: 1, mask: 0x2, cookie: 0, name: "a/b")).map(\.kinds) == [.overflow])
    }

    static func parse(_ bytes: [UInt8]) -> [InotifyEvent] {
        bytes.withUnsafeBytes { InotifyParser.parse($0) }
    }

    private static func event(watch: Int32, mask: UInt32, cookie: UInt32, name: String) -> [UInt8] {
        var bytes: [UInt8] = []
        let padded = name.isEmpty ? [] : Array(name.utf8) + [UInt8](repeating: 0, count: 16 - name.utf8.count % 16)
        withUnsafeBytes(of: watch) { bytes += $0 }
        withUnsafeBytes(of: mask) { bytes += $0 }
        withUnsafeBytes(of: cookie) { bytes += $0 }
        withUnsafeBytes(of: UInt32(padded.count)) { bytes += $0 }
        return bytes + padded
    }
}
