/// The formats that schemas name; an unknown one fits everything.
enum JSONSchemaFormat {
    static func matches(_ value: RegoValue, _ format: String) -> Bool {
        guard case .string(let string) = value else { return true }
        let text = string.string
        switch format {
        case "date": return parses(string, "2006-01-02")
        case "time": return parses(string, "15:04:05") || parses(string, "15:04:05Z07:00")
        case "date-time":
            return parses(string, "2006-01-02T15:04:05Z07:00") || parses(string, "15:04:05")
                || parses(string, "2006-01-02")
        case "hostname": return isHostname(text)
        case "email", "idn-email":
            let parts = text.split(separator: "@", omittingEmptySubsequences: false)
            return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && !text.contains(" ")
        case "ipv4": return IPAddress(text) != nil && text.contains(".") && !text.contains(":")
        case "ipv6": return IPAddress(text) != nil && text.contains(":")
        case "uri", "iri": return (try? GoURL(string))?.scheme.isEmpty == false && !text.contains("\\")
        case "uri-reference", "iri-reference": return (try? GoURL(string)) != nil && !text.contains("\\")
        case "uuid": return isUUID(text)
        case "regex": return (try? RegexParser.parse(string)) != nil
        case "json-pointer": return text.isEmpty || isPointer(text)
        case "relative-json-pointer":
            let digits = text.prefix { $0.isASCII && $0.isNumber }
            let rest = text.dropFirst(digits.count)
            return !digits.isEmpty && (digits == "0" || digits.first != "0")
                && (rest.isEmpty || rest == "#" || isPointer(String(rest)))
        default: return true
        }
    }

    private static func parses(_ text: RegoString, _ layout: RegoString) -> Bool {
        (try? GoLayout(layout).parse(text, layout: layout)) != nil
    }

    private static func isHostname(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return text.utf8.count <= 253
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                    && label.utf8.allSatisfy { $0 &- 48 <= 9 || (65...90).contains($0 & 0xDF) || $0 == 45 }
            }
    }

    private static func isUUID(_ text: String) -> Bool {
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        return groups.map(\.utf8.count) == [8, 4, 4, 4, 12]
            && groups.allSatisfy { $0.utf8.allSatisfy { Hexadecimal.value($0) != nil } }
    }

    private static func isPointer(_ text: String) -> Bool {
        guard text.hasPrefix("/") else { return false }
        let bytes = Array(text.utf8)
        return bytes.indices.allSatisfy { index in
            bytes[index] != UInt8(ascii: "~")
                || (index + 1 < bytes.count && (bytes[index + 1] == 48 || bytes[index + 1] == 49))
        }
    }
}
