import ArgumentParser
import PolicyTool

/// What every command that reads bundles takes.
struct BundleOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Verify bundles with a secret, or with the public key in a file of PEM.",
            valueName: "key or file"),
        completion: .file())
    var verificationKey: String?

    @Option(
        name: .customLong("verification-key-id"),
        help: "The name of the key that bundles are verified with.")
    var verificationKeyID = "default"

    @Option(name: .long, help: "The scope that signatures of bundles must have.")
    var scope = ""

    @Option(
        name: .long,
        help: ArgumentHelp("Leave files of bundles that match unverified.", valueName: "pattern"))
    var excludeFilesVerify: [String] = []

    @Flag(name: .long, help: "Do not verify bundles.")
    var skipVerify = false

    @Option(name: .long, help: "The algorithm of signatures of bundles, as JWS names it.")
    var signingAlg = "RS256"

    /// With what bundles are verified; nil verifies none.
    var verification: BundleVerification? {
        guard !skipVerify, let verificationKey else { return nil }
        var verification = BundleVerification(key: verificationKey)
        verification.keyID = verificationKeyID
        verification.algorithm = signingAlg
        verification.scope = scope
        verification.excluded = excludeFilesVerify.flatMap { $0.split(separator: ",").map(String.init) }
        return verification
    }

    /// The bundles that are read.
    func reading(_ paths: [String]) -> BundleReading {
        var reading = BundleReading()
        reading.paths = paths
        reading.verification = verification
        return reading
    }
}
