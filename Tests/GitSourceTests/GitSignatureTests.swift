import FoundationEssentials
import Glibc
import Testing

@testable import GitSource

extension WithGit {
    @Suite(.timeLimit(.minutes(10))) struct GitSignatureTests {
        /// Makes an SSH key and gives its path.
        private func makeKey(_ name: String, in site: Site) throws -> String {
            let path = site.scratch + "/" + name
            try GitProgram.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path])
            return path
        }

        private func commitSigned(by key: String, in site: Site, _ content: String) throws -> CommitID {
            try site.write("a", content)
            try site.git("add", "--all")
            try site.git(
                "-c", "gpg.format=ssh", "-c", "user.signingKey=\(key)", "commit", "--quiet", "--gpg-sign", "--message",
                "signed")
            return try site.head()
        }

        @Test func `only a commit signed by an allowed SSH key is accepted`() async throws {
            try await Site.with { site in
                let key = try makeKey("good", in: site)
                let other = try makeKey("other", in: site)
                let allowed = site.scratch + "/allowed_signers"
                let line =
                    "ada@example.org namespaces=\"git\" " + (try String(contentsOfFile: key + ".pub", encoding: .utf8))
                try Data(line.utf8).write(to: URL(filePath: allowed))
                let repository = try site.repository(verify: .ssh(allowedSignersFile: allowed))

                let unsigned = try site.commit(["a": "0"])
                let refused = try await failure { _ = try await repository.fetch(timeout: .seconds(30)) }
                #expect(refused?.code == .signatureInvalid)
                #expect(refused?.message.contains("not signed") == true)

                let signed = try commitSigned(by: key, in: site, "1")
                let fetched = try await repository.fetch(timeout: .seconds(30))
                #expect(fetched.id == signed)
                #expect(fetched.signature?.signer == "ada@example.org")
                #expect(fetched.signature?.key.hasPrefix("SHA256:") == true)
                // What was refused was never accepted, so nothing came before.
                #expect(fetched.movement == .first)
                #expect(unsigned != signed)

                _ = try commitSigned(by: other, in: site, "2")
                let stranger = try await failure { _ = try await repository.fetch(timeout: .seconds(30)) }
                #expect(stranger?.code == .signatureInvalid)
                let again = try await failure { _ = try await repository.fetch(timeout: .seconds(30)) }
                #expect(again?.code == .signatureInvalid)
            }
        }

        @Test func `a signature that was moved to another commit is refused`() async throws {
            try await Site.with { site in
                let key = try makeKey("good", in: site)
                let allowed = site.scratch + "/allowed_signers"
                let line = "ada@example.org " + (try String(contentsOfFile: key + ".pub", encoding: .utf8))
                try Data(line.utf8).write(to: URL(filePath: allowed))
                _ = try commitSigned(by: key, in: site, "1")
                let object = site.scratch + "/object"
                try Data(try site.git("cat-file", "commit", "HEAD").replacing("\n\nsigned", with: "\n\nforged").utf8)
                    .write(to: URL(filePath: object))
                let forged = try site.git("hash-object", "-t", "commit", "-w", object)
                try site.git("reset", "--quiet", "--hard", String(forged.dropLast()))
                let repository = try site.repository(verify: .ssh(allowedSignersFile: allowed))
                let error = try await failure { _ = try await repository.fetch(timeout: .seconds(30)) }
                #expect(error?.code == .signatureInvalid)
            }
        }

        @Test func `only a commit signed by an OpenPGP key of the keyring is accepted`() async throws {
            try await Site.with { site in
                let home = site.scratch + "/gnupg"
                let stranger = site.scratch + "/stranger"
                for (directory, user) in [(home, "Ada <ada@example.org>"), (stranger, "Eve <eve@example.org>")] {
                    mkdir(directory, 0o700)
                    try GitProgram.run(
                        [
                            "gpg", "--batch", "--quiet", "--passphrase", "", "--quick-gen-key", user, "ed25519", "sign",
                            "never",
                        ],
                        environment: ["GNUPGHOME": directory])
                }
                defer {
                    for directory in [home, stranger] {
                        _ = try? GitProgram.run(["gpgconf", "--kill", "all"], environment: ["GNUPGHOME": directory])
                    }
                }
                let repository = try site.repository(verify: .openPGP(home: home))
                try site.commit(["a": "1"])
                try site.git(
                    "commit", "--quiet", "--amend", "--gpg-sign=ada@example.org", "--message", "signed",
                    environment: ["GNUPGHOME": home])
                let fetched = try await repository.fetch(timeout: .seconds(60))
                #expect(fetched.signature?.signer == "Ada <ada@example.org>")
                #expect(fetched.signature?.key.count == 40)
                try site.git(
                    "commit", "--quiet", "--amend", "--gpg-sign=eve@example.org", "--message", "by Eve",
                    environment: ["GNUPGHOME": stranger])
                let error = try await failure { _ = try await repository.fetch(timeout: .seconds(60)) }
                #expect(error?.code == .signatureInvalid)
                #expect(error?.message.contains("not in the keyring") == true)
            }
        }
    }
}
