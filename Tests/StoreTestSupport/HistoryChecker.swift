/// Looks for what must not be in a history: lost or doubled writes, versions that do not grow, changes that a watcher
/// missed, saw twice or out of order, and reads of something older than was known.
public struct HistoryChecker: Sendable {
    private let history: History
    private var findings: [String] = []

    private init(_ history: History) { self.history = history }

    /// What is wrong with a history; empty for a sound one.
    public static func findings(in history: History) -> [String] {
        var checker = HistoryChecker(history)
        checker.checkWrites()
        checker.checkOrder()
        checker.checkFinal()
        checker.checkWatches()
        checker.checkReads()
        return checker.findings
    }

    private var acknowledged: [(write: History.Write, version: UInt64)] {
        history.writes.compactMap { write in
            if case .acknowledged(let version) = write.outcome { (write, version) } else { nil }
        }
    }

    /// No version is given twice, no version of an object is replaced twice, and each write adds to what it replaced.
    private mutating func checkWrites() {
        var versions: [UInt64: History.Write] = [:]
        var replaced: [String: History.Write] = [:]
        for (write, version) in acknowledged {
            if version <= write.predecessor {
                findings.append("'\(write.name)' went from version \(write.predecessor) to \(version)")
            }
            if let other = versions.updateValue(write, forKey: version) {
                findings.append("version \(version) was given to '\(other.name)' and to '\(write.name)'")
            }
            if replaced.updateValue(write, forKey: "\(write.name)@\(write.predecessor)") != nil {
                findings.append("version \(write.predecessor) of '\(write.name)' was replaced twice: a write is lost")
            }
        }
        for (write, _) in acknowledged {
            if let before = versions[write.predecessor], before.name == write.name, before.number + 1 != write.number {
                findings.append("'\(write.name)' went from \(before.number) to \(write.number)")
            }
        }
    }

    /// What ended before something else began has the lower version.
    private mutating func checkOrder() {
        let ended = acknowledged.sorted { $0.write.end < $1.write.end }
        let begun = acknowledged.sorted { $0.write.begin < $1.write.begin }
        var (index, newest) = (0, UInt64(0))
        for (write, version) in begun {
            while index < ended.count, ended[index].write.end < write.begin {
                newest = max(newest, ended[index].version)
                index += 1
            }
            if version <= newest {
                findings.append("a write of '\(write.name)' got version \(version) after one had got \(newest)")
            }
        }
    }

    /// Every acknowledged write is in what is stored at the end, and nothing that nobody wrote.
    private mutating func checkFinal() {
        let final = Dictionary(history.final.map { ($0.name, $0) }) { $1 }
        for (name, writes) in Dictionary(grouping: history.writes, by: \.name).sorted(by: { $0.key < $1.key }) {
            guard let last = final[name] else {
                findings.append("'\(name)' is gone")
                continue
            }
            let sure = writes.count { if case .acknowledged = $0.outcome { true } else { false } }
            let perhaps = writes.count { $0.outcome == .unknown }
            if last.number < Int64(sure) || last.number > Int64(sure + perhaps) {
                findings.append(
                    "'\(name)' holds \(last.number) after \(sure) acknowledged and \(perhaps) unknown writes")
            }
            for case (let write, let version) in acknowledged where write.name == name {
                if version > last.version || version == last.version && write.number != last.number {
                    findings.append("version \(version) of '\(name)' was acknowledged and \(last.version) is stored")
                }
            }
        }
    }

    /// Versions grow, and what was acknowledged between a watch's first and last change is in it.
    private mutating func checkWatches() {
        let known = acknowledged.sorted { $0.version < $1.version }
        for watch in history.watches {
            var newest = watch.start
            for change in watch.changes {
                if change.version <= newest {
                    findings.append("a watch saw version \(change.version) of '\(change.name)' after \(newest)")
                }
                newest = max(newest, change.version)
            }
            let seen = Dictionary(watch.changes.map { ($0.version, $0) }) { first, _ in first }
            for (write, version) in known where version > watch.start && version <= newest {
                guard let change = seen[version] else {
                    findings.append("a watch from \(watch.start) to \(newest) missed version \(version)")
                    continue
                }
                if change.name != write.name || change.number != write.number {
                    findings.append(
                        "a watch saw \(change.number) in '\(change.name)' as version \(version), "
                            + "which is \(write.number) in '\(write.name)'")
                }
            }
        }
    }

    /// A read that began after something was known does not find anything older.
    private mutating func checkReads() {
        let writes = acknowledged.map { (name: $0.write.name, version: $0.version, end: $0.write.end) }
        let reads = history.reads.map { (name: $0.name, version: $0.version, end: $0.end) }
        for (name, facts) in Dictionary(grouping: writes + reads, by: { $0.name }) {
            let known = facts.sorted { $0.end < $1.end }
            var (index, newest) = (0, UInt64(0))
            for read in history.reads.filter({ $0.name == name }).sorted(by: { $0.begin < $1.begin }) {
                while index < known.count, known[index].end < read.begin {
                    newest = max(newest, known[index].version)
                    index += 1
                }
                if read.version < newest {
                    findings.append("'\(name)' was read at version \(read.version) when \(newest) was known")
                }
            }
        }
        let numbers = Dictionary(acknowledged.map { ($0.version, $0.write.number) }) { first, _ in first }
        for read in history.reads {
            if let number = numbers[read.version], number != read.number {
                findings.append(
                    "version \(read.version) of '\(read.name)' was written \(number) and read \(read.number)")
            }
        }
    }
}
