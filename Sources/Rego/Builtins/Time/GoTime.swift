/// A time in a zone, with the calendar of Go's `time`.
struct GoTime {
    /// Seconds since 1970 and nanoseconds above them.
    var seconds: Int64
    var nanoseconds: Int64
    var zone: TimeZoneRules

    init(seconds: Int64, nanoseconds: Int64, zone: TimeZoneRules) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
        self.zone = zone
    }

    init(nanoseconds: Int64, zone: TimeZoneRules) {
        let (quotient, remainder) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        seconds = remainder < 0 ? quotient - 1 : quotient
        self.nanoseconds = remainder < 0 ? remainder + 1_000_000_000 : remainder
        self.zone = zone
    }

    /// The time that a calendar and a clock show in a zone; months, days and hours beyond their range go on counting.
    init(
        year: Int64, month: Int64, day: Int64, hour: Int64 = 0, minute: Int64 = 0, second: Int64 = 0,
        nanoseconds: Int64 = 0, zone: TimeZoneRules
    ) {
        let months = month - 1
        let years = year + GoTime.floorDivide(months, 12)
        let days = GoTime.days(year: years, month: months - GoTime.floorDivide(months, 12) * 12 + 1) + day - 1
        let local = days * 86_400 + hour * 3_600 + minute * 60 + second
        // As Go: the offset that holds around the local time, asked for twice, for a change may lie between.
        var offset = zone.period(at: local).offset
        if offset != 0 {
            let other = zone.period(at: local - offset).offset
            if other != offset {
                let third = zone.period(at: local - other).offset
                offset = third == other ? other : offset
            }
        }
        self.init(seconds: local - offset, nanoseconds: nanoseconds, zone: zone)
    }

    /// The nanoseconds since 1970, or nil where 64 bits do not hold them.
    var unixNanoseconds: Int64? {
        let (scaled, overflow) = (seconds + 1).multipliedReportingOverflow(by: 1_000_000_000)
        if overflow {
            let (plain, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
            if overflow { return nil }
            let (sum, overflow2) = plain.addingReportingOverflow(nanoseconds)
            return overflow2 ? nil : sum
        }
        let (sum, overflow2) = scaled.addingReportingOverflow(nanoseconds - 1_000_000_000)
        return overflow2 ? nil : sum
    }

    var offset: Int64 { zone.period(at: seconds).offset }

    var abbreviation: String { zone.period(at: seconds).abbreviation }

    private var localSeconds: Int64 { seconds + offset }

    var date: (year: Int64, month: Int64, day: Int64) { GoTime.date(days: GoTime.floorDivide(localSeconds, 86_400)) }

    var clock: (hour: Int64, minute: Int64, second: Int64) {
        let second = localSeconds - GoTime.floorDivide(localSeconds, 86_400) * 86_400
        return (second / 3_600, second / 60 % 60, second % 60)
    }

    /// 0 is Sunday.
    var weekday: Int {
        let days = GoTime.floorDivide(localSeconds, 86_400) + 4
        return Int(days - GoTime.floorDivide(days, 7) * 7)
    }

    var yearDay: Int64 {
        let (year, month, day) = date
        return GoTime.days(year: year, month: month) + day - GoTime.days(year: year, month: 1)
    }

    static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        let quotient = value / divisor
        return value % divisor < 0 ? quotient - 1 : quotient
    }

    /// Days since 1970 of the first of a month, in the proleptic Gregorian calendar.
    static func days(year: Int64, month: Int64) -> Int64 {
        // Years that begin in March have the odd day at their end.
        let shifted = month <= 2 ? year - 1 : year
        let era = floorDivide(shifted, 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    static func date(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let part = (5 * dayOfYear + 2) / 153
        let month = part < 10 ? part + 3 : part - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * part + 2) / 5 + 1)
    }

    static func daysInMonth(year: Int64, month: Int64) -> Int64 {
        days(year: month == 12 ? year + 1 : year, month: month == 12 ? 1 : month + 1) - days(year: year, month: month)
    }
}
