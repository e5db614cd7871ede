import Testing

@testable import Systemd

@Suite struct JournalWriterTests {
    @Test func `an entry becomes its fields with the identifier last`() throws {
        let entry = JournalEntry(
            message: "two\nlines", priority: .warning, messageID: "0123456789abcdef0123456789ABCDEF",
            fields: [(name: "AETHEREDGE_RESOURCE", value: "file:/etc/motd"), (name: "AETHEREDGE_RESOURCE", value: "")])
        let writer = JournalWriter(identifier: "aetheredged")
        let lines = try writer.lines(of: writer.fields(of: entry)).map { String(decoding: $0, as: UTF8.self) }
        #expect(
            lines == [
                "MESSAGE=two\nlines", "PRIORITY=4", "MESSAGE_ID=0123456789abcdef0123456789ABCDEF",
                "AETHEREDGE_RESOURCE=file:/etc/motd", "AETHEREDGE_RESOURCE=", "SYSLOG_IDENTIFIER=aetheredged",
            ])
    }

    @Test func `an identifier among the fields wins`() throws {
        let lines = try JournalWriter(identifier: "a").lines(of: [(name: "SYSLOG_IDENTIFIER", value: "b")])
        #expect(lines == [Array("SYSLOG_IDENTIFIER=b".utf8)])
    }

    @Test func `a value may hold NUL bytes, line breaks and equals signs`() throws {
        let lines = try JournalWriter().lines(of: [(name: "A", value: "=\0\n\n")])
        #expect(lines == [Array("A==\0\n\n".utf8)])
    }

    @Test(arguments: [7, 8, 9, 10])
    func `a value beyond the bound is cut between characters and says so`(bound: Int) throws {
        let writer = JournalWriter(valueSizeMaximum: bound)
        let value = try writer.lines(of: [(name: "A", value: "ééééééé")])[0].dropFirst(2)
        #expect(value.count <= bound)
        let text = try #require(String(validating: value, as: UTF8.self))
        #expect(text.hasSuffix(" [cut]") && text.dropLast(6).allSatisfy { $0 == "é" })
    }

    @Test func `a value at the bound is kept whole`() throws {
        let writer = JournalWriter(valueSizeMaximum: 10)
        #expect(try writer.lines(of: [(name: "A", value: "0123456789")]) == [Array("A=0123456789".utf8)])
    }

    @Test(arguments: ["", "0123", "0123456789abcdef0123456789abcdeg", "01234567-89ab-cdef-0123-456789abcdef"])
    func `a message identifier that is not 32 digits is refused`(identifier: String) {
        let error = #expect(throws: SystemdError.self) {
            try JournalWriter().fields(of: JournalEntry(message: "m", messageID: identifier))
        }
        #expect(error?.code == .invalidArgument)
    }

    @Test func `no fields, too many fields and a field of journald's own are refused`() {
        let many = (0...JournalWriter.fieldCountMaximum).map { (name: "F\($0)", value: "") }
        for fields in [[], many, [(name: "_PID", value: "1")]] {
            let error = #expect(throws: SystemdError.self) { try JournalWriter().lines(of: fields) }
            #expect(error?.code == .invalidArgument)
        }
    }

    @Test func `without a journal an entry vanishes and nothing fails`() throws {
        try #require(!JournalWriter.isAvailable, "this machine has a journal: the test would write to it")
        try JournalWriter(identifier: "test").send(JournalEntry(message: "nobody hears this"))
    }
}
