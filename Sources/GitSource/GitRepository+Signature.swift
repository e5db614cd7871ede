extension GitRepository {
    /// Checks that a commit is signed as the location requires.
    func verify(_ commit: Commit, by deadline: Deadline) async throws(GitSourceError) -> Signature? {
        guard let requirement = location.verify else { return nil }
        let activity = "verify the signature of \(commit.id) by \(RedactedText(commit.author.name))"
        guard commit.isSigned else {
            throw GitSourceError(.signatureInvalid, "cannot \(activity): the commit is not signed")
        }
        var command = command(["verify-commit", "--raw", commit.id.hex], activity)
        switch requirement {
        case .ssh(let allowedSignersFile):
            command.configuration = [
                "gpg.ssh.allowedSignersFile": allowedSignersFile, "gpg.ssh.program": "ssh-keygen",
                "gpg.minTrustLevel": "fully",
            ]
        case .openPGP(let home):
            command.configuration = ["gpg.program": "gpg", "gpg.openpgp.program": "gpg"]
            command.environment = ["GNUPGHOME": home]
        }
        let output = try await runner.output(of: command, in: environment, by: deadline)
        let report = SignatureReport(output.complaint)
        guard output.isSuccess, let signature = report.signature(for: requirement) else {
            throw GitSourceError(
                .signatureInvalid,
                "cannot \(activity): \(report.reason); sign it with a trusted key, or add its key to those trusted"
            )
        }
        return signature
    }
}
