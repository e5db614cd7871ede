/// Whether a chain of certificates leads from a leaf to a root.
struct X509Verifier {
    private var time: GoTime
    private var name: String?
    private var usages: Set<Int> = [1]

    init(now: Int64) { time = GoTime(nanoseconds: now, zone: .utc) }

    init(now: Int64, options: RegoObject) throws(BuiltinError) {
        self.init(now: now)
        for (key, value) in options {
            guard let option = key.string else { continue }
            switch option {
            case "DNSName":
                guard let text = value.string else { throw BuiltinError("'DNSName' should be a string") }
                name = text.isEmpty ? nil : text
            case "CurrentTime":
                guard case .number(let number) = value else {
                    throw BuiltinError("'CurrentTime' should be a number")
                }
                guard let exact = number.int else {
                    throw BuiltinError("'CurrentTime' should be a valid int64 number")
                }
                time = GoTime(nanoseconds: Int64(exact), zone: .utc)
            case "MaxConstraintComparisons":
                guard case .number(let number) = value else {
                    throw BuiltinError("'MaxConstraintComparisons' should be a number")
                }
                guard number.int != nil else {
                    throw BuiltinError("'MaxConstraintComparisons' should be a valid number")
                }
            case "KeyUsages": usages = try X509Verifier.usages(value)
            default: throw BuiltinError("invalid key option")
            }
        }
    }

    private static func usages(_ value: RegoValue) throws(BuiltinError) -> Set<Int> {
        let list: ContiguousArray<RegoValue>
        switch value {
        case .array(let array): list = array.elements
        case .set(let set): list = set.sorted
        default: throw BuiltinError("'KeyUsages' should be an Array or Set")
        }
        let names = list.compactMap(\.string)
        let unknown = names.filter { X509Names.usageNames[$0] == nil }
        if !unknown.isEmpty {
            throw BuiltinError("invalid entries for 'KeyUsages' found: [\(unknown.joined(separator: " "))]")
        }
        let known = Set(names.compactMap { X509Names.usageNames[$0] })
        return known.isEmpty ? [1] : known
    }

    /// The chain from the leaf, which stands last, to the root, which stands first; nil where there is none.
    func chain(of certificates: [X509Certificate]) -> [X509Certificate]? {
        guard certificates.count >= 2, let root = certificates.first, let leaf = certificates.last else { return nil }
        guard isCurrent(leaf), isUnderstood(leaf), hasName(leaf) else { return nil }
        return extend([leaf], root: root, intermediates: Array(certificates.dropFirst().dropLast()))
    }

    private func extend(
        _ chain: [X509Certificate], root: X509Certificate, intermediates: [X509Certificate]
    ) -> [X509Certificate]? {
        guard let last = chain.last, chain.count <= 10 else { return nil }
        if canIssue(root, last, below: chain.count - 1), allowsNames(root, of: chain) {
            let whole = chain + [root]
            return allowsUsage(whole) ? whole : nil
        }
        for candidate in intermediates where !chain.contains(where: { $0.encoded.elementsEqual(candidate.encoded) }) {
            guard canIssue(candidate, last, below: chain.count - 1), allowsNames(candidate, of: chain) else { continue }
            if let whole = extend(chain + [candidate], root: root, intermediates: intermediates) { return whole }
        }
        return nil
    }

    /// True when a certificate may have issued another and did.
    private func canIssue(_ issuer: X509Certificate, _ issued: X509Certificate, below depth: Int) -> Bool {
        guard issued.issuer.encoded.elementsEqual(issuer.subject.encoded), isCurrent(issuer), isUnderstood(issuer)
        else { return false }
        // A certificate that says what its key is for must say that it signs certificates.
        if let usage = issuer.value(of: X509Extension.keyUsage), let bits = try? DERReader.one(usage.content).bits,
            let first = bits.first, first & 0x04 == 0
        {
            return false
        }
        var isAuthority = issuer.version < 3
        if let basic = issuer.value(of: X509Extension.basicConstraints),
            let parts = try? DERReader.one(basic.content).children()
        {
            isAuthority = parts.contains { $0.tag == 1 && $0.content.first == 0xFF }
            if let length = parts.first(where: { $0.tag == 2 }), length.integer < depth { return false }
        }
        return isAuthority && issued.isSigned(by: issuer)
    }

    /// Whether all critical extensions are ones that are looked at.
    private func isUnderstood(_ certificate: X509Certificate) -> Bool {
        certificate.extensions.allSatisfy { !$0.isCritical || X509Extension.understood.contains($0.identifier) }
    }

    /// Whether an authority may certify the names of all certificates below it.
    private func allowsNames(_ issuer: X509Certificate, of chain: [X509Certificate]) -> Bool {
        guard let known = issuer.value(of: X509Extension.nameConstraints) else { return true }
        guard let constraints = X509NameConstraints(known) else { return false }
        return !(known.isCritical && constraints.hasOthers) && chain.allSatisfy(constraints.allow)
    }

    private func isCurrent(_ certificate: X509Certificate) -> Bool {
        certificate.notBefore.seconds <= time.seconds && time.seconds <= certificate.notAfter.seconds
    }

    /// Every certificate that lists usages lists one of those wanted.
    private func allowsUsage(_ chain: [X509Certificate]) -> Bool {
        if usages.contains(0) { return true }
        return chain.dropLast().allSatisfy { certificate in
            guard let known = certificate.value(of: X509Extension.extendedKeyUsage),
                let list = try? DERReader.one(known.content).children()
            else { return true }
            let listed = Set(list.compactMap { X509Names.extendedUsages[$0.identifier] })
            return listed.contains(0) || !listed.isDisjoint(with: usages)
        }
    }

    private func hasName(_ certificate: X509Certificate) -> Bool {
        guard let name else { return true }
        guard let known = certificate.value(of: X509Extension.alternativeNames),
            let names = try? DERReader.one(known.content).children()
        else { return false }
        if let address = IPAddress(name) {
            return names.contains { element in
                guard element.tag == 0x87 else { return false }
                let value = element.content.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
                return (element.content.count == 4 ? IPAddress.mapped | value : value) == address.value
            }
        }
        let wanted = name.lowercased().split(separator: ".", omittingEmptySubsequences: false)
        return names.contains { element in
            guard element.tag == 0x82 else { return false }
            let pattern = element.text.lowercased().split(separator: ".", omittingEmptySubsequences: false)
            guard pattern.count == wanted.count else { return false }
            return zip(pattern, wanted).enumerated().allSatisfy { index, pair in
                pair.0 == pair.1 || (index == 0 && pair.0 == "*" && pattern.count > 2)
            }
        }
    }
}
