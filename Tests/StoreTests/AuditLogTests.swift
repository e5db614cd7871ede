import FoundationEssentials
import Model
import Store
import TestSupport
import Testing

@Suite(.tags(.i9)) struct AuditLogTests {
    private func record(_ number: Int) -> AuditRecord {
        AuditRecord(
            time: time(Int64(number)), actor: "0:root", verb: "update", object: "Source/default",
            details: ["number": .integer(Int64(number)), "text": "line\nbreak \"quoted\" é"])
    }

    private func open(_ directory: String, _ limits: AuditLimits = .standard) throws -> AuditLog {
        try AuditLog(directory: directory + "/audit", limits: limits, clock: { time() })
    }

    private func segments(_ directory: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory + "/audit").sorted()
    }

    private func edit(_ directory: String, _ segment: Int = 0, _ body: (inout Data) -> Void) throws {
        let path = try directory + "/audit/" + segments(directory)[segment]
        var data = try #require(FileManager.default.contents(atPath: path))
        body(&data)
        try data.write(to: URL(fileURLWithPath: path))
    }

    @Test func `a log that nobody touched is intact, across starts`() throws {
        try withTemporaryDirectory("audit") { directory in
            let first = try open(directory)
            #expect(try first.verify() == AuditVerification(records: 0, firstSequence: nil, head: .empty))
            for number in 0..<5 { try first.append(record(number), durability: .deferred) }
            let second = try open(directory)
            #expect(second.head == first.head && second.head.sequence == 5)
            let hash = try second.append(record(5), durability: .synced)
            let found = try AuditLog.verify(directory: directory + "/audit")
            #expect(found == AuditVerification(records: 6, firstSequence: 1, head: AuditHead(sequence: 6, hash: hash)))
            #expect(try second.newest(limit: 2) { _ in true } == [record(5), record(4)])
            #expect(try second.newest(limit: 9) { $0.details["number"] == 2 } == [record(2)])
        }
    }

    @Test(arguments: 0..<6)
    func `a changed byte is found, and the record that it is in is named`(line: Int) throws {
        try withTemporaryDirectory("audit") { directory in
            let log = try open(directory)
            for number in 0..<6 { try log.append(record(number), durability: .deferred) }
            try edit(directory) { data in
                var lines = data.split(separator: UInt8(ascii: "\n")).map { Data($0) }
                lines[line][20] ^= 1
                data = Data(lines.joined(separator: [UInt8(ascii: "\n")]) + [UInt8(ascii: "\n")])
            }
            let found = try log.verify()
            #expect(found.failure?.line == line + 1 && found.failure?.sequence == UInt64(line + 1))
            #expect(found.records == line)
        }
    }

    @Test func `removed, swapped, doubled and forged records are found`() throws {
        let edits: [(inout [Data]) -> Void] = [
            { $0.remove(at: 2) }, { $0.swapAt(1, 2) }, { $0.insert($0[3], at: 3) }, { $0.removeFirst() },
            { $0[2] = Data("{}".utf8) }, { $0.insert(Data(), at: 2) },
        ]
        for (number, change) in edits.enumerated() {
            try withTemporaryDirectory("audit") { directory in
                let log = try open(directory)
                for number in 0..<6 { try log.append(record(number), durability: .deferred) }
                try edit(directory) { data in
                    var lines = data.split(separator: UInt8(ascii: "\n")).map { Data($0) }
                    change(&lines)
                    data = Data(lines.joined(separator: [UInt8(ascii: "\n")]) + [UInt8(ascii: "\n")])
                }
                #expect(try !AuditLog.verify(directory: directory + "/audit").isIntact, "edit \(number)")
            }
        }
    }

    @Test func `a cut tail is intact by itself, but not the head that was kept elsewhere`() throws {
        try withTemporaryDirectory("audit") { directory in
            let log = try open(directory)
            for number in 0..<3 { try log.append(record(number), durability: .deferred) }
            let head = log.head
            try edit(directory) { data in
                let lines = data.split(separator: UInt8(ascii: "\n")).dropLast()
                data = Data(lines.joined(separator: [UInt8(ascii: "\n")]) + [UInt8(ascii: "\n")])
            }
            let found = try AuditLog.verify(directory: directory + "/audit")
            #expect(found.isIntact && found.head != head)
        }
    }

    @Test func `a line cut short by a crash at any byte is cut off, and the log says so`() throws {
        try withTemporaryDirectory("audit") { directory in
            let log = try open(directory)
            for number in 0..<3 { try log.append(record(number), durability: .deferred) }
            let path = try directory + "/audit/" + segments(directory)[0]
            let whole = try #require(FileManager.default.contents(atPath: path))
            let length = try #require(whole.dropLast().lastIndex(of: UInt8(ascii: "\n"))) + 1
            for cut in stride(from: length + 1, to: whole.count, by: 17) {
                try whole.prefix(cut).write(to: URL(fileURLWithPath: path))
                let log = try open(directory)
                let found = try log.verify()
                #expect(found.isIntact && found.records == 3, "cut at \(cut)")
                let newest = try #require(try log.newest(limit: 1) { _ in true }.first)
                #expect(newest.verb == "audit.truncate" && newest.details["bytes"] == .integer(Int64(cut - length)))
            }
            // A power cut may leave a hole with later bytes behind it.
            let hole = whole.prefix(length - 40) + Data(count: 60) + whole.dropFirst(length + 20)
            try hole.write(to: URL(fileURLWithPath: path))
            let after = try open(directory)
            try after.append(record(9), durability: .synced)
            #expect(try after.verify().isIntact)
            #expect(try after.verify().records == 3)
        }
    }

    @Test(.tags(.i8)) func `old segments go, their head stays in the chain, and what is kept is intact`() throws {
        try withTemporaryDirectory("audit") { directory in
            let limits = AuditLimits(segmentBytes: 2_000, segments: 3)
            var log = try open(directory, limits)
            for number in 0..<60 {
                try log.append(record(number), durability: .deferred)
                if number % 7 == 0 { log = try open(directory, limits) }
                #expect(try log.verify().isIntact, "after record \(number)")
            }
            #expect(try segments(directory).count <= 3)
            let found = try log.verify()
            #expect(try #require(found.firstSequence) > 1)
            #expect(found.head == log.head)
            // The oldest kept segment removed by hand is on no record.
            try FileManager.default.removeItem(atPath: directory + "/audit/" + segments(directory)[0])
            let cut = try AuditLog.verify(directory: directory + "/audit")
            #expect(!cut.isIntact)
        }
    }

    @Test func `a missing segment in the middle is found`() throws {
        try withTemporaryDirectory("audit") { directory in
            let log = try open(directory, AuditLimits(segmentBytes: 1_000, segments: 100))
            for number in 0..<20 { try log.append(record(number), durability: .deferred) }
            let middle = try segments(directory)[2]
            try FileManager.default.removeItem(atPath: directory + "/audit/" + middle)
            let failure = try #require(try log.verify().failure)
            #expect(try failure.segment == segments(directory)[2] && failure.line == 1)
        }
    }

    @Test func `details without bound are kept as their digest, and the line stays bounded`() throws {
        try withTemporaryDirectory("audit") { directory in
            let log = try open(directory)
            var large = record(1)
            large.details = ["text": .string(String(repeating: "x", count: 1 << 20))]
            large.object = String(repeating: "y", count: 1 << 16)
            try log.append(large, durability: .deferred)
            try log.append(record(2), durability: .deferred)
            #expect(try log.verify().records == 2)
            let kept = try #require(try log.newest(limit: 2) { _ in true }.last)
            #expect(kept.details["omittedBytes"]?.integerValue == Int64(1 << 20) + 11)
            #expect(kept.object.utf8.count < 8_192)
        }
    }

    @Test func `many threads make one chain`() async throws {
        try await withTemporaryDirectory("audit") { directory in
            let log = try open(directory, AuditLimits(segmentBytes: 10_000, segments: 100))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<6 {
                    group.addTask {
                        for number in 0..<30 { try log.append(record(writer * 100 + number), durability: .deferred) }
                    }
                }
                try await group.waitForAll()
            }
            let found = try log.verify()
            #expect(found.isIntact && found.records == 180 && found.head == log.head)
        }
    }
}
