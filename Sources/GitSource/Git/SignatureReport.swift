/// Reads what `git verify-commit --raw` says of a signature.
struct SignatureReport {
    private let lines: [Substring]

    init(_ text: String) {
        lines = text.split(separator: "\n")
    }

    /// The good signature, if it is one of the kind required.
    func signature(for requirement: SignatureRequirement) -> Signature? {
        switch requirement {
        case .ssh: sshSignature
        case .openPGP: openPGPSignature
        }
    }

    /// Why there is no good signature, in the words of the program that looked.
    var reason: String {
        let statuses: [(String, String)] = [
            ("ERRSIG", "the key is not in the keyring"), ("BADSIG", "the signature does not fit the commit"),
            ("EXPSIG", "the signature has expired"), ("EXPKEYSIG", "the key has expired"),
            ("REVKEYSIG", "the key was revoked"),
        ]
        for (status, reason) in statuses where lines.contains(where: { $0.hasPrefix("[GNUPG:] \(status) ") }) {
            return reason
        }
        if lines.contains(where: { $0.contains("No principal matched") }) {
            return "the key is not among the allowed signers"
        }
        let said = lines.last { !$0.hasPrefix("[GNUPG:]") && !$0.isEmpty }
        return said.map { RedactedText(String($0)).description } ?? "the signature is not of the kind required"
    }

    /// `Good "git" signature for PRINCIPAL with KIND key FINGERPRINT`.
    private var sshSignature: Signature? {
        let prefix = "Good \"git\" signature for "
        guard let line = lines.first(where: { $0.hasPrefix(prefix) }), let with = line.lastRange(of: " with ") else {
            return nil
        }
        guard let key = line[with.upperBound...].split(separator: " ").last else { return nil }
        let start = line.index(line.startIndex, offsetBy: prefix.count)
        return Signature(signer: RedactedText(String(line[start..<with.lowerBound])).description, key: String(key))
    }

    /// `[GNUPG:] GOODSIG KEYID NAME` and `[GNUPG:] VALIDSIG FINGERPRINT …`.
    private var openPGPSignature: Signature? {
        func fields(_ status: String) -> [Substring]? {
            lines.first { $0.hasPrefix("[GNUPG:] \(status) ") }?.split(separator: " ").dropFirst(2).map { $0 }
        }
        guard let good = fields("GOODSIG"), let valid = fields("VALIDSIG"), let key = valid.first else { return nil }
        let signer = good.dropFirst().joined(separator: " ")
        return Signature(signer: RedactedText(signer).description, key: String(key))
    }
}

extension Substring {
    /// The last place of a text in this one.
    fileprivate func lastRange(of text: String) -> Range<Index>? {
        var found: Range<Index>?
        var rest = self
        while let range = rest.firstRange(of: text) {
            found = range
            rest = rest[range.upperBound...]
        }
        return found
    }
}
