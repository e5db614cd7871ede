/// Escapes text for use in a unit name, exactly as `systemd-escape TEXT` does.
public func systemdEscape(_ text: String) -> String {
    systemdEscape(bytes: Array(text.utf8))
}

/// Escapes bytes for use in a unit name: a path component need not be UTF-8.
public func systemdEscape(bytes: [UInt8]) -> String {
    var escaped: [UInt8] = []
    escaped.reserveCapacity(bytes.count)
    for (index, byte) in bytes.enumerated() {
        // A leading dot would hide the unit's file.
        if byte == UInt8(ascii: "."), index == 0 {
            appendEscape(of: byte, to: &escaped)
        } else if byte == UInt8(ascii: "/") {
            escaped.append(UInt8(ascii: "-"))
        } else if byte == UInt8(ascii: "-") || byte == UInt8(ascii: "\\") || !UnitName.isAllowed(byte) {
            appendEscape(of: byte, to: &escaped)
        } else {
            escaped.append(byte)
        }
    }
    return String(decoding: escaped, as: UTF8.self)
}

/// Escapes a path for use in a unit name, exactly as `systemd-escape --path PATH` does.
///
/// Slashes at both ends, doubled slashes and `.` components go; the root and the empty path are `-`. A path has no
/// escaped form if it has a `..` component or one of more than 255 bytes, if it has 4096 bytes or more, or if only `.`
/// is left of it.
public func systemdEscape(path: String) throws(SystemdError) -> String {
    guard !path.isEmpty else { return "-" }
    let isAbsolute = path.utf8.first == UInt8(ascii: "/")
    let components = path.utf8.split(separator: UInt8(ascii: "/")).map { Array($0) }.filter { $0 != dot }
    let simplified = Array(components.joined(separator: [UInt8(ascii: "/")]))
    guard !components.contains(dotDot), components.allSatisfy({ $0.count <= componentLengthMaximum }),
        simplified.count + (isAbsolute ? 1 : 0) < pathLengthLimit, isAbsolute || !components.isEmpty
    else {
        let start = path.prefix(200)
        throw SystemdError(
            .invalidArgument, "cannot escape the path '\(start)': it is relative to something else, or too long")
    }
    return components.isEmpty ? "-" : systemdEscape(bytes: simplified)
}

/// Undoes `systemdEscape(_:)`, exactly as `systemd-escape --unescape TEXT` does.
///
/// Escapes of a NUL byte and results that are not UTF-8 are refused; `systemdUnescapeBytes(_:)` takes the latter.
public func systemdUnescape(_ text: String) throws(SystemdError) -> String {
    let bytes = try systemdUnescapeBytes(text)
    guard let unescaped = String(validating: bytes, as: UTF8.self) else {
        throw SystemdError(.invalidArgument, "cannot unescape '\(text)': the result is not UTF-8")
    }
    return unescaped
}

/// Undoes `systemdEscape(bytes:)`.
public func systemdUnescapeBytes(_ text: String) throws(SystemdError) -> [UInt8] {
    let escaped = Array(text.utf8)
    var unescaped: [UInt8] = []
    unescaped.reserveCapacity(escaped.count)
    var index = 0
    while index < escaped.count {
        switch escaped[index] {
        case UInt8(ascii: "-"):
            unescaped.append(UInt8(ascii: "/"))
            index += 1
        case UInt8(ascii: "\\"):
            guard index + 3 < escaped.count, escaped[index + 1] == UInt8(ascii: "x"),
                let high = hexadecimalValue(escaped[index + 2]), let low = hexadecimalValue(escaped[index + 3]),
                high << 4 | low != 0
            else {
                throw SystemdError(
                    .invalidArgument, "cannot unescape '\(text)': a backslash must begin '\\xHH' with a value above 00")
            }
            unescaped.append(high << 4 | low)
            index += 4
        case let byte:
            unescaped.append(byte)
            index += 1
        }
    }
    return unescaped
}

/// Undoes `systemdEscape(path:)`, exactly as `systemd-escape --unescape --path TEXT` does; the result is absolute.
public func systemdUnescape(path text: String) throws(SystemdError) -> String {
    guard text != "-" else { return "/" }
    guard !text.isEmpty, !text.hasPrefix("-"), !text.hasSuffix("-") else {
        throw SystemdError(.invalidArgument, "cannot unescape '\(text)' to a path: it is empty or has a '-' at an end")
    }
    let path = "/" + (try systemdUnescape(text))
    let components = path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let isNormalized = components.map { Array($0) }.allSatisfy { component in
        !component.isEmpty && component.count <= componentLengthMaximum && component != dot && component != dotDot
    }
    guard isNormalized, path.utf8.count < pathLengthLimit else {
        throw SystemdError(
            .invalidArgument, "cannot unescape '\(text.prefix(200))' to a path: it is not normalized or too long")
    }
    return path
}

/// PATH_MAX, which counts the terminating NUL.
private let pathLengthLimit = 4096
/// NAME_MAX.
private let componentLengthMaximum = 255
private let dot = Array(".".utf8)
private let dotDot = Array("..".utf8)

private func appendEscape(of byte: UInt8, to bytes: inout [UInt8]) {
    bytes.append(contentsOf: [
        UInt8(ascii: "\\"), UInt8(ascii: "x"), hexadecimalDigit(byte >> 4), hexadecimalDigit(byte & 0x0f),
    ])
}

/// The lower-case digit for a value below sixteen.
func hexadecimalDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
}

/// The value of a digit in either case.
func hexadecimalValue(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
}
