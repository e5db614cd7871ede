extension GoLayout {
    /// Reads a time as Go's `time.Parse` does.
    func parse(_ value: RegoString, layout: RegoString) throws(BuiltinError) -> GoTime {
        var reader = TimeReader(text: value.utf8, layout: layout.string)
        for (index, entry) in elements.enumerated() {
            // A fraction may follow seconds without the layout saying so.
            let followsFraction: Bool
            if index + 1 < elements.count, case .fraction = elements[index + 1].element {
                followsFraction = true
            } else {
                followsFraction = false
            }
            reader.form = entry.text
            try reader.read(entry.element, beforeFraction: followsFraction)
        }
        return try reader.finish()
    }
}

/// The state of reading a time.
struct TimeReader {
    let text: [UInt8]
    let layout: String
    var form: [UInt8] = []
    private var offset = 0
    private var year: Int64 = 0
    private var month: Int64?
    private var day: Int64?
    private var yearDay: Int64?
    private var hour: Int64 = 0
    private var minute: Int64 = 0
    private var second: Int64 = 0
    private var nanoseconds: Int64 = 0
    private var isPM = false
    private var isAM = false
    private var zoneOffset: Int64?
    private var isUTC = false
    private var zoneName = ""

    init(text: [UInt8], layout: String) {
        self.text = text
        self.layout = layout
    }

    private var next: UInt8? { offset < text.count ? text[offset] : nil }

    mutating func read(_ element: GoLayout.Element, beforeFraction: Bool) throws(BuiltinError) {
        switch element {
        case .text(let plain): try skip(plain)
        case .longYear: year = try digits(4, 4)
        case .year:
            let short = try digits(2, 2)
            year = short >= 69 ? short + 1900 : short + 2000
        case .longMonth: month = try name(GoLayout.months, isShort: false)
        case .month: month = try name(GoLayout.months, isShort: true)
        case .zeroMonth: month = try inRange(digits(2, 2), 1...12, "month")
        case .numericMonth: month = try inRange(digits(1, 2), 1...12, "month")
        case .longWeekday: _ = try name(GoLayout.weekdays, isShort: false)
        case .weekday: _ = try name(GoLayout.weekdays, isShort: true)
        case .day, .underscoreDay:
            if element == .underscoreDay, next == 32 { offset += 1 }
            day = try digits(1, 2)
        case .zeroDay: day = try digits(2, 2)
        case .underscoreYearDay:
            while next == 32 { offset += 1 }
            yearDay = try digits(1, 3)
        case .zeroYearDay: yearDay = try digits(3, 3)
        case .hour: hour = try inRange(digits(2, 2), 0...23, "hour")
        case .hour12: hour = try inRange(digits(1, 2), 0...12, "hour")
        case .zeroHour12: hour = try inRange(digits(2, 2), 0...12, "hour")
        case .minute: minute = try inRange(digits(1, 2), 0...59, "minute")
        case .zeroMinute: minute = try inRange(digits(2, 2), 0...59, "minute")
        case .second, .zeroSecond:
            second = try inRange(digits(element == .second ? 1 : 2, 2), 0...59, "second")
            if !beforeFraction, next == UInt8(ascii: ".") || next == UInt8(ascii: ","), offset + 1 < text.count,
                text[offset + 1] &- 48 <= 9
            {
                try fraction(digits: nil)
            }
        case .upperPM: try half("AM", "PM")
        case .lowerPM: try half("am", "pm")
        case .zoneName: try zone()
        case .offset(let isISO, let hasColons, let hasMinutes, let hasSeconds):
            try zoneOffset(isISO, hasColons, hasMinutes, hasSeconds)
        case .fraction(let digits, _, let isTrimmed):
            if isTrimmed {
                guard next == UInt8(ascii: ".") || next == UInt8(ascii: ","), offset + 1 < text.count,
                    text[offset + 1] &- 48 <= 9
                else { return }
                try fraction(digits: nil)
            } else {
                try fraction(digits: digits)
            }
        }
    }

    func finish() throws(BuiltinError) -> GoTime {
        if offset < text.count { throw failure(": extra text: \(quoted(text[offset...]))") }
        var hour = hour
        if isPM, hour < 12 { hour += 12 }
        if isAM, hour == 12 { hour = 0 }
        var month = month ?? 1
        var day = day ?? 1
        if let yearDay {
            let length = GoTime.days(year: year + 1, month: 1) - GoTime.days(year: year, month: 1)
            guard (1...length).contains(yearDay) else { throw failure(": day-of-year out of range") }
            let date = GoTime.date(days: GoTime.days(year: year, month: 1) + yearDay - 1)
            month = date.month
            day = date.day
        }
        guard day >= 1, day <= GoTime.daysInMonth(year: year, month: month) else {
            throw failure(": day out of range")
        }
        func made(_ zone: TimeZoneRules) -> GoTime {
            GoTime(
                year: year, month: month, day: day, hour: hour, minute: minute, second: second,
                nanoseconds: nanoseconds, zone: zone)
        }
        if isUTC { return made(.utc) }
        if let zoneOffset {
            let period = TimeZoneRules.Period(offset: zoneOffset, abbreviation: zoneName, isDaylight: false)
            return made(TimeZoneRules(name: zoneName, period: period))
        }
        if zoneName.hasPrefix("GMT"), zoneName.utf8.count > 3, let hours = Int64(zoneName.dropFirst(3)) {
            let period = TimeZoneRules.Period(offset: hours * 3_600, abbreviation: zoneName, isDaylight: false)
            return made(TimeZoneRules(name: zoneName, period: period))
        }
        // A name that says nothing of an offset counts as UTC, as in Go.
        return made(.utc)
    }

