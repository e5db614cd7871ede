import BigInt

/// Certificates and requests as OPA shows them: as Go marshals its `x509` structures.
enum X509Value {
    static func bytes(_ bytes: some Sequence<UInt8>) -> RegoValue {
        .string(RegoString(utf8: Base64.encode(Array(bytes))))
    }

    static func numbers(_ numbers: [Int]) -> RegoValue { .array(RegoArray(numbers.map { RegoValue($0) })) }

    private static func orNull(_ array: RegoArray) -> RegoValue { array.isEmpty ? .null : .array(array) }

    static func certificate(_ certificate: X509Certificate) throws(BuiltinError) -> RegoValue {
        var made = try key(certificate.keyInfo)
        let algorithm = try certificate.signatureAlgorithm.children().first?.identifier ?? []
        made.merge([
            ("Raw", bytes(certificate.encoded)), ("RawTBSCertificate", bytes(certificate.signed)),
            ("RawSubjectPublicKeyInfo", bytes(certificate.keyInfo.encoded)),
            ("RawSubject", bytes(certificate.subject.encoded)), ("RawIssuer", bytes(certificate.issuer.encoded)),
            ("Signature", bytes(certificate.signature)),
            (
                "SignatureAlgorithm",
                RegoValue(X509Names.signatureAlgorithm(algorithm, certificate.signatureAlgorithm))
            ),
            ("Version", RegoValue(certificate.version)),
            ("SerialNumber", .number(RegoNumber(certificate.serialNumber))),
            ("Issuer", try name(certificate.issuer)), ("Subject", try name(certificate.subject)),
            ("NotBefore", .string(GoLayout.rfc3339Nano.format(certificate.notBefore))),
            ("NotAfter", .string(GoLayout.rfc3339Nano.format(certificate.notAfter))),
            ("Extensions", extensions(certificate.extensions)),
        ])
        made.merge(absent.map { ($0, .null) })
        made.merge(unset.map { ($0, false) })
        made.merge(try usages(certificate))
        made.merge(try alternativeNames(certificate.value(of: X509Extension.alternativeNames)))
        made.merge(try authorities(certificate))
        return .object(made)
    }

    private static let absent = [
        "ExtraExtensions", "UnhandledCriticalExtensions", "PermittedDNSDomains", "ExcludedDNSDomains",
        "PermittedIPRanges", "ExcludedIPRanges", "PermittedEmailAddresses", "ExcludedEmailAddresses",
        "PermittedURIDomains", "ExcludedURIDomains", "PolicyMappings",
    ]

    private static let unset = [
        "PermittedDNSDomainsCritical", "InhibitAnyPolicyZero", "InhibitPolicyMappingZero", "RequireExplicitPolicyZero",
    ]

    static func request(_ encoded: [UInt8]) throws(BuiltinError) -> RegoValue {
        let structure = BuiltinError("asn1: structure error: malformed certificate request")
        do throws(BuiltinError) {
            let outer = try DERReader.one(encoded[...])
            let parts = try outer.children()
            guard parts.count == 3 else { throw structure }
            let fields = try parts[0].children()
            guard fields.count >= 3 else { throw structure }
            var made = try key(fields[2])
            let algorithm = try parts[1].children().first?.identifier ?? []
            var requested: [X509Extension] = []
            for attribute in fields.count > 3 ? try fields[3].children() : [] {
                let pair = try attribute.children()
                guard pair.count == 2, pair[0].identifier == [1, 2, 840, 113549, 1, 9, 14] else { continue }
                for list in try pair[1].children() {
                    for element in try list.children() { requested.append(try X509Extension(element)) }
                }
            }
            made.merge([
                ("Raw", bytes(outer.encoded)), ("RawTBSCertificateRequest", bytes(parts[0].encoded)),
                ("RawSubjectPublicKeyInfo", bytes(fields[2].encoded)), ("RawSubject", bytes(fields[1].encoded)),
                ("Version", .number(RegoNumber(fields[0].integer))), ("Signature", bytes(parts[2].bits)),
                ("SignatureAlgorithm", RegoValue(X509Names.signatureAlgorithm(algorithm, parts[1]))),
                ("Subject", try name(fields[1])), ("Attributes", .array([])), ("ExtraExtensions", .null),
                ("Extensions", extensions(requested)),
            ])
            let names = requested.first { $0.identifier == X509Extension.alternativeNames }
            made.merge(try alternativeNames(names).filter { $0.0 != "URIStrings" })
            return .object(made)
        } catch {
            throw structure
        }
    }

