import FoundationEssentials
import Synchronization

/// What a zone's clocks show when: the transitions of its TZif file, and the rule that goes on after them.
final class TimeZoneRules: Sendable {
    struct Period: Sendable, Hashable {
        let offset: Int64
        let abbreviation: String
        let isDaylight: Bool
    }

    let name: String
    private let transitions: [Int64]
    private let periods: [Period]
    private let first: Period
    private let rule: PosixZoneRule?

    static let utc = TimeZoneRules(name: "UTC", period: Period(offset: 0, abbreviation: "UTC", isDaylight: false))

    init(name: String, period: Period) {
        self.name = name
        transitions = []
        periods = []
        first = period
        rule = nil
    }

    private init(name: String, transitions: [Int64], periods: [Period], first: Period, rule: PosixZoneRule?) {
        self.name = name
        self.transitions = transitions
        self.periods = periods
        self.first = first
        self.rule = rule
    }

    /// What holds at a time.
    func period(at seconds: Int64) -> Period {
        guard let start = transitions.first, seconds >= start else {
            return transitions.isEmpty ? rule?.period(at: seconds) ?? first : first
        }
        if let last = transitions.last, seconds >= last, let rule { return rule.period(at: seconds) }
        var lower = 0
        var upper = transitions.count
        while upper - lower > 1 {
            let middle = (lower + upper) / 2
            if transitions[middle] <= seconds { lower = middle } else { upper = middle }
        }
        return periods[lower]
    }

    /// The offset an abbreviation has in the zone, where it has one at about that time.
    func offset(of abbreviation: String, at seconds: Int64) -> Int64? {
        for period in [period(at: seconds)] + periods where period.abbreviation == abbreviation { return period.offset }
        return nil
    }

    private static let known = Mutex<[String: TimeZoneRules]>([:])

    /// The zone of a name, read once.
    static func named(_ name: String) throws(BuiltinError) -> TimeZoneRules {
        if name.isEmpty || name == "UTC" { return utc }
        if let zone = known.withLock({ $0[name] }) { return zone }
        // Names lead to files, so nothing may lead out of the folder.
        let isSafe = !name.hasPrefix("/") && !name.contains("\\") && !name.split(separator: "/").contains("..")
        guard isSafe, name.utf8.count <= 64, let zone = read(name) else {
            throw BuiltinError("unknown time zone \(name)")
        }
        known.withLock { $0[name] = zone }
        return zone
    }

    private static func read(_ name: String) -> TimeZoneRules? {
        let path = name == "Local" ? "/etc/localtime" : "/usr/share/zoneinfo/" + name
        guard let data = try? Data(contentsOf: URL(filePath: path)), data.count <= 1 << 20 else { return nil }
        return TimeZoneRules(name: name, file: [UInt8](data))
    }

    /// Reads a TZif file of version 2 or later (RFC 8536).
    convenience init?(name: String, file: [UInt8]) {
        guard file.starts(with: "TZif".utf8), file.count > 44 else { return nil }
        func number(_ offset: Int) -> Int {
            offset + 4 <= file.count ? file[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } : 0
        }
        func counts(_ offset: Int) -> [Int] { (0..<6).map { number(offset + 20 + $0 * 4) } }
        let old = counts(0)
        guard file[4] >= UInt8(ascii: "2") else { return nil }
        let start = 44 + old[3] * 5 + old[4] * 6 + old[5] + old[2] * 8 + old[1] + old[0]
        guard start + 44 <= file.count else { return nil }
        let new = counts(start)
        let (isUTCount, isStandardCount, leapCount) = (new[0], new[1], new[2])
        let (timeCount, typeCount, characterCount) = (new[3], new[4], new[5])
        let times = start + 44
        let indices = times + timeCount * 8
        let types = indices + timeCount
        let characters = types + typeCount * 6
        let end = characters + characterCount + leapCount * 12 + isStandardCount + isUTCount
        guard end <= file.count, typeCount > 0 else { return nil }
        let periods = (0..<typeCount).map { index -> Period in
            let offset = types + index * 6
            let begin = characters + Int(file[offset + 5])
            let name = begin < end ? file[begin..<end].prefix { $0 != 0 } : []
            return Period(
                offset: Int64(Int32(truncatingIfNeeded: number(offset))),
                abbreviation: String(decoding: name, as: UTF8.self), isDaylight: file[offset + 4] != 0)
        }
        let transitions = (0..<timeCount).map { index in
            file[(times + index * 8)..<(times + index * 8 + 8)].reduce(Int64(0)) { $0 << 8 | Int64($1) }
        }
        let kinds = file[indices..<types].map { Int($0) }
        guard kinds.allSatisfy({ $0 < typeCount }) else { return nil }
        let footer = file[end...].dropFirst().prefix { $0 != 10 }
        self.init(
            name: name, transitions: transitions, periods: kinds.map { periods[$0] },
            first: periods.first { !$0.isDaylight } ?? periods[0],
            rule: PosixZoneRule(String(decoding: footer, as: UTF8.self)))
    }
}
