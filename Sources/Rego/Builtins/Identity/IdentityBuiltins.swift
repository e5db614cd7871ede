/// `purl.*`, `semver.*` and `uuid.*`.
enum IdentityBuiltins {
    static let declarations: [BuiltinDeclaration] = [
        BuiltinDeclaration("purl.is_valid", [.string], .boolean, evaluate: isPackageURL),
        BuiltinDeclaration("purl.parse", [.string], .object(.string, .any), evaluate: parsePackageURL),
        BuiltinDeclaration("semver.is_valid", [.any], .boolean, evaluate: isVersion),
        BuiltinDeclaration("semver.compare", [.string, .string], .number, evaluate: compareVersions),
        BuiltinDeclaration("uuid.rfc4122", [.string], .string, isNondeterministic: true, evaluate: makeUUID),
        BuiltinDeclaration("uuid.parse", [.string], .object(.string, .any), evaluate: parseUUID),
    ]

    static func isPackageURL(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        guard case .string(let text) = arguments[0] else { return false }
        return .bool((try? PackageURL(text.string)) != nil)
    }

    static func parsePackageURL(
        _ context: BuiltinContext, _ arguments: [RegoValue]
    ) throws(BuiltinError) -> RegoValue? {
        let text = try arguments.string(0)
        let parsed: PackageURL
        do throws(BuiltinError) { parsed = try PackageURL(text.string) } catch {
            throw BuiltinError("invalid PURL \(GoQuote.quote(text)): \(error.message)")
        }
        var made = RegoObject()
        made.insert("type", RegoValue(parsed.type))
        made.insert("name", RegoValue(parsed.name))
        for (key, value) in [
            ("namespace", parsed.namespace), ("version", parsed.version), ("subpath", parsed.subpath),
        ] where !value.isEmpty {
            made.insert(RegoValue(key), RegoValue(value))
        }
        if !parsed.qualifiers.isEmpty {
            var qualifiers = RegoObject()
            for (key, value) in parsed.qualifiers { qualifiers.insert(RegoValue(key), RegoValue(value)) }
            made.insert("qualifiers", .object(qualifiers))
        }
        return .object(made)
    }

    static func isVersion(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        guard case .string(let text) = arguments[0] else { return false }
        return .bool(SemanticVersion(text.string) != nil)
    }

    static func compareVersions(
        _ context: BuiltinContext, _ arguments: [RegoValue]
    ) throws(BuiltinError) -> RegoValue? {
        let first = try arguments.string(0)
        let second = try arguments.string(1)
        guard let left = SemanticVersion(first.string) else {
            throw BuiltinError("operand 1: string \(GoQuote.quote(first)) is not a valid SemVer")
        }
        guard let right = SemanticVersion(second.string) else {
            throw BuiltinError("operand 2: string \(GoQuote.quote(second)) is not a valid SemVer")
        }
        return RegoValue(left.order(right))
    }

    static func makeUUID(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let key = RegoValue.array(["uuid.rfc4122", arguments[0]])
        if let known = context.kept[key] { return known }
        var bytes: [UInt8] = []
        for _ in 0..<2 {
            let word = context.random.next()
            for shift in stride(from: UInt64(56), through: 0, by: -8) { bytes.append(UInt8(word >> shift & 255)) }
        }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = Hexadecimal.encode(bytes)
        let groups = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
        let made = RegoValue(
            groups.map { String(decoding: digits[$0], as: UTF8.self) }.joined(separator: "-"))
        context.kept[key] = made
        return made
    }

    static func parseUUID(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        guard let bytes = uuidBytes(try arguments.string(0).utf8) else { return nil }
        let version = Int(bytes[6] >> 4)
        var made: RegoObject = RegoObject()
        made.insert("version", RegoValue(version))
        made.insert("variant", RegoValue(variant(bytes[8])))
        if version == 1 || version == 2 {
            made.insert("time", .number(RegoNumber(time(bytes))))
            let node = bytes[10...].map { Hexadecimal.text([$0]) }.joined(separator: "-")
            made.insert("nodeid", RegoValue(node))
            made.insert("macvariables", RegoValue(scope(bytes[10])))
            made.insert("clocksequence", RegoValue((Int(bytes[8]) << 8 | Int(bytes[9])) & 0x3FFF))
        }
        if version == 2 {
            made.insert("id", RegoValue(bytes[..<4].reduce(0) { $0 << 8 | Int($1) }))
            let domains = ["Person", "Group", "Org"]
            let domain = Int(bytes[9])
            made.insert("domain", RegoValue(domain < domains.count ? domains[domain] : "Domain\(domain)"))
        }
        return .object(made)
    }

    /// The forms that google/uuid reads: plain, in braces, as a URN, or without hyphens.
    private static func uuidBytes(_ text: [UInt8]) -> [UInt8]? {
        var text = text[...]
        switch text.count {
        case 45:
            guard String(decoding: text.prefix(9), as: UTF8.self).lowercased() == "urn:uuid:" else { return nil }
            text = text.dropFirst(9)
        case 38: text = text.dropFirst().dropLast()
        case 32: return try? Hexadecimal.decode(Array(text))
        case 36: break
        default: return nil
        }
        let plain = Array(text)
        let hyphens = [8, 13, 18, 23]
        guard hyphens.allSatisfy({ plain[$0] == UInt8(ascii: "-") }) else { return nil }
        return try? Hexadecimal.decode(plain.indices.filter { !hyphens.contains($0) }.map { plain[$0] })
    }

    private static func variant(_ byte: UInt8) -> String {
        if byte & 0xC0 == 0x80 { return "RFC4122" }
        if byte & 0xE0 == 0xC0 { return "Microsoft" }
        if byte & 0xE0 == 0xE0 { return "Future" }
        return "Reserved"
    }

    private static func scope(_ byte: UInt8) -> String {
        (byte & 2 != 0 ? "local" : "global") + ":" + (byte & 1 != 0 ? "multicast" : "unicast")
    }

    /// Nanoseconds since 1970 of a time in steps of 100 ns since the Gregorian calendar began.
    private static func time(_ bytes: [UInt8]) -> Int64 {
        let low = bytes[0..<4].reduce(Int64(0)) { $0 << 8 | Int64($1) }
        let middle = Int64(bytes[4]) << 8 | Int64(bytes[5])
        let high = (Int64(bytes[6]) << 8 | Int64(bytes[7])) & 0xFFF
        let steps = high << 48 | middle << 32 | low
        return (steps - 122_192_928_000_000_000) &* 100
    }
}
