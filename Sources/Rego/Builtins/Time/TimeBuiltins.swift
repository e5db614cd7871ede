/// `time.*`.
enum TimeBuiltins {
    private static let time = RegoType.either(.number, .array([.number, .string], rest: nil))
    private static let formatted = RegoType.either(
        .number, .array([.number, .string], rest: nil), .array([.number, .string, .string], rest: nil))

    static let declarations: [BuiltinDeclaration] = [
        BuiltinDeclaration("time.now_ns", [], .number, isNondeterministic: true) { context, _ in
            .number(RegoNumber(context.now))
        },
        BuiltinDeclaration("time.parse_ns", [.string, .string], .number, evaluate: parse),
        BuiltinDeclaration("time.parse_rfc3339_ns", [.string], .number, evaluate: parseRFC3339),
        BuiltinDeclaration("time.parse_duration_ns", [.string], .number, evaluate: parseDuration),
        BuiltinDeclaration("time.format", [formatted], .string, evaluate: format),
        BuiltinDeclaration("time.date", [time], .array([.number, .number, .number], rest: nil), evaluate: date),
        BuiltinDeclaration("time.clock", [time], .array([.number, .number, .number], rest: nil), evaluate: clock),
        BuiltinDeclaration("time.weekday", [time], .string, evaluate: weekday),
        BuiltinDeclaration("time.add_date", [time, .number, .number, .number], .number, evaluate: addDate),
        BuiltinDeclaration(
            "time.diff", [time, time],
            .array([.number, .number, .number, .number, .number, .number], rest: nil), evaluate: difference),
    ]

    private static func nanoseconds(_ time: GoTime) throws(BuiltinError) -> RegoValue {
        guard let value = time.unixNanoseconds else { throw BuiltinError("time outside of valid range") }
        return .number(RegoNumber(value))
    }

    static func parse(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let layout = try arguments.string(0)
        let value = try arguments.string(1)
        return try nanoseconds(try GoLayout(layout).parse(value, layout: layout))
    }

    static func parseRFC3339(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let value = try arguments.string(0)
        return try nanoseconds(try GoLayout.rfc3339.parse(value, layout: "2006-01-02T15:04:05Z07:00"))
    }

    static func parseDuration(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        .number(RegoNumber(try GoDuration.parse(try arguments.string(0))))
    }

    static func format(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let (time, layout) = try time(arguments[0])
        return .string((layout.map { GoLayout($0) } ?? .rfc3339Nano).format(time))
    }

    static func date(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let date = try time(arguments[0]).time.date
        return [.number(RegoNumber(date.year)), .number(RegoNumber(date.month)), .number(RegoNumber(date.day))]
    }

    static func clock(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let clock = try time(arguments[0]).time.clock
        return [.number(RegoNumber(clock.hour)), .number(RegoNumber(clock.minute)), .number(RegoNumber(clock.second))]
    }

    static func weekday(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        RegoValue(GoLayout.weekdays[try time(arguments[0]).time.weekday])
    }

    static func addDate(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let time = try time(arguments[0]).time
        let added = [try arguments.integer(1), try arguments.integer(2), try arguments.integer(3)]
        guard added.allSatisfy({ $0.magnitude < 1_000_000_000 }) else {
            throw BuiltinError("time outside of valid range")
        }
        let date = time.date
        let clock = time.clock
        return try nanoseconds(
            GoTime(
                year: date.year + Int64(added[0]), month: date.month + Int64(added[1]), day: date.day + Int64(added[2]),
                hour: clock.hour, minute: clock.minute, second: clock.second, nanoseconds: time.nanoseconds,
                zone: time.zone))
    }

    static func difference(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        var first = try time(arguments[0]).time
        var second = try time(arguments[1]).time
        second.zone = first.zone
        if (first.seconds, first.nanoseconds) > (second.seconds, second.nanoseconds) { swap(&first, &second) }
        let (from, to) = (first.date, second.date)
        let (start, end) = (first.clock, second.clock)
        var parts = [
            to.year - from.year, to.month - from.month, to.day - from.day, end.hour - start.hour,
            end.minute - start.minute, end.second - start.second,
        ]
        // What is below zero borrows from what is before it: a day from the length of the month it began in.
        let lengths: [Int64] = [0, 12, GoTime.daysInMonth(year: from.year, month: from.month), 24, 60, 60]
        for index in (1..<6).reversed() where parts[index] < 0 {
            parts[index] += lengths[index]
            parts[index - 1] -= 1
        }
        return .array(RegoArray(parts.map { .number(RegoNumber($0)) }))
    }

    /// A number of nanoseconds, or an array of it, a zone and a layout.
    private static func time(_ value: RegoValue) throws(BuiltinError) -> (time: GoTime, layout: RegoString?) {
        let wrong = BuiltinError.operand(1, value, "either number (ns) or [number (ns), string (tz)]")
        var number = value
        var zone = TimeZoneRules.utc
        var layout: RegoString?
        if case .array(let array) = value {
            guard let first = array.first else { throw wrong }
            number = first
            if array.count > 1 {
                guard case .string(let name) = array[1] else { throw BuiltinError.operand(1, array[1], "string") }
                zone = try TimeZoneRules.named(name.string)
            }
            if array.count > 2 {
                guard case .string(let text) = array[2] else { throw BuiltinError.operand(1, array[2], "string") }
                layout = text.isEmpty ? nil : text
            }
        } else if case .number = value {
        } else {
            throw wrong
        }
        guard case .number(let nanoseconds) = number else { throw BuiltinError.operand(1, number, "number") }
        guard let exact = nanoseconds.integerValue else { throw BuiltinError("timestamp too big") }
        return (GoTime(nanoseconds: exact, zone: zone), layout)
    }
}
