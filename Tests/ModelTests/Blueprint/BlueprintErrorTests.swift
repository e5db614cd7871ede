import Model
import Testing

@Suite("BlueprintErrors")
struct BlueprintErrorTests {
    /// Resources begin in line 6, each indented by four spaces.
    private func errors(_ resources: String, spec: String = "") -> [String] {
        var text = "apiVersion: aetheredge.io/v1\nkind: Blueprint\nmetadata: {name: web}\nspec:\n"
        text += spec.isEmpty ? "" : "  \(spec)\n"
        text += "  resources:\n"
        for line in resources.split(separator: "\n") { text += "    \(line)\n" }
        let stream = YAMLStream(parsing: text, file: "site/web.yaml")
        guard stream.diagnostics.isEmpty, let document = stream.documents.first else {
            return stream.diagnostics.map(Self.show)
        }
        guard case .invalid(let diagnostics) = SiteDocument(document, file: "site/web.yaml") else { return [] }
        return diagnostics.map(Self.show)
    }

    private static func show(_ diagnostic: CompileDiagnostic) -> String {
        "\(diagnostic.position.file):\(diagnostic.position.line):\(diagnostic.position.column): \(diagnostic.message)"
    }

    @Test(
        arguments: [
            ("- fiel: /etc/motd", ["site/web.yaml:6:7: unknown key 'fiel' in a resource; did you mean 'file'?"]),
            (
                "- content: x",
                [
                    "site/web.yaml:6:7: a resource needs a key that names its type: one of 'file', "
                        + "'directory', 'symlink', 'unit'"
                ]
            ),
            ("- /etc/motd", ["site/web.yaml:6:7: element 1 of 'resources' must be an object, not a string"]),
            ("- package: nginx", ["site/web.yaml:6:7: 'package' is not supported in this version"]),
            ("- user: app\n  group: app", ["site/web.yaml:6:7: 'user' is not supported in this version"]),
            (
                "- file: /etc/a\n  unit: a.service",
                [
                    "site/web.yaml:7:7: a resource has one type, and 'file' and 'unit' each name one; split it"
                ]
            ),
            (
                "- file: /etc/motd\n  contnet: x",
                [
                    "site/web.yaml:7:7: unknown key 'contnet' in a file resource; did you mean 'content'?"
                ]
            ),
            ("- file: /etc/motd\n  ensure: present", ["site/web.yaml:7:7: unknown key 'ensure' in a file resource"]),
            (
                "- file: /etc/motd\n  mode: 644",
                [
                    "site/web.yaml:7:13: 'mode' must be octal digits in quotes, such as \"0644\", not an integer"
                ]
            ),
            (
                "- file: /etc/motd\n  mode: 0644",
                [
                    "site/web.yaml:7:13: '0644' has a leading zero, which YAML versions read as "
                        + "different numbers; quote it: \"0644\""
                ]
            ),
            (
                "- file: /etc/motd\n  mode: \"0899\"",
                [
                    "site/web.yaml:7:13: 'mode': '0899' must be octal digits in quotes, such as \"0644\""
                ]
            ),
            (
                "- file: /etc/motd\n  mode: u=rw",
                [
                    "site/web.yaml:7:13: 'mode': 'u=rw' must be octal digits in quotes, such as \"0644\""
                ]
            ),
            (
                "- file: /etc/motd\n  content: 5",
                ["site/web.yaml:7:16: 'content' must be a string, not an integer; put it in quotes"]
            ),
            (
                "- file: /etc/motd\n  content:",
                ["site/web.yaml:7:7: 'content' has no value; write one or leave the key out"]
            ),
            (
                "- file: /etc/motd\n  content: {credential: db}",
                [
                    "site/web.yaml:7:17: 'credential' is not supported in this version"
                ]
            ),
            (
                "- file: /etc/motd\n  sensitive: true",
                ["site/web.yaml:7:7: 'sensitive' is not supported in this version"]
            ),
            (
                "- file: /etc/motd\n  confirm: {within: 2m}",
                ["site/web.yaml:7:7: 'confirm' is not supported in this version"]
            ),
            (
                "- file: /etc/motd\n  content: a\n  source: b",
                [
                    "site/web.yaml:8:7: 'content' and 'source' exclude each other in a file resource; keep one"
                ]
            ),
            (
                "- file: /etc/motd\n  absent: true\n  mode: \"0644\"",
                [
                    "site/web.yaml:8:7: 'absent' and 'mode' exclude each other in a file resource; keep one"
                ]
            ),
            (
                "- file: /etc/motd\n  parameters: {a: 1}",
                [
                    "site/web.yaml:7:7: 'parameters' means something only beside 'template'"
                ]
            ),
            (
                "- file: /etc/motd\n  source: ../secret",
                [
                    "site/web.yaml:7:15: 'source': '../secret' leaves the repository; write it without '..'"
                ]
            ),
            (
                "- file: /etc/motd\n  source: /etc/passwd",
                [
                    "site/web.yaml:7:15: 'source': '/etc/passwd' is absolute; name a file of the repository"
                ]
            ),
            ("- file: /", ["site/web.yaml:6:13: path '/' is the root of the host, which cannot be managed"]),
            (
                "- file: /proc/sys/kernel/hostname\n  content: x",
                [
                    "site/web.yaml:6:13: path '/proc/sys/kernel/hostname' is in '/proc', which belongs to the kernel; "
                        + "it cannot be managed"
                ]
            ),
            (
                "- file: \"/etc/a\\nb\"",
                [
                    "site/web.yaml:6:13: path '/etc/a\\nb' holds a control character; such a path cannot be managed"
                ]
            ),
            ("- directory: etc", ["site/web.yaml:6:18: path 'etc' is not absolute; begin it with '/'"]),
            (
                "- directory: /srv/../etc",
                [
                    "site/web.yaml:6:18: path '/srv/../etc' has a component '..'; write the path without it"
                ]
            ),
            (
                "- directory: /srv\n  recurse: yes",
                ["site/web.yaml:7:16: 'recurse' must be true or false, not a string"]
            ),
            ("- symlink: /etc/a", ["site/web.yaml:6:7: a symlink resource needs 'target' or 'absent'"]),
            (
                "- symlink: /etc/a\n  absent: false",
                ["site/web.yaml:6:7: a symlink resource needs 'target' or 'absent'"]
            ),
            (
                "- file: /etc/motd\n  owner: [root]",
                ["site/web.yaml:7:14: 'owner' must be a string or an integer, not a list"]
            ),
            (
                "- file: /etc/motd\n  owner: \"a b\"",
                [
                    "site/web.yaml:7:14: 'owner': 'a b' is not the name or number of a user or group"
                ]
            ),
            (
                "- file: /etc/motd\n  owner: -1",
                ["site/web.yaml:7:14: 'owner' must be between 0 and 4294967294, not -1"]
            ),
        ] as [(String, [String])])
    func `a broken path resource is explained at its place`(resources: String, expected: [String]) {
        #expect(errors(resources) == expected)
    }

