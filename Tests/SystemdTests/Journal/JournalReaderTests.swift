import Testing

@testable import Systemd

@Suite struct JournalReaderTests {
    @Test func `a directory that is not there is unavailable`() {
        let error = #expect(throws: SystemdError.self) { _ = try JournalReader(directory: "/nonexistent/journal") }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains("/nonexistent/journal") == true)
    }

    @Test func `an empty directory has no entries and no lines`() throws {
        try withTemporaryDirectory { directory in
            let reader = try JournalReader(directory: directory)
            try reader.addMatch("_SYSTEMD_UNIT", "a.service")
            try reader.addDisjunction()
            try reader.addMatch("UNIT", "a\nb.service")
            try reader.seekTail()
            #expect(try !reader.previous())
            try reader.seekHead()
            #expect(try !reader.next())
            let lines = try JournalReader.lastLines(ofUnit: UnitName("a.service"), count: 5, directory: directory)
            #expect(lines.isEmpty)
        }
    }

    @Test func `a match on what is not a field name is refused`() throws {
        try withTemporaryDirectory { directory in
            let reader = try JournalReader(directory: directory)
            let error = #expect(throws: SystemdError.self) { try reader.addMatch("lower case", "x") }
            #expect(error?.code == .invalidArgument)
        }
    }

    @Test func `a damaged journal file is skipped`() throws {
        try withTemporaryDirectory { directory in
            try write(Array(repeating: 0xa5, count: 4096), to: directory + "/system.journal")
            let lines = try JournalReader.lastLines(ofUnit: UnitName("a.service"), count: 5, directory: directory)
            #expect(lines.isEmpty)
        }
    }
}
