/// Escaping as `systemd-escape` does it: `/` is `-`, and bytes other than letters, digits, `:`, `_` and `.` are `\xNN`.
enum SystemdName {
    /// Appends any text, escaped.
    static func append(_ text: some Sequence<UInt8>, to output: inout [UInt8]) {
        var isFirst = true
        for byte in text {
            defer { isFirst = false }
            switch byte {
            case UInt8(ascii: "/"): output.append(UInt8(ascii: "-"))
            case UInt8(ascii: "."):
                if isFirst { appendEscape(byte, to: &output) } else { output.append(byte) }
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ":"), UInt8(ascii: "_"):
                output.append(byte)
            default: appendEscape(byte, to: &output)
            }
        }
    }

    /// Appends a normalised absolute path, escaped.
    static func append(path: String, to output: inout [UInt8]) {
        // By bytes: a combining mark after the slash makes one character of both.
        if path == "/" { output.append(UInt8(ascii: "-")) } else { append(path.utf8.dropFirst(), to: &output) }
    }

    /// Takes an escape back; nil for text that escaping does not give.
    static func unescape(_ text: String) -> String? {
        let input = Array(text.utf8)
        var output: [UInt8] = []
        var index = 0
        while index < input.count {
            let byte = input[index]
            if byte == UInt8(ascii: "-") {
                output.append(UInt8(ascii: "/"))
            } else if byte == UInt8(ascii: "\\") {
                guard index + 3 < input.count, input[index + 1] == UInt8(ascii: "x"),
                    let high = Hexadecimal.value(of: input[index + 2]),
                    let low = Hexadecimal.value(of: input[index + 3])
                else { return nil }
                output.append(high << 4 | low)
                index += 3
            } else {
                output.append(byte)
            }
            index += 1
        }
        return String(validating: output, as: UTF8.self)
    }

    /// Takes the escape of a path back.
    static func unescape(path: String) -> String? {
        guard path != "-" else { return "/" }
        return unescape(path).map { "/" + $0 }
    }

    private static func appendEscape(_ byte: UInt8, to output: inout [UInt8]) {
        output.append(contentsOf: "\\x".utf8)
        Hexadecimal.append(byte, to: &output)
    }
}
