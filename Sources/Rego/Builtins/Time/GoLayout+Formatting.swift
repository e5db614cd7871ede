extension GoLayout {
    func format(_ time: GoTime) -> RegoString {
        var made: [UInt8] = []
        let date = time.date
        let clock = time.clock
        for (element, _) in elements {
            switch element {
            case .text(let text): made += text
            case .longYear: made += GoLayout.padded(date.year, 4)
            case .year: made += GoLayout.padded(date.year % 100, 2)
            case .longMonth: made += Array(GoLayout.months[Int(date.month) - 1].utf8)
            case .month: made += Array(GoLayout.months[Int(date.month) - 1].utf8.prefix(3))
            case .zeroMonth: made += GoLayout.padded(date.month, 2)
            case .numericMonth: made += Array(String(date.month).utf8)
            case .longWeekday: made += Array(GoLayout.weekdays[time.weekday].utf8)
            case .weekday: made += Array(GoLayout.weekdays[time.weekday].utf8.prefix(3))
            case .day: made += Array(String(date.day).utf8)
            case .underscoreDay: made += GoLayout.padded(date.day, 2, with: 32)
            case .zeroDay: made += GoLayout.padded(date.day, 2)
            case .underscoreYearDay: made += GoLayout.padded(time.yearDay, 3, with: 32)
            case .zeroYearDay: made += GoLayout.padded(time.yearDay, 3)
            case .hour: made += GoLayout.padded(clock.hour, 2)
            case .hour12: made += Array(String((clock.hour + 11) % 12 + 1).utf8)
            case .zeroHour12: made += GoLayout.padded((clock.hour + 11) % 12 + 1, 2)
            case .minute: made += Array(String(clock.minute).utf8)
            case .zeroMinute: made += GoLayout.padded(clock.minute, 2)
            case .second: made += Array(String(clock.second).utf8)
            case .zeroSecond: made += GoLayout.padded(clock.second, 2)
            case .upperPM: made += Array((clock.hour >= 12 ? "PM" : "AM").utf8)
            case .lowerPM: made += Array((clock.hour >= 12 ? "pm" : "am").utf8)
            case .zoneName: made += GoLayout.zoneName(time)
            case .offset(let isISO, let hasColons, let hasMinutes, let hasSeconds):
                made += GoLayout.offset(time.offset, isISO, hasColons, hasMinutes, hasSeconds)
            case .fraction(let digits, let separator, let isTrimmed):
                made += GoLayout.fraction(time.nanoseconds, digits, separator, isTrimmed)
            }
        }
        return RegoString(utf8: made)
    }

    static func padded(_ value: Int64, _ width: Int, with pad: UInt8 = 48) -> [UInt8] {
        let digits = Array(String(value.magnitude).utf8)
        let sign: [UInt8] = value < 0 ? [UInt8(ascii: "-")] : []
        return sign + [UInt8](repeating: pad, count: Swift.max(0, width - digits.count)) + digits
    }

    private static func zoneName(_ time: GoTime) -> [UInt8] {
        let name = time.abbreviation
        if !name.isEmpty, name.utf8.first != 43, name.utf8.first != 45 { return Array(name.utf8) }
        let minutes = time.offset / 60
        let sign = minutes < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+")
        let hours = padded(Int64((minutes / 60).magnitude), 2)
        return [sign] + hours + (minutes % 60 == 0 ? [] : padded(Int64((minutes % 60).magnitude), 2))
    }

    private static func offset(
        _ offset: Int64, _ isISO: Bool, _ hasColons: Bool, _ hasMinutes: Bool, _ hasSeconds: Bool
    ) -> [UInt8] {
        if isISO, offset == 0 { return [UInt8(ascii: "Z")] }
        let magnitude = Int64(offset.magnitude)
        var made = [offset < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+")] + padded(magnitude / 3_600, 2)
        let colon: [UInt8] = hasColons ? [UInt8(ascii: ":")] : []
        if hasMinutes { made += colon + padded(magnitude / 60 % 60, 2) }
        if hasSeconds { made += colon + padded(magnitude % 60, 2) }
        return made
    }

    private static func fraction(_ nanoseconds: Int64, _ digits: Int, _ separator: UInt8, _ isTrimmed: Bool) -> [UInt8]
    {
        var shown = Array(padded(nanoseconds, 9).prefix(digits))
        if digits > 9 { shown += [UInt8](repeating: 48, count: digits - 9) }
        if isTrimmed {
            while shown.last == 48 { shown.removeLast() }
            if shown.isEmpty { return [] }
        }
        return [separator] + shown
    }
}
