import ControlProxy
import Glibc
import LinuxIO
import Model
import TestSupport
import Testing

@Suite struct ProxyCertificateTests {
    private static let now = WallTime(nanoseconds: 1_790_000_000_000_000_000)
    private static let day: Int64 = 86_400_000_000_000

    private func certificate(_ directory: String, day: Int64 = 0) throws -> ProxyCertificate {
        try ProxyCertificate.inDirectory(
            try DirectoryHandle(trustedPath: directory),
            now: WallTime(nanoseconds: Self.now.nanoseconds + day * Self.day))
    }

    @Test func `a certificate is made once, and made anew before it ends`() throws {
        try withTemporaryDirectory("certificate") { directory in
            let first = try certificate(directory)
            #expect(try certificate(directory) == first)
            #expect(try certificate(directory, day: 300) == first)
            #expect(try certificate(directory, day: 340) != first)
        }
    }

    @Test func `a file that holds no certificate is replaced`() throws {
        try withTemporaryDirectory("certificate") { directory in
            let handle = try DirectoryHandle(trustedPath: directory)
            try SecretFile.replace("proxy.pem", in: handle, Array("nonsense".utf8))
            let made = try certificate(directory)
            #expect(made.certificate.hasPrefix("-----BEGIN CERTIFICATE-----"))
            #expect(try certificate(directory) == made)
        }
    }

    @Test func `a key that others can read is refused`() throws {
        try withTemporaryDirectory("certificate") { directory in
            _ = try certificate(directory)
            #expect(chmod(directory + "/proxy.pem", 0o644) == 0)
            let error = #expect(throws: ProxyError.self) { _ = try certificate(directory) }
            #expect(error?.message.contains("mode 0600") == true)
        }
    }
}
