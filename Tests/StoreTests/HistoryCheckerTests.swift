import Testing

@testable import StoreTestSupport

@Suite struct HistoryCheckerTests {
    private func write(
        _ number: Int64, _ predecessor: UInt64, _ times: ClosedRange<Int>, _ outcome: History.Outcome
    ) -> History.Write {
        History.Write(
            name: "a", number: number, predecessor: predecessor, begin: times.lowerBound, end: times.upperBound,
            outcome: outcome)
    }

    /// Two writes, the second unknown but done, a read after each, and a watcher that saw both.
    private func sound() -> History {
        var history = History()
        history.writes = [
            write(1, 10, 1...2, .acknowledged(11)), write(2, 11, 5...6, .unknown),
            write(3, 12, 9...10, .acknowledged(13)),
            write(4, 11, 9...10, .refused),
        ]
        history.reads = [
            History.Read(name: "a", number: 1, version: 11, begin: 3, end: 4),
            History.Read(name: "a", number: 2, version: 12, begin: 7, end: 8),
        ]
        history.watches = [
            History.Watch(
                start: 10,
                changes: [11, 12, 13].map { History.Change(name: "a", number: Int64($0) - 10, version: $0) })
        ]
        history.final = [History.Change(name: "a", number: 3, version: 13)]
        return history
    }

    @Test func `a sound history has no findings`() {
        #expect(HistoryChecker.findings(in: sound()) == [])
        #expect(HistoryChecker.findings(in: History()) == [])
    }

    /// What is broken in the sound history, and a word of the finding.
    private static let damages: [(word: String, damage: @Sendable (inout History) -> Void)] = [
        ("gone", { $0.final = [] }),
        ("holds 1", { $0.final[0].number = 1 }),
        ("holds 4", { $0.final[0].number = 4 }),
        ("12 is stored", { $0.final[0].version = 12 }),
        ("given to", { $0.writes[2].outcome = .acknowledged(11) }),
        ("replaced twice", { $0.writes[2].predecessor = 10 }),
        ("went from version", { $0.writes[2].predecessor = 13 }),
        ("went from 1 to 3", { $0.writes[2].predecessor = 11 }),
        ("after one had got", { $0.writes[0].outcome = .acknowledged(14) }),
        ("missed version", { $0.watches[0].changes.removeFirst() }),
        ("after 13", { $0.watches[0].changes.append($0.watches[0].changes[2]) }),
        ("after 12", { $0.watches[0].changes.swapAt(0, 1) }),
        ("a watch saw 7", { $0.watches[0].changes[0].number = 7 }),
        ("when 11 was known", { $0.reads[1].version = 10 }),
        ("when 12 was known", { $0.reads.append(.init(name: "a", number: 1, version: 11, begin: 9, end: 10)) }),
        ("read 5", { $0.reads[0].number = 5 }),
    ]

    @Test(arguments: damages.indices)
    func `what must not be is found`(index: Int) {
        var history = sound()
        let (word, damage) = Self.damages[index]
        damage(&history)
        let findings = HistoryChecker.findings(in: history)
        #expect(findings.contains { $0.contains(word) }, "\(word): \(findings)")
    }
}
