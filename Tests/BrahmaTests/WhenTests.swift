import Model
import Synchronization
import Testing

@testable import Brahma

/// `when` on blueprints and resources.
@Suite struct WhenTests {
    private static func facts(_ hostname: String = "edge-1", id: String = "debian") -> HostFacts {
        var facts = HostFacts()
        facts.hostname = hostname
        facts.cpus = 4
        facts.os = HostFacts.OperatingSystem()
        facts.os?.id = id
        facts.os?.versionID = "12"
        facts.addresses = [
            HostFacts.Address(
                interface: "eth0", address: "192.0.2.7", prefixLength: 24, family: "ipv4", scope: "global")
        ]
        return facts
    }

    /// A site of one resource with a condition, the text of the YAML value.
    private static func site(_ when: String) -> [String: String] {
        [
            "a.yaml": Sites.blueprint(
                "a", "    - file: /a\n      content: x\n      when: \(when)",
                extra: "  parameters: {port: 8080, role: web, list: [1, 2]}\n")
        ]
    }

    private static func holds(_ when: String) throws -> Bool? {
        let site = try Sites.compile(site(when), facts: facts())
        #expect(site.diagnostics == [] && site.isConditional)
        return site.diagnostics.isEmpty ? site.resources.count == 1 && site.withheld.isEmpty : nil
    }

    @Test(
        arguments: [
            ("true", true), ("false", false),
            ("input.host.facts.os.id == \"debian\"", true),
            ("input.host.facts.os.id == \"fedora\"", false),
            ("input.host.facts.cpus >= 4", true),
            ("startswith(input.host.facts.hostname, \"edge-\")", true),
            ("input.parameters.role in {\"web\", \"api\"}", true),
            ("input.parameters.port == 8080", true),
            ("input.blueprint.name == \"a\"", true),
            // What is not known is undefined, and no condition holds by it.
            ("input.host.facts.systemd.version >= 250", false),
            ("input.host.facts.nothing.at.all", false),
            ("not input.host.facts.systemd", true),
            ("input.nothing == input.nothing", false),
            ("'some a in input.host.facts.addresses; net.cidr_contains(\"192.0.2.0/24\", a.address)'", true),
            ("'some a in input.host.facts.addresses; net.cidr_contains(\"10.0.0.0/8\", a.address)'", false),
            ("'f := input.host.facts; f.cpus > 2; f.os.versionID == \"12\"'", true),
            ("'f := input.host.facts; f.cpus > 2; f.os.versionID == \"11\"'", false),
            ("'[input.host.facts.cpus > 9, true][_]'", true),
            ("'count([x | some x in input.parameters.list; x > 1]) == 1'", true),
            ("|\n          input.host.facts.cpus == 4\n          input.host.facts.os.id == \"debian\"", true),
        ])
    func `a condition is an expression of Rego over facts and parameters`(when: String, expected: Bool) throws {
        #expect(try Self.holds(when) == expected)
    }

    @Test(
        arguments: [
            ("input.host.facts.cpus", "a.yaml:9:13", "gives a number (4), not true or false"),
            ("\"'x'\"", "a.yaml:9:14", "rego_parse_error"),
            ("'\"x\"'", "a.yaml:9:14", "gives a string (\"x\"), not true or false"),
            ("input.host.facts", "a.yaml:9:13", "gives an object, not true or false"),
            ("input.a == x", "a.yaml:9:13", "x is unsafe (rego_unsafe_var_error)"),
            ("true; input.a == x", "a.yaml:9:19", "x is unsafe (rego_unsafe_var_error)"),
            ("true == nofunction(1)", "a.yaml:9:21", "undefined function nofunction"),
            ("|\n          true\n          input.x ==\n", "a.yaml:12:1", "rego_parse_error"),
            (
                "|\n          true\n          semver.compare(\"x\", \"1.0.0\") == 0", "a.yaml:11:11",
                "eval_builtin_error"
            ),
            ("time.now_ns() > 0", "a.yaml:9:13", "time.now_ns may answer differently each time"),
            ("rand.intn(\"x\", 2) == 1", "a.yaml:9:13", "rand.intn may answer differently each time"),
            (
                "'http.send({\"method\": \"GET\", \"url\": \"http://x\"}).status_code == 200'", "a.yaml:9:14",
                "http.send may answer differently each time"
            ),
            ("opa.runtime().env.HOME == \"x\"", "a.yaml:9:13", "opa.runtime may answer differently each time"),
            ("count(numbers.range(1, 100000000)) > 1", "a.yaml:9:19", "than its limit allows"),
            (
                "count([1 | numbers.range(1, 2000)[_]; numbers.range(1, 2000)[_]]) > 1", "a.yaml:9:51",
                "than its limit allows"
            ),
        ])
    func `a condition that is wrong is an error at its place in the scalar`(
        when: String, place: String, message: String
    ) throws {
        // No time passes: what asks for too much is stopped by its size, however slow the machine is.
        let site = try Sites.compile(Self.site(when), facts: Self.facts(), now: { .zero })
        let first = try #require(site.diagnostics.first)
        let at = first.position
        #expect(first.message.contains(message), "\(first.message)")
        #expect("\(at.file):\(at.line):\(at.column)" == place, "\(first.message)")
        #expect(site.diagnostics.count == 1 && site.resources == [] && site.withheld == [])
    }

