/// Formats of text that several fields share.
public enum TextFormat: Sendable, Hashable, CaseIterable {
    /// Any text that is not empty and on one line.
    case line
    /// The name of an object.
    case name
    /// The key of a label or annotation.
    case labelKey
    /// The value of a label.
    case labelValue
    /// The name of a parameter.
    case parameter
    /// A user or group.
    case account
    /// Permission bits.
    case mode
    /// An absolute path on the host.
    case path
    /// A path within the site repository.
    case sourcePath
    /// The name of a systemd unit.
    case unit
    /// The name of a drop-in file.
    case dropIn
    /// A resource's readable identity.
    case resource
    /// A span of time.
    case duration
    /// An instant.
    case time
    /// The address of an HTTP server.
    case url
    /// A host and a port.
    case endpoint
    /// An expression of Rego.
    case condition

    /// What is wrong with a text, as the end of a sentence that begins with what the text is; nil when it fits.
    func problem(with text: String) -> String? {
        switch self {
        case .line: return Self.lineProblem(text)
        case .name: return ObjectName.problem(with: text)
        case .labelKey: return LabelSyntax.problem(withKey: text)
        case .labelValue: return LabelSyntax.problem(withValue: text)
        case .parameter:
            return Self.isIdentifier(text)
                ? nil : "must begin with a letter or '_' and go on with letters, digits and '_'"
        case .account:
            return Self.isAccount(text) ? nil : "is not the name or number of a user or group"
        case .mode: return FileMode(text: text) == nil ? "must be octal digits in quotes, such as \"0644\"" : nil
        case .path: return Self.message { () throws(ModelError) in _ = try HostPath.normalise(text) }
        case .sourcePath: return SourcePath.problem(with: text)
        case .unit: return Self.message { () throws(ModelError) in _ = try UnitIdentity.validate(text) }
        case .dropIn: return Self.dropInProblem(text)
        case .resource: return Self.message { () throws(ModelError) in _ = try ResourceID(parsing: text) }
        case .duration:
            return DurationText.seconds(text) == nil ? "is not a duration such as '30s', '2m' or '1h30m'" : nil
        case .time: return WallTime(text: text) == nil ? "is not a time such as '2026-01-31T23:59:59Z'" : nil
        case .url: return Self.isURL(text) ? nil : "is not an address such as 'http://127.0.0.1:8080/healthz'"
        case .condition: return WhenExpression.problem(with: text)
        case .endpoint: return Endpoint(text: text) == nil ? "is not HOST:PORT, such as '127.0.0.1:8080'" : nil
        }
    }

    /// Whether `problem` speaks of the text itself, so that a message need not quote it again.
    var problemNamesText: Bool { [.path, .unit, .resource].contains(self) }

    /// The pattern that editors check with; nil where no pattern says it.
    var pattern: String? {
        switch self {
        case .name: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"
        case .parameter: "^[A-Za-z_][A-Za-z0-9_]*$"
        case .mode: "^[0-7]{3,4}$"
        case .path: "^/.*[^/]"
        case .unit: "^[A-Za-z0-9:_.\\\\@-]+\\.(\(UnitIdentity.suffixes.joined(separator: "|")))$"
        case .dropIn: "^[^./][^/]*\\.conf$"
        case .resource: "^(\(ResourceType.allCases.map(\.rawValue).joined(separator: "|"))):.+$"
        case .duration: "^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$"
        case .url: "^https?://.+"
        case .endpoint: "^.+:[0-9]+$"
        case .line, .labelKey, .labelValue, .account, .sourcePath, .time, .condition: nil
        }
    }

    private static func message(_ check: () throws(ModelError) -> Void) -> String? {
        do {
            try check()
            return nil
        } catch {
            return error.message
        }
    }

    private static func lineProblem(_ text: String) -> String? {
        if text.isEmpty { return "is empty" }
        return text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F } ? "holds a control character" : nil
    }

    private static func isIdentifier(_ text: String) -> Bool {
        guard let first = text.utf8.first, first == UInt8(ascii: "_") || LabelSyntax.isLetter(first) else {
            return false
        }
        return text.utf8.allSatisfy { $0 == UInt8(ascii: "_") || LabelSyntax.isAlphanumeric($0) }
    }

    private static func isAccount(_ text: String) -> Bool {
        guard (1...256).contains(text.utf8.count), let first = text.utf8.first else { return false }
        if text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            return UInt32(text).map { $0 < .max } ?? false
        }
        guard first == UInt8(ascii: "_") || LabelSyntax.isAlphanumeric(first) else { return false }
        return text.utf8.allSatisfy { LabelSyntax.isAlphanumeric($0) || "_.-$@".utf8.contains($0) }
    }

    private static func dropInProblem(_ text: String) -> String? {
        let isName =
            text.hasSuffix(".conf") && text.utf8.count > 5 && text.utf8.count <= HostPath.maximumComponentBytes
            && !text.utf8.contains(UInt8(ascii: "/")) && text.utf8.first != UInt8(ascii: ".")
            && lineProblem(text) == nil
        return isName ? nil : "is not the name of a drop-in, such as '10-limits.conf'"
    }

    private static func isURL(_ text: String) -> Bool {
        for scheme in ["http://", "https://"] where text.hasPrefix(scheme) {
            let rest = text.utf8.dropFirst(scheme.utf8.count)
            guard let first = rest.first, text.utf8.count <= 2048 else { return false }
            return first != UInt8(ascii: "/") && rest.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        }
        return false
    }
}
