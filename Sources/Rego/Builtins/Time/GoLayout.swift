/// A layout of Go's `time`, which shows how the reference time Mon Jan 2 15:04:05 MST 2006 would be written.
struct GoLayout: Sendable {
    enum Element: Sendable, Hashable {
        case text([UInt8])
        case longMonth, month, zeroMonth, numericMonth
        case longWeekday, weekday
        case day, underscoreDay, zeroDay, underscoreYearDay, zeroYearDay
        case hour, hour12, zeroHour12, minute, zeroMinute, second, zeroSecond
        case longYear, year
        case upperPM, lowerPM
        case zoneName
        /// `-07:00` and its kin; `isISO` writes Z for zero.
        case offset(isISO: Bool, hasColons: Bool, hasMinutes: Bool, hasSeconds: Bool)
        /// A fraction of so many digits after a point or comma; trailing zeros go where `isTrimmed`.
        case fraction(digits: Int, separator: UInt8, isTrimmed: Bool)
    }

    let elements: [(element: Element, text: [UInt8])]

    /// Longer forms stand before what they begin with.
    private static let forms: [(text: [UInt8], element: Element)] = written.map { (Array($0.0.utf8), $0.1) }

    private static let written: [(String, Element)] = [
        ("January", .longMonth), ("Jan", .month), ("Monday", .longWeekday), ("Mon", .weekday), ("MST", .zoneName),
        ("002", .zeroYearDay), ("01", .zeroMonth), ("02", .zeroDay), ("03", .zeroHour12), ("04", .zeroMinute),
        ("05", .zeroSecond), ("06", .year), ("15", .hour), ("1", .numericMonth), ("2006", .longYear), ("2", .day),
        ("__2", .underscoreYearDay), ("_2", .underscoreDay), ("3", .hour12), ("4", .minute), ("5", .second),
        ("PM", .upperPM), ("pm", .lowerPM),
        ("-07:00:00", .offset(isISO: false, hasColons: true, hasMinutes: true, hasSeconds: true)),
        ("-07:00", .offset(isISO: false, hasColons: true, hasMinutes: true, hasSeconds: false)),
        ("-070000", .offset(isISO: false, hasColons: false, hasMinutes: true, hasSeconds: true)),
        ("-0700", .offset(isISO: false, hasColons: false, hasMinutes: true, hasSeconds: false)),
        ("-07", .offset(isISO: false, hasColons: false, hasMinutes: false, hasSeconds: false)),
        ("Z07:00:00", .offset(isISO: true, hasColons: true, hasMinutes: true, hasSeconds: true)),
        ("Z07:00", .offset(isISO: true, hasColons: true, hasMinutes: true, hasSeconds: false)),
        ("Z070000", .offset(isISO: true, hasColons: false, hasMinutes: true, hasSeconds: true)),
        ("Z0700", .offset(isISO: true, hasColons: false, hasMinutes: true, hasSeconds: false)),
        ("Z07", .offset(isISO: true, hasColons: false, hasMinutes: false, hasSeconds: false)),
    ]

    private static let names: [String: String] = [
        "ANSIC": "Mon Jan _2 15:04:05 2006", "UnixDate": "Mon Jan _2 15:04:05 MST 2006",
        "RubyDate": "Mon Jan 02 15:04:05 -0700 2006", "RFC822": "02 Jan 06 15:04 MST",
        "RFC822Z": "02 Jan 06 15:04 -0700", "RFC850": "Monday, 02-Jan-06 15:04:05 MST",
        "RFC1123": "Mon, 02 Jan 2006 15:04:05 MST", "RFC1123Z": "Mon, 02 Jan 2006 15:04:05 -0700",
        "RFC3339": "2006-01-02T15:04:05Z07:00", "RFC3339Nano": "2006-01-02T15:04:05.999999999Z07:00",
    ]

    static let rfc3339 = GoLayout(RegoString("RFC3339"))
    static let rfc3339Nano = GoLayout(RegoString("RFC3339Nano"))

    /// The layout of a text, or of one of the names that OPA knows.
    init(_ layout: RegoString) {
        let text = GoLayout.names[layout.string].map { Array($0.utf8) } ?? layout.utf8
        var made: [(element: Element, text: [UInt8])] = []
        var plain: [UInt8] = []
        var offset = 0
        while offset < text.count {
            guard let (element, length) = GoLayout.element(text, offset) else {
                plain.append(text[offset])
                offset += 1
                continue
            }
            if !plain.isEmpty { made.append((.text(plain), plain)) }
            plain = []
            made.append((element, Array(text[offset..<offset + length])))
            offset += length
        }
        if !plain.isEmpty { made.append((.text(plain), plain)) }
        elements = made
    }

    private static func element(_ text: [UInt8], _ offset: Int) -> (Element, Int)? {
        let rest = text[offset...]
        let first = text[offset]
        if first == UInt8(ascii: ".") || first == UInt8(ascii: ",") { return fraction(rest, first) }
        for form in forms where form.text[0] == first && rest.starts(with: form.text) {
            // "Jan" within a longer word in small letters is no month: "January" is another form, "Janet" is text.
            if form.element == .month || form.element == .weekday {
                let next = rest.dropFirst(3).first
                if let next, (97...122).contains(next) { continue }
            }
            // "_2006" is an underscore before a year.
            if form.element == .underscoreDay, rest.starts(with: "_2006".utf8) { return nil }
            return (form.element, form.text.count)
        }
        return nil
    }

    /// `.000` or `.999`, when no digit follows.
    private static func fraction(_ rest: ArraySlice<UInt8>, _ separator: UInt8) -> (Element, Int)? {
        guard let digit = rest.dropFirst().first, digit == 48 || digit == 57 else { return nil }
        let digits = rest.dropFirst().prefix { $0 == digit }.count
        if let next = rest.dropFirst(1 + digits).first, next &- 48 <= 9 { return nil }
        return (.fraction(digits: digits, separator: separator, isTrimmed: digit == 57), digits + 1)
    }

    static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
}
