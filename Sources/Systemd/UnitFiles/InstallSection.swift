/// What a unit file's `[Install]` section asks for.
struct InstallSection: Hashable {
    /// Whether enabling the unit would make links.
    private(set) var hasRules = false
    /// Whether enabling the unit would enable others.
    private(set) var hasAlso = false

    /// Reads the text of a unit file.
    init(parsing text: [UInt8]) {
        var values: [String: Bool] = [:]
        var isInstall = false
        for line in Self.logicalLines(text) {
            if line.first == UInt8(ascii: "[") {
                isInstall = line == Array("[Install]".utf8)
            } else if isInstall, let equals = line.firstIndex(of: UInt8(ascii: "=")) {
                let key = String(decoding: Self.trimmed(line[..<equals]), as: UTF8.self)
                let value = Self.trimmed(line[(equals + 1)...])
                // An empty value takes back what was assigned before.
                values[key] = !value.isEmpty
            }
        }
        hasRules = ["WantedBy", "RequiredBy", "Alias"].contains { values[$0] == true }
        hasAlso = values["Also"] == true
    }

    /// Lines without comments and outer white space; one that ends in a backslash goes on in the next.
    private static func logicalLines(_ text: [UInt8]) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var begun: [UInt8]?
        for raw in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let line = trimmed(raw)
            if line.first == UInt8(ascii: "#") || line.first == UInt8(ascii: ";") { continue }
            let whole = begun.map { $0 + line } ?? Array(line)
            if whole.last == UInt8(ascii: "\\") {
                begun = whole.dropLast() + [UInt8(ascii: " ")]
            } else {
                begun = nil
                if !whole.isEmpty { lines.append(Array(trimmed(whole[...]))) }
            }
        }
        if let begun { lines.append(Array(trimmed(begun[...]))) }
        return lines
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0d }
        guard let start = bytes.firstIndex(where: { !isSpace($0) }), let end = bytes.lastIndex(where: { !isSpace($0) })
        else { return [] }
        return bytes[start...end]
    }
}
