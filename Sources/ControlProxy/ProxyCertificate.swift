internal import Crypto
internal import FoundationEssentials
public import LinuxIO
public import Model
internal import SwiftASN1
internal import X509

/// The certificate of a user's proxy, with its key: both commands that need it share one.
public struct ProxyCertificate: Sendable, Hashable {
    /// The certificate as PEM, for clients.
    public let certificate: String
    /// The key as PEM.
    let key: String

    private static let name = "proxy.pem"
    private static let lifetimeDays = 365.0
    /// A certificate that ends so soon is replaced.
    private static let renewalDays = 30.0
    private static let keyMark = "-----BEGIN PRIVATE KEY-----"

    /// Reads the certificate in a directory of the user, or makes one that holds for a year.
    public static func inDirectory(
        _ directory: borrowing DirectoryHandle, now: WallTime
    ) throws(ProxyError) -> ProxyCertificate {
        do {
            let fresh = try ProxyCertificate(now: now)
            let bytes = try SecretFile.readOrCreate(name, in: directory, limit: 64 << 10) { fresh.file }
            if let kept = ProxyCertificate(file: bytes), try kept.holds(at: now) { return kept }
            try SecretFile.replace(name, in: directory, fresh.file)
            return ProxyCertificate(file: fresh.file) ?? fresh
        } catch {
            throw ProxyError(
                .certificate, "cannot keep a certificate in '\(directory.path)': \(error)", cause: error)
        }
    }

    private var file: [UInt8] { Array((certificate + "\n" + key + "\n").utf8) }

    private init?(file: [UInt8]) {
        let parts = String(decoding: file, as: UTF8.self).split(separator: Self.keyMark, maxSplits: 1)
        guard parts.count == 2 else { return nil }
        certificate = String(parts[0])
        key = Self.keyMark + parts[1]
    }

    /// Makes a certificate for the names of the loopback address.
    ///
    /// It is an authority of its own, as some clients trust nothing else; its key signs nothing further.
    private init(now: WallTime) throws {
        let time = Date(timeIntervalSince1970: Double(now.nanoseconds) / 1e9)
        let day = 86_400.0
        let key = P256.Signing.PrivateKey()
        let signer = Certificate.PrivateKey(key)
        let name = try DistinguishedName { CommonName("aetherctl proxy") }
        let identifier = SubjectKeyIdentifier(hash: signer.publicKey)
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: signer.publicKey,
            notValidBefore: time.addingTimeInterval(-day),
            notValidAfter: time.addingTimeInterval(Self.lifetimeDays * day), issuer: name, subject: name,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(digitalSignature: true, keyCertSign: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames([
                    .dnsName("localhost"), .ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1])),
                ])
                identifier
                AuthorityKeyIdentifier(keyIdentifier: identifier.keyIdentifier)
            }, issuerPrivateKey: signer)
        self.certificate = try certificate.serializeAsPEM().pemString
        self.key = key.pemRepresentation
    }

    /// Whether the certificate can be read and holds for some time yet.
    private func holds(at now: WallTime) throws -> Bool {
        guard let certificate = try? Certificate(pemEncoded: certificate) else { return false }
        let time = Double(now.nanoseconds) / 1e9
        return certificate.notValidBefore.timeIntervalSince1970 <= time
            && certificate.notValidAfter.timeIntervalSince1970 > time + Self.renewalDays * 86_400
    }
}