    @Test(
        arguments: [
            ("- unit: nginx", ["site/web.yaml:6:13: unit 'nginx' needs a name with its type, such as 'nginx.service'"]),
            (
                "- unit: getty@.service\n  active: true",
                [
                    "site/web.yaml:7:7: unit 'getty@.service' is a template, for which 'active' "
                        + "means nothing; declare an instance "
                        + "such as 'getty@tty1.service'"
                ]
            ),
            (
                "- unit: a.service\n  masked: true\n  active: true",
                [
                    "site/web.yaml:8:7: 'masked' and 'active' exclude each other in a unit resource; keep one"
                ]
            ),
            (
                "- unit: a.service\n  restartOn: [/etc/motd]",
                [
                    "site/web.yaml:7:19: '/etc/motd' is not a resource; write TYPE:NAME, such as 'file:/etc/motd'"
                ]
            ),
            (
                "- unit: a.service\n  restartOn: file:/etc/motd",
                [
                    "site/web.yaml:7:18: 'restartOn' must be a list, not a string"
                ]
            ),
            (
                "- unit: a.service\n  dropIns: {limits: x}",
                [
                    "site/web.yaml:7:17: 'limits' is not the name of a drop-in, such as '10-limits.conf'"
                ]
            ),
            (
                "- unit: a.service\n  dropIns: {a.conf: {}}",
                [
                    "site/web.yaml:7:25: a drop-in needs 'content' or 'source' or 'template'"
                ]
            ),
            (
                "- unit: a.service\n  enabeld: true",
                [
                    "site/web.yaml:7:7: unknown key 'enabeld' in a unit resource; did you mean 'enabled'?"
                ]
            ),
        ] as [(String, [String])])
    func `a broken unit is explained at its place`(resources: String, expected: [String]) {
        #expect(errors(resources) == expected)
    }

