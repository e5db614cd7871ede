import Testing

@testable import Systemd

/// Reads a journal of two failed activations of `fixture.service`, between which another program claims to speak about
/// it.
@Suite struct UnitLogTests {
    private static let firstInvocation = "5f443d68cbb84274b56e7d03f51ea156"
    private static let secondInvocation = "2df078b276094fcdbb0402b845cdeb83"
    private static let managerEnd = [
        "fixture.service: Main process exited, code=exited, status=3/NOTIMPLEMENTED",
        "fixture.service: Failed with result 'exit-code'.", "Failed to start fixture.service.",
    ]

    private func withJournal(_ body: (String) throws -> Void) throws {
        try withTemporaryDirectory { directory in
            let folder = #filePath.split(separator: "/").dropLast(2).map { "/" + $0 }.joined()
            let (_, status) = try run(
                "gzip -dc '\(folder)/Fixtures/unit-log.journal.gz' > '\(directory)/system.journal'")
            try #require(status == 0)
            try body(directory)
        }
    }

    private func lines(
        _ directory: String, _ count: Int, unit: String = "fixture.service", invocationID: String? = nil,
        includingManager: Bool = true
    ) throws -> [String] {
        try JournalReader.lastLines(
            ofUnit: UnitName(unit), count: count, invocationID: invocationID, includingManager: includingManager,
            directory: directory)
    }

    @Test func `a unit's lines are its own and the manager's, in order, and nobody else's`() throws {
        try withJournal { directory in
            let lines = try lines(directory, 100)
            let own = (1...5).map { "line \($0)" }
            #expect(lines.count == 20 && Array(lines.prefix(6)) == ["Starting fixture.service..."] + own)
            #expect(Array(lines.suffix(3)) == Self.managerEnd)
            #expect(!lines.contains { $0.contains("lie") || $0.contains("another") })
            #expect(try self.lines(directory, 100, unit: "other.service").contains("a lie about the unit"))
            #expect(try self.lines(directory, 100, unit: "absent.service").isEmpty)
        }
    }

    @Test func `an activation has its own lines only`() throws {
        try withJournal { directory in
            #expect(try lines(directory, 100, invocationID: Self.firstInvocation).count == 10)
            #expect(try lines(directory, 100, invocationID: Self.secondInvocation).count == 10)
            let own = try lines(directory, 100, invocationID: Self.secondInvocation, includingManager: false)
            #expect(own.count == 6 && own.first == "line 1" && own.last?.allSatisfy { $0 == "x" } == true)
            #expect(try lines(directory, 100, invocationID: "00000000000000000000000000000000").isEmpty)
        }
    }

    @Test func `the last lines are the last, and no more than were asked for`() throws {
        try withJournal { directory throws in
            #expect(try lines(directory, 2) == Self.managerEnd.suffix(2))
            #expect(try lines(directory, 0).isEmpty)
            #expect(try lines(directory, -1).isEmpty)
        }
    }

    @Test func `a long line is cut`() throws {
        try withJournal { directory in
            let longest = try lines(directory, 100).map(\.utf8.count).max()
            #expect(longest == 2048)
        }
    }

    @Test func `a reader goes forwards and backwards and finds a cursor again`() throws {
        try withJournal { directory in
            let reader = try JournalReader(directory: directory)
            try reader.addMatch("SYSLOG_IDENTIFIER", "fake")
            try reader.seekHead()
            #expect(try reader.next())
            #expect(try reader.text("MESSAGE") == "a lie about the unit")
            #expect(try reader.bytes("UNIT") == Array("fixture.service".utf8) && reader.text("ABSENT") == nil)
            let (cursor, timestamp) = (try reader.cursor(), try reader.timestamp())
            #expect(timestamp > 1_600_000_000_000_000)
            #expect(try !reader.next())
            reader.removeMatches()
            try reader.seek(cursor: cursor)
            #expect(try reader.next() && reader.timestamp() == timestamp)
            var entries = 0
            try reader.seekTail()
            while try reader.previous() { entries += 1 }
            var forwards = 0
            try reader.seekHead()
            while try reader.next() { forwards += 1 }
            #expect(entries == forwards && entries > 24)
        }
    }

    @Test func `matches of one field are alternatives and a conjunction joins groups`() throws {
        try withJournal { directory in
            let reader = try JournalReader(directory: directory)
            try reader.addMatch("_SYSTEMD_UNIT", "fixture.service")
            try reader.addMatch("_SYSTEMD_UNIT", "other.service")
            try reader.addConjunction()
            try reader.addMatch("MESSAGE", "line 1")
            try reader.addDisjunction()
            try reader.addMatch("MESSAGE", "of another unit")
            var messages: [String?] = []
            try reader.seekHead()
            while try reader.next() { messages.append(try reader.text("MESSAGE")) }
            #expect(messages == ["line 1", "of another unit", "line 1"])
        }
    }

    @Test func `a value is cut at the reader's bound`() throws {
        try withJournal { directory in
            let reader = try JournalReader(directory: directory, valueSizeMaximum: 10)
            try reader.addMatch("SYSLOG_IDENTIFIER", "fake")
            try reader.seekTail()
            #expect(try reader.previous())
            #expect(try reader.text("MESSAGE") == "a lie abou")
        }
    }
}
