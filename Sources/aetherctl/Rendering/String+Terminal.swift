extension String {
    /// The text on one line, with nothing that a terminal would act on: controls and changes of direction are escaped.
    var onOneLine: String { escapingControls { _ in false } }

    /// The text with its lines and tabs, and nothing else that a terminal would act on.
    var onLines: String { escapingControls { $0 == "\n" || $0 == "\t" } }

    /// The columns that the text takes in a terminal.
    var displayWidth: Int { reduce(0) { $0 + $1.displayWidth } }

    /// The text cut to a number of columns, with a sign where something is missing.
    func truncated(to width: Int) -> String {
        guard displayWidth > width else { return self }
        guard width > 1 else { return width == 1 ? "…" : "" }
        var shown = ""
        var used = 0
        for character in self {
            used += character.displayWidth
            guard used < width else { break }
            shown.append(character)
        }
        return shown + "…"
    }

    /// The text filled with spaces to a number of columns.
    func padded(to width: Int) -> String { self + String(repeating: " ", count: Swift.max(0, width - displayWidth)) }

    private func escapingControls(except isKept: (Unicode.Scalar) -> Bool) -> String {
        guard unicodeScalars.contains(where: { $0.isTerminalControl && !isKept($0) }) else { return self }
        var shown = ""
        for scalar in unicodeScalars {
            if scalar.isTerminalControl, !isKept(scalar) {
                shown += scalar.escaped(asASCII: true)
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }
}

extension Character {
    /// The columns of the character: two for those that East Asian typography sets wide and for pictures.
    var displayWidth: Int {
        guard let first = unicodeScalars.first else { return 0 }
        if first.properties.generalCategory == .nonspacingMark || first.value == 0x200B { return 0 }
        // The variation selector asks for the picture of a sign that has a plain form too.
        if first.isWide || unicodeScalars.contains(where: { $0.value == 0xFE0F }) { return 2 }
        return 1
    }
}

extension Unicode.Scalar {
    /// Whether a terminal acts on it instead of showing it: C0, DEL, C1, line separators and changes of direction.
    var isTerminalControl: Bool {
        switch value {
        case 0..<0x20, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069, 0x200E...0x200F, 0xFEFF: true
        default: false
        }
    }

    /// Whether it takes two columns (Unicode's East Asian Width, W and F, by block).
    fileprivate var isWide: Bool {
        switch value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
            0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }
}