    @Test(
        arguments: [
            ("verify: {exec: nginx -t}", ["site/web.yaml:7:22: 'exec' must be a list, not a string"]),
            ("verify: {exec: []}", ["site/web.yaml:7:22: 'exec' is empty"]),
            (
                "verify: {exec: [sleep, 5]}",
                [
                    "site/web.yaml:7:30: element 2 of 'exec' must be a string, not an integer; put it in quotes"
                ]
            ),
            (
                "verify: {cmd: [a]}",
                [
                    "site/web.yaml:7:15: a probe needs a key that names its type: one of 'exec', 'http', 'tcp', 'unit'"
                ]
            ),
            ("verify: {exce: [a]}", ["site/web.yaml:7:16: unknown key 'exce' in a probe; did you mean 'exec'?"]),
            (
                "verify: [{http: ftp://x}]",
                [
                    "site/web.yaml:7:23: 'http': 'ftp://x' is not an address such as 'http://127.0.0.1:8080/healthz'"
                ]
            ),
            ("verify: {tcp: 8080}", ["site/web.yaml:7:21: 'tcp' must be a string, not an integer; put it in quotes"]),
            ("verify: {tcp: host}", ["site/web.yaml:7:21: 'tcp': 'host' is not HOST:PORT, such as '127.0.0.1:8080'"]),
            (
                "verify: {unit: a.service, timeout: 30}",
                [
                    "site/web.yaml:7:42: 'timeout' must be a string, not an integer; put it in quotes"
                ]
            ),
            (
                "verify: {unit: a.service, timeout: 30 s}",
                [
                    "site/web.yaml:7:42: 'timeout': '30 s' is not a duration such as '30s', '2m' or '1h30m'"
                ]
            ),
            (
                "verify: {exec: [a], tcp: \"a:1\"}",
                [
                    "site/web.yaml:7:27: a probe has one type, and 'exec' and 'tcp' each name one; split it"
                ]
            ),
            ("verify: x", ["site/web.yaml:7:15: 'verify' must be a list or an object, not a string"]),
            (
                "onDrift: repiar",
                [
                    "site/web.yaml:7:16: 'onDrift' must be one of 'repair', 'report', 'ignore', not "
                        + "'repiar'; did you mean 'repair'?"
                ]
            ),
            (
                "labels: {a b: c, d: \"e f\", g: 1}",
                [
                    "site/web.yaml:7:16: 'a b' is not a label key: use at most 63 letters, digits, "
                        + "'-', '_' and '.', after "
                        + "an optional 'prefix/'",
                    "site/web.yaml:7:27: 'd': 'e f' is not a label value: use at most 63 letters, "
                        + "digits, '-', '_' and '.'",
                    "site/web.yaml:7:37: 'g' must be a string, not an integer; put it in quotes",
                ]
            ),
            ("after: [file:etc]", ["site/web.yaml:7:15: path 'etc' is not absolute; begin it with '/'"]),
        ] as [(String, [String])])
    func `a broken common attribute is explained at its place`(attribute: String, expected: [String]) {
        #expect(errors("- file: /etc/motd\n  \(attribute)") == expected)
    }

    @Test(
        arguments: [
            (
                "mode: enforced",
                [
                    "site/web.yaml:5:9: 'mode' must be one of 'enforce', 'propose', 'observe', not "
                        + "'enforced'; did you mean 'enforce'?"
                ]
            ),
            ("prune: \"true\"", ["site/web.yaml:5:10: 'prune' must be true or false, not a string"]),
            (
                "when: ' '",
                ["site/web.yaml:5:9: 'when': ' ' is empty; write an expression of Rego, or leave 'when' out"]
            ),
            (
                "paramters: {}",
                ["site/web.yaml:5:3: unknown key 'paramters' in a blueprint's spec; did you mean 'parameters'?"]
            ),
            (
                "parameters: {a-b: 1}",
                [
                    "site/web.yaml:5:16: 'a-b' must begin with a letter or '_' and go on with letters, digits and '_'"
                ]
            ),
            ("parameters: [1]", ["site/web.yaml:5:15: 'parameters' must be an object, not a list"]),
        ] as [(String, [String])])
    func `a broken spec is explained at its place`(spec: String, expected: [String]) {
        #expect(errors("[]", spec: spec) == expected)
    }

    @Test func `all errors of a document are found, in the order of the text`() {
        #expect(
            errors("- file: etc\n  ownr: x\n- fiel: /a\n- unit: b\n  active: 1\n- file: /dev/null", spec: "mode: x")
                == [
                    "site/web.yaml:5:9: 'mode' must be one of 'enforce', 'propose', 'observe', not 'x'",
                    "site/web.yaml:7:13: path 'etc' is not absolute; begin it with '/'",
                    "site/web.yaml:8:7: unknown key 'ownr' in a file resource; did you mean 'owner'?",
                    "site/web.yaml:9:7: unknown key 'fiel' in a resource; did you mean 'file'?",
                    "site/web.yaml:10:13: unit 'b' needs a name with its type, such as 'nginx.service'",
                    "site/web.yaml:11:15: 'active' must be true or false, not an integer",
                    "site/web.yaml:12:13: path '/dev/null' is in '/dev', which belongs to the "
                        + "kernel; it cannot be managed",
                ])
    }

    @Test func `errors are bounded`() {
        let resources = (0..<500).map { "- file: x\($0)\n  ownr: y" }.joined(separator: "\n")
        #expect(errors(resources).count == 100)
    }

    @Test func `a hostile key is shown short and on one line`() {
        let key = String(repeating: "k", count: 5000)
        let found = errors("- file: /a\n  \"a\\nb\": 1\n- file: /b\n  \(key.prefix(900)): 1")
        #expect(found[0] == "site/web.yaml:7:7: unknown key 'a\\nb' in a file resource")
        #expect(found[1].count < 200)
    }
}
