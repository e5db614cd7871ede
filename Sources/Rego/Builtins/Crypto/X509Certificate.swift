import BigInt
import Crypto

/// A certificate, read from DER.
struct X509Certificate {
    let encoded: ArraySlice<UInt8>
    let signed: ArraySlice<UInt8>
    let version: Int
    let serialNumber: BigInt
    let issuer: DERElement
    let subject: DERElement
    let notBefore: GoTime
    let notAfter: GoTime
    let keyInfo: DERElement
    let signatureAlgorithm: DERElement
    let signature: [UInt8]
    let extensions: [X509Extension]

    /// Reads one certificate that takes all bytes.
    init(_ bytes: ArraySlice<UInt8>) throws(BuiltinError) {
        let outer = try DERReader.one(bytes)
        let parts = try outer.children()
        guard parts.count == 3 else { throw DERReader.malformed }
        encoded = outer.encoded
        signed = parts[0].encoded
        var fields = try parts[0].children()[...]
        if fields.first?.tag == 0xA0, let first = fields.popFirst() {
            version = Int(clamping: (try first.children().first?.integer ?? 0) + 1)
        } else {
            version = 1
        }
        guard fields.count >= 6 else { throw DERReader.malformed }
        let start = fields.startIndex
        serialNumber = fields[start].integer
        issuer = fields[start + 2]
        let validity = try fields[start + 3].children()
        guard validity.count == 2 else { throw DERReader.malformed }
        notBefore = try X509Time.read(validity[0])
        notAfter = try X509Time.read(validity[1])
        subject = fields[start + 4]
        keyInfo = fields[start + 5]
        signatureAlgorithm = parts[1]
        signature = Array(parts[2].bits)
        var extensions: [X509Extension] = []
        for field in fields.dropFirst(6) where field.tag == 0xA3 {
            for list in try field.children() {
                for element in try list.children() { extensions.append(try X509Extension(element)) }
            }
        }
        self.extensions = extensions
    }

    /// All certificates that stand one behind the other.
    static func all(_ bytes: ArraySlice<UInt8>) throws(BuiltinError) -> [X509Certificate] {
        var rest = bytes
        var made: [X509Certificate] = []
        while !rest.isEmpty { made.append(try X509Certificate(try DERReader.next(&rest).encoded)) }
        return made
    }

    /// The certificates of PEM, of base64 of PEM, or of base64 of DER.
    static func all(text: RegoString) throws(BuiltinError) -> [X509Certificate] {
        var bytes = text.utf8
        if !bytes.starts(with: "-----BEGIN".utf8) {
            bytes = try Base64.decode(bytes)
            if !bytes.starts(with: "-----BEGIN".utf8) { return try all(bytes[...]) }
        }
        var made: [X509Certificate] = []
        for block in PEMBlock.all(in: bytes) {
            guard block.type == "CERTIFICATE" else {
                throw BuiltinError("PEM block type is '\(block.type)', expected CERTIFICATE")
            }
            made += try all(block.bytes[...])
        }
        return made
    }

    var key: VerificationKey? { VerificationKey(info: keyInfo.encoded) }

    func value(of identifier: [Int]) -> X509Extension? { extensions.first { $0.identifier == identifier } }

    /// True when another certificate's key signed this one.
    func isSigned(by issuer: X509Certificate) -> Bool {
        guard let key = issuer.key, let algorithm = try? signatureAlgorithm.children().first?.identifier else {
            return false
        }
        let message = Array(signed)
        switch X509Names.signatureAlgorithm(algorithm, signatureAlgorithm) {
        case 4, 10: return key.isValidDER(signature, of: message, SHA256.self)
        case 5, 11: return key.isValidDER(signature, of: message, SHA384.self)
        case 6, 12: return key.isValidDER(signature, of: message, SHA512.self)
        case 13: return key.isValid(signature, of: message, algorithm: "PS256")
        case 14: return key.isValid(signature, of: message, algorithm: "PS384")
        case 15: return key.isValid(signature, of: message, algorithm: "PS512")
        case 16: return key.isValid(signature, of: message, algorithm: "EdDSA")
        default: return false
        }
    }
}

/// An extension of a certificate.
struct X509Extension {
    let identifier: [Int]
    let isCritical: Bool
    let content: ArraySlice<UInt8>

    init(_ element: DERElement) throws(BuiltinError) {
        let parts = try element.children()
        guard let first = parts.first, let last = parts.last, parts.count >= 2 else { throw DERReader.malformed }
        identifier = first.identifier
        isCritical = parts.count > 2 && parts[1].content.first == 0xFF
        content = last.content
    }

    static let subjectKey = [2, 5, 29, 14]
    static let keyUsage = [2, 5, 29, 15]
    static let alternativeNames = [2, 5, 29, 17]
    static let basicConstraints = [2, 5, 29, 19]
    static let nameConstraints = [2, 5, 29, 30]
    static let distributionPoints = [2, 5, 29, 31]
    static let policies = [2, 5, 29, 32]
    static let authorityKey = [2, 5, 29, 35]
    static let extendedKeyUsage = [2, 5, 29, 37]
    static let authorityAccess = [1, 3, 6, 1, 5, 5, 7, 1, 1]

    /// The extensions that may be critical: what they say is read.
    static let understood: Set<[Int]> = [
        subjectKey, keyUsage, alternativeNames, basicConstraints, nameConstraints, distributionPoints, policies,
        authorityKey, extendedKeyUsage, authorityAccess, [2, 5, 29, 33], [2, 5, 29, 36], [2, 5, 29, 54],
    ]
}

/// Times of certificates.
enum X509Time {
    static func read(_ element: DERElement) throws(BuiltinError) -> GoTime {
        let text = element.content
        let digits = text.prefix { $0 &- 48 <= 9 }.map { Int64($0 - 48) }
        let isShort = element.tag == 0x17
        guard digits.count >= (isShort ? 10 : 12) else { throw DERReader.malformed }
        func number(_ index: Int) -> Int64 {
            index + 1 < digits.count ? digits[index] * 10 + digits[index + 1] : 0
        }
        let start = isShort ? 2 : 4
        let short = number(0)
        let year = isShort ? (short >= 50 ? 1900 + short : 2000 + short) : short * 100 + number(2)
        return GoTime(
            year: year, month: number(start), day: number(start + 2), hour: number(start + 4),
            minute: number(start + 6), second: number(start + 8), zone: .utc)
    }
}