    /// A name in Go's members, with all its attributes in order.
    private static func name(_ element: DERElement) throws(BuiltinError) -> RegoValue {
        var lists: [String: RegoArray] = [:]
        var made = RegoObject()
        made.merge([("CommonName", ""), ("SerialNumber", ""), ("ExtraNames", .null)])
        var names = RegoArray()
        for set in try element.children() {
            for attribute in try set.children() {
                let pair = try attribute.children()
                guard pair.count == 2 else { throw DERReader.malformed }
                let identifier = pair[0].identifier
                let text = RegoValue(pair[1].text)
                names.append(["Type": numbers(identifier), "Value": text])
                guard identifier.count == 4, identifier.starts(with: [2, 5, 4]) else { continue }
                if identifier[3] == 3 { made.insert("CommonName", text) }
                if identifier[3] == 5 { made.insert("SerialNumber", text) }
                if let member = X509Names.listMembers[identifier[3]] { lists[member, default: []].append(text) }
            }
        }
        for member in X509Names.listMembers.values { made.insert(RegoValue(member), orNull(lists[member] ?? [])) }
        made.insert("Names", orNull(names))
        return .object(made)
    }

    private static func extensions(_ extensions: [X509Extension]) -> RegoValue {
        orNull(
            RegoArray(
                extensions.map {
                    ["Id": numbers($0.identifier), "Critical": .bool($0.isCritical), "Value": bytes($0.content)]
                }))
    }

    /// The members that show a public key.
    private static func key(_ info: DERElement) throws(BuiltinError) -> RegoObject {
        let parts = try info.children()
        guard parts.count == 2, let identifier = try parts[0].children().first?.identifier else {
            throw DERReader.malformed
        }
        var shown = RegoValue.null
        let bits = parts[1].bits
        switch X509Names.keyAlgorithm(identifier) {
        case 1:
            let numbers = try DERReader.one(bits).children()
            guard numbers.count == 2 else { throw DERReader.malformed }
            shown = [
                "N": .number(RegoNumber(numbers[0].integer)), "E": .number(RegoNumber(numbers[1].integer)),
            ]
        case 3:
            let half = (bits.count - 1) / 2
            shown = [
                "Curve": [:],
                "X": .number(RegoNumber(BigInt(BigUInt(bytes: bits.dropFirst().prefix(half))))),
                "Y": .number(RegoNumber(BigInt(BigUInt(bytes: bits.dropFirst(1 + half))))),
            ]
        case 4: shown = X509Value.bytes(bits)
        default: break
        }
        var made = RegoObject()
        made.insert("PublicKey", shown)
        made.insert("PublicKeyAlgorithm", RegoValue(X509Names.keyAlgorithm(identifier)))
        return made
    }

    private static func usages(
        _ certificate: X509Certificate
    ) throws(BuiltinError) -> [(RegoValue, RegoValue)] {
        var usage = 0
        if let known = certificate.value(of: X509Extension.keyUsage) {
            for (index, byte) in try DERReader.one(known.content).bits.enumerated() where index < 2 {
                for bit in 0..<8 where byte & (0x80 >> UInt8(bit)) != 0 { usage |= 1 << (index * 8 + bit) }
            }
        }
        var extended = RegoArray()
        var unknown = RegoArray()
        if let known = certificate.value(of: X509Extension.extendedKeyUsage) {
            for element in try DERReader.one(known.content).children() {
                if let number = X509Names.extendedUsages[element.identifier] {
                    extended.append(RegoValue(number))
                } else {
                    unknown.append(numbers(element.identifier))
                }
            }
        }
        var isAuthority = false
        var pathLength = -1
        let basic = certificate.value(of: X509Extension.basicConstraints)
        if let basic {
            for element in try DERReader.one(basic.content).children() {
                if element.tag == 1 { isAuthority = element.content.first == 0xFF }
                if element.tag == 2 { pathLength = Int(clamping: element.integer) }
            }
        } else {
            pathLength = 0
        }
        return [
            ("KeyUsage", RegoValue(usage)), ("ExtKeyUsage", orNull(extended)), ("UnknownExtKeyUsage", orNull(unknown)),
            ("BasicConstraintsValid", .bool(basic != nil)), ("IsCA", .bool(isAuthority)),
            ("MaxPathLen", RegoValue(pathLength)), ("MaxPathLenZero", .bool(basic != nil && pathLength == 0)),
        ]
    }

