import ArgumentParser
import PolicyTool

/// `policy build PATH…`.
struct PolicyBuildCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "build", abstract: "Make a bundle of modules and documents.",
        discussion: """
            Compiles what is named and writes it to a file of tar and gzip; the same files give the same bytes. Exits \
            with 1 after an error, and writes nothing then.
            """)

    @Argument(
        help: "Modules, documents, and directories of them; with -b, bundles.", completion: .file())
    var paths: [String]
    @Flag(name: .shortAndLong, help: "The paths are bundles: directories or files of tar and gzip.")
    var bundle = false
    @Option(
        name: .shortAndLong, help: ArgumentHelp("The file that is written.", valueName: "file"),
        completion: .file())
    var output = "bundle.tar.gz"
    @Option(name: .shortAndLong, help: "The revision that the manifest names.")
    var revision: String?
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Sign the bundle with a secret, or with the private key in a file of PEM.",
            valueName: "key or file"),
        completion: .file())
    var signingKey: String?
    @Option(
        name: .long,
        help: ArgumentHelp("More claims of the signature, a file of JSON.", valueName: "file"),
        completion: .file())
    var claimsFile: String?
    @OptionGroup var bundles: BundleOptions
    @OptionGroup var policy: PolicyOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard claimsFile == nil || signingKey != nil else {
            throw ValidationError("--claims-file needs --signing-key")
        }
        guard bundle || bundles.verificationKey == nil else {
            throw ValidationError("--verification-key needs --bundle: only bundles are signed")
        }
    }

    func execute(_ console: Console) async throws -> CommandExit {
        var build = BundleBuild()
        build.version = policy.version
        build.ignored = policy.patterns
        build.readsBundles = bundle
        build.verification = bundles.verification
        build.skipsVerification = bundles.skipVerify
        build.revision = revision
        build.signing = signingKey.map { key in
            var signing = BundleSigning(key: key)
            signing.algorithm = bundles.signingAlg
            signing.claims = claimsFile
            return signing
        }
        do {
            try BundleBuild.write(try build.run(paths), to: output)
            return .fine
        } catch let error as PolicyProblems {
            try console.progress("error: \(error.text)\n")
        } catch let error as PolicyProblem {
            try console.progress("error: \(error.line)\n")
        }
        return .policyFailed
    }
}
