import FoundationEssentials
import Rego
import Testing

@testable import PolicyTool

@Suite struct BundleTests {
    private let files = [
        ".manifest": #"{"revision": "r1", "roots": ["roles", "access"], "metadata": {"team": "ops"}}"#,
        "roles/data.json": #"{"ann": ["admin"], "<x>": 1.50}"#, "roles/more.json": "not read",
        "access/policy.rego":
            "# METADATA\n# title: Access\npackage access\n\nallow if \"admin\" in data.roles[input.user]\n",
        "access/limits/data.yaml": "max: 3\n",
    ]

    @Test func `a directory, and the archive that is built of it, give the same documents and rules`()
        throws
    {
        try withFiles(files) { (root) throws in
            let archive = "\(root).tar.gz"
            defer { try? FileManager.default.removeItem(atPath: archive) }
            var build = BundleBuild()
            build.readsBundles = true
            let bytes = try build.run([root])
            #expect(try build.run([root]) == bytes)
            try BundleBuild.write(bytes, to: archive)
            for path in [root, archive] {
                var query = PolicyQuery("[data.access.allow, data.access.limits.max, data.roles]")
                query.bundles.paths = [path]
                let report = query.report(data: [], input: ["user": "ann"])
                #expect(
                    report.text(as: .raw).output
                        == "[true,3,{\"\\u003cx\\u003e\":1.50,\"ann\":[\"admin\"]}]\n",
                    "\(report.problems)")
            }
            let read = try TarArchive.read(try GzipFile.decompress(bytes, limit: 1 << 20))
            #expect(read.map(\.path) == ["data.json", "access/policy.rego", ".manifest"])
            let manifest = try RegoValue(json: try #require(read.last).bytes)
            #expect(
                manifest == [
                    "revision": "r1", "roots": ["roles", "access"], "metadata": ["team": "ops"],
                    "rego_version": 1,
                ])
        }
    }

    @Test(arguments: [
        (["p.rego": "package other\n"], "do not permit 'package other' in module 'p.rego'"),
        (["x/data.json": "1"], "do not permit data at path '/x'"),
        (["data.json": #"{"roles": {}, "y": 1}"#], "do not permit data at path '/y'"),
        (["data.json": "[1]"], "do not permit data at path '/'"),
        (["patch.json": "{}"], "delta bundles are not read"),
        ([".manifest": "["], "bundle manifest: "),
        ([".manifest": #"{"roots": ["a", "a/b"]}"#], "overlapped roots"),
        ([".manifest": #"{"roots": "a"}"#], "roots must be an array"),
        ([".manifest": #"{"rego_version": 2}"#], "rego_version must be 0 or 1"),
    ]) func `what its manifest does not own is refused`(more: [String: String], message: String)
        throws
    {
        try withFiles(files.merging(more) { $1 }) { (root) throws in
            var query = PolicyQuery("data")
            query.bundles.paths = [root]
            let report = query.report(data: [])
            #expect(report.hasFailed)
            #expect(report.problems.first?.message.contains(message) == true, "\(report.problems)")
        }
    }

    @Test func `bundles that own the same are refused, and others are read together`() throws {
        try withFiles([
            "a/.manifest": #"{"roots": ["a"]}"#, "a/data.json": #"{"a": 1}"#, "b/b/data.json": "2",
        ]) {
            (root) throws in
            var query = PolicyQuery("data")
            query.bundles.paths = ["\(root)/a", "\(root)/b"]
            #expect(query.report(data: []).problems.first?.message.contains("overlapping roots") == true)
            try Data(#"{"roots": ["b"]}"#.utf8).write(to: URL(fileURLWithPath: "\(root)/b/.manifest"))
            #expect(query.report(data: []).text(as: .raw).output == "{\"a\":1,\"b\":2}\n")
            var build = BundleBuild()
            build.readsBundles = true
            build.revision = "both"
            let read = try TarArchive.read(
                try GzipFile.decompress(try build.run(["\(root)/a", "\(root)/b"]), limit: 1 << 20))
            #expect(try RegoValue(json: read[0].bytes) == ["a": 1, "b": 2])
            #expect(
                try RegoValue(json: try #require(read.last).bytes)
                    == ["revision": "both", "roots": ["a", "b"], "rego_version": 1])
        }
    }

    @Test func `a manifest says which version its modules are of`() throws {
        let manifest = #"{"rego_version": 0, "file_rego_versions": {"/new/*": 1}}"#
        try withFiles([
            ".manifest": manifest, "old.rego": "package a\np { true }",
            "new/n.rego": "package b\nq if true",
        ]) {
            (root) throws in
            var query = PolicyQuery("[data.a.p, data.b.q]")
            query.bundles.paths = [root]
            #expect(query.report(data: []).text(as: .raw).output == "[true,true]\n")
        }
    }

    @Test func `a build of files takes them as they are named, and refuses what does not compile`()
        throws
    {
        try withFiles([
            "p.rego": "package p\n# why\nallow if data.x.y\n", "x/any.json": #"{"y": true}"#,
        ]) { (root) throws in
            let read = try TarArchive.read(
                try GzipFile.decompress(try BundleBuild().run([root]), limit: 1 << 20))
            #expect(read.map(\.path) == ["data.json", "\(root.dropFirst())/p.rego", ".manifest"])
            #expect(try RegoValue(json: read[0].bytes) == ["x": ["y": true]])
            #expect(read[1].bytes == Array("package p\n# why\nallow if data.x.y\n".utf8))
            try Data("package p\nallow if x".utf8).write(to: URL(fileURLWithPath: "\(root)/p.rego"))
            #expect(throws: PolicyProblems.self) { try BundleBuild().run([root]) }
        }
    }

    @Test func `an inspection tells manifest, namespaces and annotations`() throws {
        try withFiles(files) { (root) throws in
            let inspection = try BundleInspection.of(root)
            let value = try RegoValue(json: inspection.json(annotations: true))
            #expect(value["manifest"]?["roots"] == ["roles", "access"])
            #expect(
                value["namespaces"] == [
                    "data.access": ["/access/policy.rego"],
                    "data.access.limits": ["/access/limits/data.yaml"],
                    "data.roles": ["/roles/data.json"],
                ])
            let annotation = try #require(value["annotations"]?[0])
            #expect(annotation["annotations"] == ["scope": "package", "title": "Access"])
            #expect(
                annotation["path"] == [
                    ["type": "var", "value": "data"], ["type": "string", "value": "access"],
                ])
            #expect(annotation["location"]?["row"] == 1)
            #expect(try RegoValue(json: inspection.json(annotations: false))["annotations"] == nil)
            let text = inspection.text(annotations: true)
            #expect(
                text.hasPrefix("MANIFEST:\n┌") && text.contains("│ Revision │ r1")
                    && text.contains("Access\n======"))
            #expect(text.contains("│ data.access.limits │ /access/limits/data.yaml │"))
            let module = try BundleInspection.of("\(root)/access/policy.rego")
            #expect(
                try RegoValue(json: module.json(annotations: false))["namespaces"]?["data.access"] != nil)
            #expect(throws: PolicyProblem.self) { try BundleInspection.of("\(root)/roles/data.json") }
        }
    }
}