    private static func alternativeNames(
        _ known: X509Extension?
    ) throws(BuiltinError) -> [(RegoValue, RegoValue)] {
        var lists: [UInt8: RegoArray] = [:]
        var uris = RegoArray()
        if let known {
            for element in try DERReader.one(known.content).children() {
                switch element.tag {
                case 0x81, 0x82: lists[element.tag, default: []].append(RegoValue(element.text))
                case 0x86:
                    lists[0x86, default: []].append(RegoValue(element.text))
                    uris.append(try uri(element.text))
                case 0x87: lists[0x87, default: []].append(RegoValue(address(element.content)))
                default: break
                }
            }
        }
        return [
            ("EmailAddresses", orNull(lists[0x81] ?? [])), ("DNSNames", orNull(lists[0x82] ?? [])),
            ("URIs", orNull(uris)), ("URIStrings", orNull(lists[0x86] ?? [])),
            ("IPAddresses", orNull(lists[0x87] ?? [])),
        ]
    }

    /// A URL as Go marshals it.
    private static func uri(_ text: String) throws(BuiltinError) -> RegoValue {
        let url: GoURL
        do throws(BuiltinError) { url = try GoURL(RegoString(text)) } catch {
            throw BuiltinError("x509: cannot parse URI \(GoQuote.quote(RegoString(text))): \(error.message)")
        }
        return [
            "Scheme": .string(url.scheme), "Opaque": .string(url.opaque), "User": url.hasUser ? [:] : .null,
            "Host": .string(url.host), "Path": .string(url.path), "RawPath": .string(url.rawPath),
            "OmitHost": .bool(url.omitsHost), "ForceQuery": .bool(url.endsWithQuery),
            "RawQuery": .string(url.rawQuery), "Fragment": .string(url.fragment),
            "RawFragment": .string(url.rawFragment),
        ]
    }

    private static func address(_ bytes: ArraySlice<UInt8>) -> String {
        let value = bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
        return bytes.count == 4
            ? IPAddress(value: IPAddress.mapped | value, isFour: true).text
            : IPAddress(value: value, isFour: value >> 32 == 0xFFFF).text
    }

    private static func authorities(
        _ certificate: X509Certificate
    ) throws(BuiltinError) -> [(RegoValue, RegoValue)] {
        var subjectKey = RegoValue.null
        if let known = certificate.value(of: X509Extension.subjectKey) {
            subjectKey = bytes(try DERReader.one(known.content).content)
        }
        var authorityKey = RegoValue.null
        if let known = certificate.value(of: X509Extension.authorityKey) {
            for element in try DERReader.one(known.content).children() where element.tag == 0x80 {
                authorityKey = bytes(element.content)
            }
        }
        var servers = RegoArray()
        var issuers = RegoArray()
        if let known = certificate.value(of: X509Extension.authorityAccess) {
            for element in try DERReader.one(known.content).children() {
                let pair = try element.children()
                guard pair.count == 2, pair[1].tag == 0x86, let kind = pair[0].identifier.last else { continue }
                if kind == 1 { servers.append(RegoValue(pair[1].text)) }
                if kind == 2 { issuers.append(RegoValue(pair[1].text)) }
            }
        }
        var policies = RegoArray()
        if let known = certificate.value(of: X509Extension.policies) {
            for element in try DERReader.one(known.content).children() {
                if let first = try element.children().first { policies.append(numbers(first.identifier)) }
            }
        }
        return [
            ("SubjectKeyId", subjectKey), ("AuthorityKeyId", authorityKey), ("OCSPServer", orNull(servers)),
            ("IssuingCertificateURL", orNull(issuers)), ("PolicyIdentifiers", orNull(policies)),
            (
                "Policies",
                orNull(
                    RegoArray(
                        policies.map { policy in
                            guard case .array(let numbers) = policy else { return policy }
                            return RegoValue(numbers.map { $0.description }.joined(separator: "."))
                        }))
            ),
            ("CRLDistributionPoints", orNull(try distributionPoints(certificate))),
            ("InhibitAnyPolicy", 0), ("InhibitPolicyMapping", 0), ("RequireExplicitPolicy", 0),
        ]
    }

    private static func distributionPoints(_ certificate: X509Certificate) throws(BuiltinError) -> RegoArray {
        var made = RegoArray()
        guard let known = certificate.value(of: X509Extension.distributionPoints) else { return made }
        for point in try DERReader.one(known.content).children() {
            for name in try point.children() where name.tag == 0xA0 {
                for full in try name.children() where full.tag == 0xA0 {
                    for uri in try full.children() where uri.tag == 0x86 { made.append(RegoValue(uri.text)) }
                }
            }
        }
        return made
    }
}

extension RegoObject {
    /// Puts entries in.
    mutating func merge(_ entries: [(RegoValue, RegoValue)]) { for (key, value) in entries { insert(key, value) } }

    /// Puts entries in under texts.
    mutating func merge(_ entries: [(String, RegoValue)]) {
        for (key, value) in entries { insert(RegoValue(key), value) }
    }

    /// Puts the entries of another object in.
    mutating func merge(_ other: RegoObject) { for (key, value) in other { insert(key, value) } }
}
