import Crypto
import FoundationEssentials
import Rego
import Testing

@testable import PolicyTool

@Suite struct BundleSignatureTests {
    private let files = [
        "p.rego": "package p\nallow := data.x", "data.json": #"{"x": 1}"#,
        ".manifest": #"{"revision": "1"}"#,
    ]

    @Test func `a signed bundle is read with its secret, and with no other`() throws {
        try withSigned(key: "secret", algorithm: "HS256") { (path, _) throws in
            #expect(value(path, verification("secret", "HS256")) == "1\n")
            #expect(
                message(path, verification("other", "HS256"))?.contains(
                    "the signature is not of key default") == true)
            #expect(
                message(path, verification("secret", "HS512"))?.contains("the signature is not by HS512")
                    == true)
            #expect(value(path, nil) == "1\n")
        }
    }

    @Test func `private and public keys sign and verify`() throws {
        let key = P256.Signing.PrivateKey()
        let keys = ["private": key.pemRepresentation, "public": key.publicKey.pemRepresentation]
        try withFiles(keys) { (root) throws in
            try withSigned(key: "\(root)/private", algorithm: "ES256") { (path, _) throws in
                #expect(value(path, verification("\(root)/public", "ES256")) == "1\n")
                #expect(message(path, verification("\(root)/private", "ES256")) != nil)
                #expect(message(path, verification("secret", "HS256")) != nil)
            }
            var signing = BundleSigning(key: "\(root)/public")
            signing.algorithm = "ES256"
            #expect(throws: PolicyProblem.self) { try BundleSignature.sign([], by: signing) }
            signing.algorithm = "none"
            #expect(throws: PolicyProblem.self) { try BundleSignature.sign([], by: signing) }
        }
    }

    @Test(arguments: [
        ("p.rego", "package p\nallow := 2", "p.rego: digest mismatch"),
        ("data.json", #"{"x": 2}"#, "data.json: digest mismatch"),
        ("more.rego", "package q", "file more.rego not included in bundle signature"),
        ("p.rego", nil, "specified in bundle signatures but not found in the target bundle"),
        (".signatures.json", nil, "it has no .signatures.json"),
        (".signatures.json", "{}", "must have one signature"),
    ]) func `a file that is changed, added or taken away is noticed`(
        name: String, text: String?, wanted: String
    ) throws {
        try withSigned(key: "secret", algorithm: "HS256") { (_, root) throws in
            let url = URL(fileURLWithPath: "\(root)/\(name)")
            if let text {
                try Data(text.utf8).write(to: url)
            } else {
                try FileManager.default.removeItem(at: url)
            }
            let told = try #require(message(root, verification("secret", "HS256")))
            #expect(told.contains(wanted), "\(told)")
        }
    }

    @Test func `space in documents, and files that are excluded, change nothing`() throws {
        try withSigned(key: "secret", algorithm: "HS256") { (_, root) throws in
            try Data("{\n  \"x\" : 1 }".utf8).write(to: URL(fileURLWithPath: "\(root)/data.json"))
            try Data("note".utf8).write(to: URL(fileURLWithPath: "\(root)/note.txt"))
            var verification = verification("secret", "HS256")
            #expect(message(root, verification)?.contains("note.txt not included") == true)
            verification.excluded = ["*.txt"]
            #expect(value(root, verification) == "1\n")
        }
    }

    @Test func `the scope of a signature is the one that is wanted`() throws {
        try withFiles(["claims.json": #"{"scope": "write", "keyid": "k"}"#]) { (root) throws in
            try withSigned(key: "secret", algorithm: "HS384", claims: "\(root)/claims.json") {
                (path, _) throws in
                var verification = verification("secret", "HS384")
                #expect(message(path, verification)?.contains("scope mismatch") == true)
                verification.scope = "write"
                #expect(value(path, verification) == "1\n")
            }
        }
    }

    @Test func `a build of a signed bundle needs its key, or the word that it needs none`() throws {
        try withSigned(key: "secret", algorithm: "HS256") { (path, _) throws in
            var build = BundleBuild()
            build.readsBundles = true
            #expect(throws: PolicyProblems.self) { try build.run([path]) }
            build.skipsVerification = true
            let bytes = try build.run([path])
            build.skipsVerification = false
            build.verification = verification("secret", "HS256")
            #expect(try build.run([path]) == bytes)
            build.verification = verification("other", "HS256")
            #expect(throws: PolicyProblems.self) { try build.run([path]) }
        }
    }

    /// The digest that `opa sign` gives of a document: keys in order, no spaces, `<` as it is.
    @Test func `digests are those of documents in one form`() throws {
        let form = BundleFile(
            path: "data.json", bytes: Array(#"{"a":["<&>",1.50,null],"b":{"c":true}}"#.utf8))
        let other = BundleFile(
            path: "x/data.yaml", bytes: Array("b: {c: true}\na:\n- <&>\n- 1.50\n- null\n".utf8))
        let wanted = SHA256.hash(data: form.bytes).map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined()
        #expect(try BundleSignature.digest(of: form, algorithm: "SHA-256") == wanted)
        #expect(try BundleSignature.digest(of: other, algorithm: "SHA-256").count == 64)
        #expect(throws: PolicyProblem.self) { try BundleSignature.digest(of: form, algorithm: "SHA-3") }
    }

    private func verification(_ key: String, _ algorithm: String) -> BundleVerification {
        var verification = BundleVerification(key: key)
        verification.algorithm = algorithm
        return verification
    }

    private func value(_ path: String, _ verification: BundleVerification?) -> String {
        var query = PolicyQuery("data.p.allow")
        query.bundles.paths = [path]
        query.bundles.verification = verification
        return query.report(data: []).text(as: .raw).output
    }

    private func message(_ path: String, _ verification: BundleVerification) -> String? {
        var query = PolicyQuery("data.p.allow")
        query.bundles.paths = [path]
        query.bundles.verification = verification
        return query.report(data: []).problems.first?.message
    }

    /// A signed bundle as a file and unpacked.
    private func withSigned(
        key: String, algorithm: String, claims: String? = nil,
        _ body: (_ path: String, _ root: String) throws -> Void
    ) throws {
        try withFiles(files) { (root) throws in
            var build = BundleBuild()
            build.readsBundles = true
            var signing = BundleSigning(key: key)
            signing.algorithm = algorithm
            signing.claims = claims
            build.signing = signing
            let bytes = try build.run([root])
            for file in try TarArchive.read(try GzipFile.decompress(bytes, limit: 1 << 20)) {
                try Data(file.bytes).write(to: URL(fileURLWithPath: "\(root)/\(file.path)"))
            }
            let path = "\(root).tar.gz"
            defer { try? FileManager.default.removeItem(atPath: path) }
            try BundleBuild.write(bytes, to: path)
            try body(path, root)
        }
    }
}
