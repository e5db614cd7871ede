/// The names that an authority may certify, as the extension of its certificate lists them (RFC 5280, 4.2.1.10).
struct X509NameConstraints {
    /// The kinds of names by their tags.
    private enum Kind: UInt8 {
        case email = 0x81
        case domain = 0x82
        case uri = 0x86
        case address = 0x87
    }

    private var permitted: [Kind: [ArraySlice<UInt8>]] = [:]
    private var excluded: [Kind: [ArraySlice<UInt8>]] = [:]
    /// Whether it lists names of a kind that is not compared here.
    private(set) var hasOthers = false

    /// Reads the extension; nil when it is none.
    init?(_ extension: X509Extension) {
        guard let lists = try? DERReader.one(`extension`.content).children() else { return nil }
        for list in lists {
            guard let subtrees = try? list.children() else { return nil }
            for subtree in subtrees {
                guard let base = try? subtree.children().first else { return nil }
                guard let kind = Kind(rawValue: base.tag) else {
                    hasOthers = true
                    continue
                }
                if list.tag == 0xA0 {
                    permitted[kind, default: []].append(base.content)
                } else {
                    excluded[kind, default: []].append(base.content)
                }
            }
        }
    }

    /// Whether the authority may certify all names of a certificate.
    func allow(_ certificate: X509Certificate) -> Bool {
        guard let known = certificate.value(of: X509Extension.alternativeNames) else { return true }
        guard let names = try? DERReader.one(known.content).children() else { return false }
        return names.allSatisfy { name in
            guard let kind = Kind(rawValue: name.tag) else { return true }
            guard isReadable(name.content, kind) else { return false }
            if (excluded[kind] ?? []).contains(where: { matches(name.content, $0, kind) }) { return false }
            guard let wanted = permitted[kind] else { return true }
            return wanted.contains { matches(name.content, $0, kind) }
        }
    }

    private func isReadable(_ name: ArraySlice<UInt8>, _ kind: Kind) -> Bool {
        switch kind {
        case .email: X509NameConstraints.mailbox(name) != nil
        case .domain: X509NameConstraints.labels(name) != nil
        // Where nothing is said of hosts, a URI may be without one.
        case .uri: (permitted[kind] == nil && excluded[kind] == nil) || X509NameConstraints.host(name) != nil
        case .address: name.count == 4 || name.count == 16
        }
    }

    private func matches(_ name: ArraySlice<UInt8>, _ constraint: ArraySlice<UInt8>, _ kind: Kind) -> Bool {
        switch kind {
        case .email:
            guard let mailbox = X509NameConstraints.mailbox(name) else { return false }
            guard let wanted = X509NameConstraints.mailbox(constraint) else {
                return X509NameConstraints.isDomain(mailbox.domain, within: constraint)
            }
            return mailbox.local == wanted.local
                && X509NameConstraints.lowercased(mailbox.domain) == X509NameConstraints.lowercased(wanted.domain)
        case .domain: return X509NameConstraints.isDomain(name, within: constraint)
        case .uri:
            guard let host = X509NameConstraints.host(name) else { return false }
            return X509NameConstraints.isDomain(host, within: constraint)
        case .address:
            // The address and its mask, one behind the other.
            guard constraint.count == name.count * 2 else { return false }
            let mask = constraint.suffix(name.count)
            return zip(zip(name, constraint), mask).allSatisfy { $0.0 & $1 == $0.1 & $1 }
        }
    }

    private static func mailbox(
        _ name: ArraySlice<UInt8>
    ) -> (local: ArraySlice<UInt8>, domain: ArraySlice<UInt8>)? {
        guard let at = name.lastIndex(of: UInt8(ascii: "@")), at > name.startIndex else { return nil }
        let domain = name[(at + 1)...]
        return labels(domain)?.isEmpty ?? true ? nil : (name[..<at], domain)
    }

    /// The host of a URI that names one, not its address.
    private static func host(_ name: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let url = try? GoURL(RegoString(utf8: name)), url.host.utf8.first != UInt8(ascii: "[") else { return nil }
        let host = url.hostname
        return host.isEmpty || IPAddress(host.string) != nil ? nil : host.utf8[...]
    }

    /// The labels of a domain, the last first; nil where one is empty.
    private static func labels(_ domain: ArraySlice<UInt8>) -> [[UInt8]]? {
        if domain.isEmpty { return [] }
        let parts = lowercased(domain).split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let isPlain = parts.allSatisfy { part in !part.isEmpty && part.allSatisfy { (33...126).contains($0) } }
        return isPlain ? parts.reversed().map(Array.init) : nil
    }

    private static func lowercased(_ text: ArraySlice<UInt8>) -> [UInt8] {
        text.map { (65...90).contains($0) ? $0 + 32 : $0 }
    }

    /// Whether a domain is one or stands below it; behind a dot only what stands below counts.
    private static func isDomain(_ domain: ArraySlice<UInt8>, within constraint: ArraySlice<UInt8>) -> Bool {
        if constraint.isEmpty { return true }
        let isBelow = constraint.first == UInt8(ascii: ".")
        guard let have = labels(domain), let want = labels(isBelow ? constraint.dropFirst() : constraint) else {
            return false
        }
        return have.count >= want.count + (isBelow ? 1 : 0) && have.starts(with: want)
    }
}
