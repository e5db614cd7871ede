import Model
import Testing

@Suite("BlueprintDocument")
struct BlueprintDocumentTests {
    private let example = """
        apiVersion: aetheredge.io/v1
        kind: Blueprint
        metadata:
          name: web
          labels: {tier: edge}
          annotations: {example.org/ticket: "OPS-1: a note"}
        spec:
          mode: propose
          prune: true
          parameters: {port: 8080, hosts: [a, b]}
          resources:
            - file: /etc/nginx/conf.d/site.conf
              template: ./files/site.conf.mustache
              parameters: {port: 81}
              owner: root
              group: 0
              mode: "0644"
              verify: {exec: [nginx, -t], timeout: 2m}
              labels: {part: config}
            - file: /etc/motd
              content: |
                hello
              onDrift: report
              protect: true
              after: [directory:/etc/app, "unit:nginx.service"]
            - file: /etc/old
              absent: true
            - file: /etc/key
              source: files/key
            - directory: /etc/app/
              owner: app
              mode: "750"
              recurse: true
              purge: true
            - symlink: /etc/localtime
              target: ../usr/share/zoneinfo/UTC
            - unit: nginx.service
              active: true
              enabled: true
              masked: false
              restartOn: [file:/etc/nginx/conf.d/site.conf]
              reloadOn: []
              dropIns:
                10-limits.conf: "[Service]\\nLimitNOFILE=4096\\n"
                20-env.conf: {source: files/env.conf}
              verify:
                - http: http://127.0.0.1:8080/healthz
                  status: [200, 204]
                - http: https://[::1]/
                  status: 301
                - tcp: "[::1]:8080"
                  timeout: 5s
                - unit: nginx.service
        """

    private func read(_ text: String) -> (document: BlueprintDocument?, findings: [String]) {
        let stream = YAMLStream(parsing: text, file: "web.yaml")
        guard let document = stream.documents.first else { return (nil, stream.diagnostics.map(\.message)) }
        let (blueprint, findings) = BlueprintDocument.read(document, file: "web.yaml")
        return (blueprint, findings.map(\.message))
    }

    @Test func `a blueprint with every type of resource is read`() throws {
        let (document, findings) = read(example)
        #expect(findings == [])
        let blueprint = try #require(document)
        #expect(blueprint.name == "web")
        #expect(blueprint.labels == ["tier": "edge"])
        #expect(blueprint.annotations == ["example.org/ticket": "OPS-1: a note"])
        #expect(blueprint.mode == .propose)
        #expect(blueprint.prune)
        #expect(blueprint.parameters == ["port": 8080, "hosts": ["a", "b"]])
        #expect(
            blueprint.resources.map(\.id.description) == [
                "file:/etc/nginx/conf.d/site.conf", "file:/etc/motd", "file:/etc/old", "file:/etc/key",
                "directory:/etc/app", "symlink:/etc/localtime", "unit:nginx.service",
            ])
        #expect(blueprint.spec["resources"]?.arrayValue?.count == 7)
        #expect(blueprint.position == SourcePosition(file: "web.yaml", line: 1, column: 1))
    }

    @Test func `the attributes of files are read`() throws {
        let resources = try #require(read(example).document).resources
        let template = SourcePosition(file: "web.yaml", line: 13, column: 17)
        #expect(
            resources[0]
                == ResourceDeclaration(
                    id: ResourceID(type: .file, identity: "/etc/nginx/conf.d/site.conf"),
                    position: SourcePosition(file: "web.yaml", line: 12, column: 7),
                    attributes: .file(
                        FileDeclaration(
                            content: .template(
                                path: "files/site.conf.mustache", parameters: ["port": 81], position: template),
                            owner: "root", group: "0", mode: 0o644)),
                    verify: [.exec(arguments: ["nginx", "-t"], timeoutSeconds: 120)], labels: ["part": "config"]))
        #expect(
            resources[1]
                == ResourceDeclaration(
                    id: ResourceID(type: .file, identity: "/etc/motd"),
                    position: SourcePosition(file: "web.yaml", line: 20, column: 7),
                    attributes: .file(FileDeclaration(content: .inline("hello\n"))),
                    after: [
                        ResourceReference(
                            id: ResourceID(type: .directory, identity: "/etc/app"),
                            position: SourcePosition(file: "web.yaml", line: 25, column: 15)),
                        ResourceReference(
                            id: ResourceID(type: .unit, identity: "nginx.service"),
                            position: SourcePosition(file: "web.yaml", line: 25, column: 35)),
                    ], onDrift: .report, isProtected: true))
        #expect(resources[2].attributes == .file(FileDeclaration(isAbsent: true)))
        #expect(
            resources[3].attributes
                == .file(
                    FileDeclaration(
                        content: .source(
                            path: "files/key", position: SourcePosition(file: "web.yaml", line: 29, column: 15)))))
    }

    @Test func `the attributes of directories, links and units are read`() throws {
        let resources = try #require(read(example).document).resources
        #expect(
            resources[4].attributes
                == .directory(DirectoryAttributes(owner: "app", mode: 0o750, isRecursive: true, purge: true)))
        #expect(resources[5].attributes == .symlink(SymlinkAttributes(target: "../usr/share/zoneinfo/UTC")))
        #expect(
            resources[6].attributes
                == .unit(
                    UnitDeclaration(
                        isActive: true, isEnabled: true, isMasked: false,
                        dropIns: [
                            "10-limits.conf": .inline("[Service]\nLimitNOFILE=4096\n"),
                            "20-env.conf": .source(
                                path: "files/env.conf",
                                position: SourcePosition(file: "web.yaml", line: 45, column: 31)),
                        ],
                        restartOn: [
                            ResourceReference(
                                id: ResourceID(type: .file, identity: "/etc/nginx/conf.d/site.conf"),
                                position: SourcePosition(file: "web.yaml", line: 41, column: 19))
                        ])))
        #expect(
            resources[6].verify == [
                .http(url: "http://127.0.0.1:8080/healthz", statuses: [200, 204], timeoutSeconds: 30),
                .http(url: "https://[::1]/", statuses: [301], timeoutSeconds: 30),
                .tcp(host: "::1", port: 8080, timeoutSeconds: 5),
                .unitActive(name: "nginx.service", timeoutSeconds: 30),
            ])
    }

    @Test func `what a document leaves out has its default`() throws {
        let (document, findings) = read(
            """
            apiVersion: aetheredge.io/v1
            kind: Blueprint
            metadata: {name: small}
            spec: {resources: []}
            """)
        #expect(findings == [])
        let blueprint = try #require(document)
        #expect(blueprint.mode == .enforce)
        #expect(!blueprint.prune)
        #expect(blueprint.resources.isEmpty && blueprint.parameters.isEmpty && blueprint.labels.isEmpty)
    }

    @Test func `an object of the API is read with the same rules`() throws {
        let written = try #require(read(example).document)
        var object = APIObject(
            kind: BlueprintKind.descriptor.kind, metadata: ObjectMeta(name: "web", labels: ["tier": "edge"]),
            spec: written.spec)
        let (document, findings) = BlueprintDocument.read(object)
        #expect(findings.isEmpty)
        #expect(document?.resources.map(\.id) == written.resources.map(\.id))
        #expect(document?.parameters == written.parameters)
        #expect(KindSchema.findings(in: object).isEmpty)

        object.spec = ["resources": [["file": "/etc/x", "ownr": "root"], ["file": "/proc/x"]]]
        let broken = KindSchema.findings(in: object)
        #expect(broken.map(\.path.description) == ["spec.resources[0].ownr", "spec.resources[1].file"])
        #expect(
            broken[0].cause
                == APIStatus.Cause(
                    reason: "FieldValueInvalid",
                    message: "unknown key 'ownr' in a file resource; did you mean 'owner'?",
                    field: "spec.resources[0].ownr"))
    }
}

