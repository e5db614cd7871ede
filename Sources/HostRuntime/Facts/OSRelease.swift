import Model

/// Reads `os-release`: assignments as a shell has them, without expansion.
enum OSRelease {
    /// What the text says of the distribution; nil when it says nothing that is asked for.
    static func parse(_ text: String) -> HostFacts.OperatingSystem? {
        var os = HostFacts.OperatingSystem()
        for line in text.split(whereSeparator: \.isNewline) {
            let trimmed = line.drop { $0 == " " || $0 == "\t" }
            guard !trimmed.hasPrefix("#"), let equals = trimmed.firstIndex(of: "=") else { continue }
            guard let value = unquoted(trimmed[trimmed.index(after: equals)...]), !value.isEmpty else { continue }
            switch trimmed[..<equals] {
            case "ID": os.id = value
            case "ID_LIKE": os.idLike = value.split(separator: " ").map(String.init)
            case "NAME": os.name = value
            case "PRETTY_NAME": os.prettyName = value
            case "VERSION": os.version = value
            case "VERSION_ID": os.versionID = value
            case "VERSION_CODENAME": os.versionCodename = value
            case "VARIANT_ID": os.variantID = value
            default: continue
            }
        }
        return os == HostFacts.OperatingSystem() ? nil : os
    }

    /// The value of an assignment; nil where a quote is not closed.
    private static func unquoted(_ text: Substring) -> String? {
        var value = ""
        var quote: Character?
        var rest = text[...]
        while let next = rest.popFirst() {
            switch (next, quote) {
            case ("\\", "'"): value.append(next)
            case ("\\", _):
                guard let escaped = rest.popFirst() else { return nil }
                value.append(escaped)
            case ("'", nil), ("\"", nil): quote = next
            case (_, .some(let open)) where open == next: quote = nil
            case (" ", nil), ("\t", nil): return value
            default: value.append(next)
            }
        }
        return quote == nil ? value : nil
    }
}
