/// The rule at the end of a zone's file: `EST5EDT,M3.2.0,M11.1.0`.
struct PosixZoneRule: Sendable {
    private enum Day: Sendable {
        /// 1 to 365, the odd day never counted.
        case julian(Int64)
        /// 0 to 365.
        case ordinal(Int64)
        case weekday(month: Int64, week: Int64, day: Int64)
    }

    private let standard: TimeZoneRules.Period
    private let daylight: TimeZoneRules.Period?
    private var begin: (day: Day, time: Int64)
    private var end: (day: Day, time: Int64)

    init?(_ text: String) {
        var parser = Parser(text: Array(text.utf8))
        guard let name = parser.name(), let offset = parser.time() else { return nil }
        standard = .init(offset: -offset, abbreviation: name, isDaylight: false)
        begin = (.weekday(month: 3, week: 2, day: 0), 7_200)
        end = (.weekday(month: 11, week: 1, day: 0), 7_200)
        guard let other = parser.name() else {
            daylight = nil
            return
        }
        let daylightOffset = parser.next == UInt8(ascii: ",") || parser.next == nil ? offset - 3_600 : parser.time()
        guard let daylightOffset else { return nil }
        daylight = .init(offset: -daylightOffset, abbreviation: other, isDaylight: true)
        guard parser.next != nil else { return }
        guard let begin = parser.change(), let end = parser.change() else { return nil }
        self.begin = begin
        self.end = end
    }

    func period(at seconds: Int64) -> TimeZoneRules.Period {
        guard let daylight else { return standard }
        let year = GoTime.date(days: GoTime.floorDivide(seconds + standard.offset, 86_400)).year
        let start = PosixZoneRule.seconds(of: begin, in: year) - standard.offset
        let stop = PosixZoneRule.seconds(of: end, in: year) - daylight.offset
        let isDaylight = start < stop ? seconds >= start && seconds < stop : !(seconds >= stop && seconds < start)
        return isDaylight ? daylight : standard
    }

    private static func seconds(of change: (day: Day, time: Int64), in year: Int64) -> Int64 {
        let newYear = GoTime.days(year: year, month: 1)
        let day: Int64
        switch change.day {
        case .ordinal(let number): day = newYear + number
        case .julian(let number):
            let isLeap = GoTime.daysInMonth(year: year, month: 2) == 29
            day = newYear + number - 1 + (isLeap && number >= 60 ? 1 : 0)
        case .weekday(let month, let week, let weekday):
            let first = GoTime.days(year: year, month: month)
            let firstWeekday = first + 4 - GoTime.floorDivide(first + 4, 7) * 7
            var offset = (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
            while offset >= GoTime.daysInMonth(year: year, month: month) { offset -= 7 }
            day = first + offset
        }
        return day * 86_400 + change.time
    }

    private struct Parser {
        let text: [UInt8]
        var offset = 0

        init(text: [UInt8]) { self.text = text }

        var next: UInt8? { offset < text.count ? text[offset] : nil }

        mutating func take(_ byte: UInt8) -> Bool {
            guard next == byte else { return false }
            offset += 1
            return true
        }

        mutating func name() -> String? {
            let isQuoted = take(UInt8(ascii: "<"))
            let start = offset
            while let byte = next, isQuoted ? byte != UInt8(ascii: ">") : (65...90).contains(byte & 0xDF) {
                offset += 1
            }
            let name = String(decoding: text[start..<offset], as: UTF8.self)
            if isQuoted, !take(UInt8(ascii: ">")) { return nil }
            return name.isEmpty ? nil : name
        }

        mutating func number() -> Int64? {
            let start = offset
            var value: Int64 = 0
            while let byte = next, byte &- 48 <= 9, offset - start < 4 {
                value = value * 10 + Int64(byte - 48)
                offset += 1
            }
            return offset > start ? value : nil
        }

        mutating func time() -> Int64? {
            let isNegative = take(UInt8(ascii: "-"))
            if !isNegative { _ = take(UInt8(ascii: "+")) }
            guard let hours = number() else { return nil }
            var seconds = hours * 3_600
            if take(UInt8(ascii: ":")) {
                guard let minutes = number() else { return nil }
                seconds += minutes * 60
                if take(UInt8(ascii: ":")) {
                    guard let rest = number() else { return nil }
                    seconds += rest
                }
            }
            return isNegative ? -seconds : seconds
        }

        mutating func change() -> (day: Day, time: Int64)? {
            guard take(UInt8(ascii: ",")) else { return nil }
            let day: Day
            if take(UInt8(ascii: "M")) {
                guard let month = number(), (1...12).contains(month), take(UInt8(ascii: ".")), let week = number(),
                    take(UInt8(ascii: ".")), let weekday = number()
                else { return nil }
                day = .weekday(month: month, week: week, day: weekday)
            } else if take(UInt8(ascii: "J")) {
                guard let number = number() else { return nil }
                day = .julian(number)
            } else {
                guard let number = number() else { return nil }
                day = .ordinal(number)
            }
            guard take(UInt8(ascii: "/")) else { return (day, 7_200) }
            guard let time = time() else { return nil }
            return (day, time)
        }
    }
}