    private mutating func skip(_ plain: [UInt8]) throws(BuiltinError) {
        var index = 0
        while index < plain.count {
            if plain[index] == 32 {
                while index < plain.count, plain[index] == 32 { index += 1 }
                guard next == nil || next == 32 else { throw failure() }
                if next == nil { throw failure() }
                while next == 32 { offset += 1 }
                continue
            }
            guard next == plain[index] else { throw failure() }
            offset += 1
            index += 1
        }
    }

    private mutating func digits(_ least: Int, _ most: Int) throws(BuiltinError) -> Int64 {
        let start = offset
        var value: Int64 = 0
        while offset - start < most, let byte = next, byte &- 48 <= 9 {
            value = value * 10 + Int64(byte - 48)
            offset += 1
        }
        guard offset - start >= least else {
            offset = start
            throw failure()
        }
        return value
    }

    private func inRange(_ value: Int64, _ range: ClosedRange<Int64>, _ name: String) throws(BuiltinError) -> Int64 {
        guard range.contains(value) else { throw failure(": \(name) out of range") }
        return value
    }

    private mutating func name(_ names: [String], isShort: Bool) throws(BuiltinError) -> Int64 {
        let rest = String(decoding: text[offset...], as: UTF8.self).lowercased()
        for (index, name) in names.enumerated() {
            let wanted = isShort ? String(name.prefix(3)) : name
            if rest.hasPrefix(wanted.lowercased()) {
                offset += wanted.utf8.count
                return Int64(index + 1)
            }
        }
        throw failure()
    }

    private mutating func half(_ morning: String, _ evening: String) throws(BuiltinError) {
        if text[offset...].starts(with: morning.utf8) {
            isAM = true
        } else if text[offset...].starts(with: evening.utf8) {
            isPM = true
        } else {
            throw failure()
        }
        offset += 2
    }

    private mutating func fraction(digits count: Int?) throws(BuiltinError) {
        guard next == UInt8(ascii: ".") || next == UInt8(ascii: ",") else { throw failure() }
        let digits = text[(offset + 1)...].prefix { $0 &- 48 <= 9 }
        if let count, digits.count < count { throw failure() }
        let taken = count.map { digits.prefix($0) } ?? digits
        var value: Int64 = 0
        for index in 0..<9 {
            let position = taken.startIndex + index
            value = value * 10 + (position < taken.endIndex ? Int64(taken[position] - 48) : 0)
        }
        nanoseconds = value
        offset += taken.count + 1
    }

    /// An abbreviation in capitals, with a signed number behind GMT.
    private mutating func zone() throws(BuiltinError) {
        let rest = text[offset...]
        if rest.starts(with: "UTC".utf8) {
            isUTC = true
            offset += 3
            return
        }
        if let first = rest.first, first == 43 || first == 45 {
            let digits = rest.dropFirst().prefix { $0 &- 48 <= 9 }
            guard digits.count >= 2, let hours = Int64(String(decoding: digits.prefix(2), as: UTF8.self)) else {
                throw failure()
            }
            let length = digits.count >= 4 ? 4 : 2
            let minutes = length == 4 ? Int64(String(decoding: digits.dropFirst(2).prefix(2), as: UTF8.self)) ?? 0 : 0
            zoneOffset = (first == 45 ? -1 : 1) * (hours * 3_600 + minutes * 60)
            offset += length + 1
            return
        }
        var length = rest.prefix { (65...90).contains($0) }.count
        if rest.starts(with: "GMT".utf8), length == 3 {
            let sign = rest.dropFirst(3).first
            let digits = rest.dropFirst(4).prefix { $0 &- 48 <= 9 }.count
            if sign == 43 || sign == 45, digits > 0 { length += 1 + digits }
        } else if !(3...5).contains(length) {
            throw failure()
        }
        zoneName = String(decoding: rest.prefix(length), as: UTF8.self)
        offset += length
    }

    private mutating func zoneOffset(
        _ isISO: Bool, _ hasColons: Bool, _ hasMinutes: Bool, _ hasSeconds: Bool
    ) throws(BuiltinError) {
        if isISO, next == UInt8(ascii: "Z") {
            offset += 1
            isUTC = true
            return
        }
        guard let sign = next, sign == 43 || sign == 45 else { throw failure() }
        let start = offset
        offset += 1
        func restore(_ reader: inout TimeReader) -> BuiltinError {
            reader.offset = start
            return reader.failure()
        }
        let hours = try digits(2, 2)
        var seconds = hours * 3_600
        for (isWanted, unit) in [(hasMinutes, Int64(60)), (hasSeconds, 1)] where isWanted {
            if hasColons {
                guard next == UInt8(ascii: ":") else { throw restore(&self) }
                offset += 1
            }
            let value = try digits(2, 2)
            if value > 59 { throw failure(": time zone offset minute out of range") }
            seconds += value * unit
        }
        if hours > 24 { throw failure(": time zone offset hour out of range") }
        zoneOffset = sign == 45 ? -seconds : seconds
    }

    private func failure(_ reason: String? = nil) -> BuiltinError {
        let shown = "parsing time \(quoted(text[...]))"
        if let reason { return BuiltinError(shown + reason) }
        let expected = quoted(form[...])
        return BuiltinError(
            "\(shown) as \(GoQuote.quote(RegoString(layout))): cannot parse \(quoted(text[offset...])) as \(expected)")
    }

    private func quoted(_ bytes: ArraySlice<UInt8>) -> String { GoQuote.quote(RegoString(utf8: Array(bytes))) }
}