@Suite("SiteDocument")
struct SiteDocumentTests {
    private func classify(_ text: String) throws -> SiteDocument {
        let stream = YAMLStream(parsing: text, file: "f.yaml")
        return SiteDocument(try #require(stream.documents.first), file: "f.yaml")
    }

    private func errors(_ text: String) throws -> [String] {
        guard case .invalid(let diagnostics) = try classify(text) else { return [] }
        return diagnostics.map { "\($0.position.line):\($0.position.column): \($0.message)" }
    }

    @Test(arguments: [
        "[1, 2]", "text", "a: 1", "apiVersion: v1\nkind: Pod", "apiVersion: apps/v1\nkind: Deployment\nspec: {}",
        "kind: Pod\nspec: {}", "kind: Blueprint", "kind: [x]",
    ])
    func `a document of another product is left alone`(text: String) throws {
        #expect(try classify(text) == .foreign)
    }

    @Test(arguments: [
        (
            "kind: Blueprint\nspec: {}\nmetadata: {name: x}",
            [
                "1:1: a blueprint needs 'apiVersion'", "2:7: a blueprint's spec needs 'resources'",
            ]
        ),
        (
            "apiVersion: aetheredge.io/v2\nkind: Blueprint",
            ["1:13: apiVersion 'aetheredge.io/v2' is not supported; write 'aetheredge.io/v1'"]
        ),
        (
            "apiVersion: aetherdge.io/v1\nkind: Blueprint",
            ["1:13: apiVersion 'aetherdge.io/v1' is not supported; write 'aetheredge.io/v1'"]
        ),
        ("apiVersion: aetheredge.io/v1", ["1:1: the document needs 'kind'"]),
        ("apiVersion: aetheredge.io/v1\nkind: 1", ["2:7: 'kind' must be a string, not an integer"]),
        ("apiVersion: aetheredge.io/v1\nkind: Policy", ["2:7: kind 'Policy' is not supported in this version"]),
        (
            "apiVersion: aetheredge.io/v1\nkind: HealingPolicy",
            ["2:7: kind 'HealingPolicy' is not supported in this version"]
        ),
        (
            "apiVersion: aetheredge.io/v1\nkind: Bluprint",
            ["2:7: there is no kind 'Bluprint'; did you mean 'Blueprint'?"]
        ),
        (
            "apiVersion: aetheredge.io/v1\nkind: Resource",
            ["2:7: kind 'Resource' cannot be declared in a repository; the daemon makes it"]
        ),
        ("apiVersion: aetheredge.io/v1\nkind: Pod", ["2:7: there is no kind 'Pod'"]),
    ])
    func `a document of ours that does not fit says why`(text: String, expected: [String]) throws {
        #expect(try errors(text) == expected)
    }
}