    @Test func `all conditions of a site together have a limit`() throws {
        let clock = Clock()
        let resources = (0..<5).map {
            "    - file: /f\($0)\n      content: x\n      when: count(numbers.range(1, 9000)) == \($0)"
        }
        var evaluator = ConditionEvaluator(
            facts: HostFacts(), limits: ConditionEvaluator.Limits(time: .seconds(2), timeOfAll: .seconds(3)),
            now: { clock.tick() })
        let document = try #require(
            Self.documents(Sites.blueprint("a", resources.joined(separator: "\n"))).first)
        var failures: [String] = []
        for resource in document.resources {
            do { _ = try evaluator.holds(resource.when?.text ?? "", of: document) } catch {
                failures.append(error.message)
            }
        }
        #expect(failures.first?.contains("take") == true, "\(failures)")
        #expect(failures.last?.contains("the conditions of the site take more than 3 s") == true, "\(failures)")
    }

    private static func documents(_ text: String) -> [BlueprintDocument] {
        YAMLStream(parsing: text, file: "a.yaml").documents.compactMap {
            guard case .blueprint(let blueprint) = SiteDocument($0, file: "a.yaml") else { return nil }
            return blueprint
        }
    }

    @Test func `a blueprint whose condition does not hold leaves all that it declares alone`() throws {
        let files = [
            "a.yaml": Sites.blueprint(
                "a", "    - file: /a\n      content: x\n      when: true\n    - unit: a.service\n      content: y",
                extra: "  when: input.host.facts.hostname == \"edge-2\"\n")
        ]
        let away = try Sites.compile(files, facts: Self.facts())
        #expect(away.diagnostics == [] && away.resources == [] && away.blueprints.map(\.name) == ["a"])
        #expect(
            away.withheld == [
                WithheldResource(id: ResourceID(type: .file, identity: "/a"), blueprint: "a", paths: ["/a"]),
                WithheldResource(
                    id: ResourceID(type: .unit, identity: "a.service"), blueprint: "a",
                    paths: ["/etc/systemd/system/a.service"]),
            ])
        let here = try Sites.compile(files, facts: Self.facts("edge-2"))
        #expect(here.resources.count == 2 && here.withheld == [])
    }

    @Test func `variants of one resource exclude each other by their conditions`() throws {
        let files = [
            "a.yaml": Sites.blueprint(
                "a",
                """
                    - file: /etc/motd
                      content: debian
                      when: input.host.facts.os.id == "debian"
                    - file: /etc/motd
                      content: other
                      when: input.host.facts.os.id != "debian"
                """)
        ]
        for id in ["debian", "fedora"] {
            let site = try Sites.compile(files, facts: Self.facts(id: id))
            #expect(site.diagnostics == [] && site.resources.count == 1 && site.withheld == [])
            guard case .file(let file)? = site.resources.first?.attributes else { continue }
            #expect(file.content?.digest == ContentDigest(hashing: id == "debian" ? "debian" : "other"))
        }
        let both = try Sites.compile(
            ["a.yaml": (files["a.yaml"] ?? "").replacing("!=", with: "==")], facts: Self.facts())
        #expect(both.diagnostics.first?.message.contains("declared twice") == true)
    }

    @Test func `what waits for something that is left alone waits no longer`() throws {
        let files = [
            "a.yaml": Sites.blueprint(
                "a",
                """
                    - file: /a
                      content: x
                      when: false
                    - file: /b
                      content: x
                      after: [file:/a]
                    - unit: c.service
                      active: true
                      restartOn: [file:/a, file:/b]
                      reloadOn: [file:/a]
                """)
        ]
        let site = try Sites.compile(files)
        #expect(site.diagnostics == [] && site.resources.count == 2)
        for resource in site.resources {
            #expect(!resource.dependencies.contains(ResourceID(type: .file, identity: "/a")))
            guard case .unit(let unit) = resource.attributes else { continue }
            #expect(unit.restartOn.map(\.identity) == ["/b"] && unit.reloadOn == [])
        }
    }

    @Test(
        arguments: [
            ("template: files/none", "there is no template 'files/none'"),
            ("source: files/none", "there is no file 'files/none'"),
            ("after: [file:/aa]", "'file:/a' refers to 'file:/aa', which is not declared; did you mean"),
        ])
    func `what is left alone has to be right all the same`(attribute: String, message: String) throws {
        let site = try Sites.compile([
            "a.yaml": Sites.blueprint(
                "a", "    - file: /a\n      when: false\n      \(attribute)\n    - file: /b\n      content: x")
        ])
        #expect(site.diagnostics.first?.message.contains(message) == true, "\(site.diagnostics)")
        let condition = try Sites.compile([
            "a.yaml": Sites.blueprint(
                "a", "    - file: /a\n      content: x\n      when: x y", extra: "  when: false\n")
        ])
        #expect(condition.diagnostics.first?.position.line == 9, "\(condition.diagnostics)")
    }

    @Test func `a site without conditions is the same whatever the facts`() throws {
        let files = ["a.yaml": Sites.blueprint("a", "    - file: /a\n      content: x")]
        let site = try Sites.compile(files, facts: Self.facts())
        #expect(try site == Sites.compile(files) && !site.isConditional)
    }
}

/// A clock that moves a second at each look.
private final class Clock: Sendable {
    private let seconds = Mutex(0)

    func tick() -> Duration {
        seconds.withLock { seconds in
            seconds += 1
            return .seconds(seconds)
        }
    }
}
