import Model
import Testing

@testable import Brahma

@Suite struct SiteCompilerTests {
    private func content(_ site: CompiledSite, _ path: String) -> DeclaredContent? {
        for resource in site.resources where resource.id.identity == path {
            if case .file(let file) = resource.attributes { return file.content }
        }
        return nil
    }

    @Test func `a site compiles to resources in order, with content by digest`() throws {
        let site = try Sites.compile([
            "web.yaml": Sites.blueprint(
                "web",
                """
                    - file: /etc/web/site.conf
                      template: files/site.mustache
                    - directory: /etc/web
                    - file: /etc/web/plain
                      source: files/plain
                    - file: /etc/web/inline
                      content: |
                        hello
                """, extra: "  parameters: {port: 8080, name: a&b}\n"),
            "files/site.mustache": "listen {{port}}\nname {{name}}\n",
            "files/plain": "plain\n",
        ])
        #expect(site.diagnostics == [])
        #expect(site.resources.first?.id.description == "directory:/etc/web")
        #expect(site.resources.count == 4)
        #expect(content(site, "/etc/web/site.conf")?.digest == ContentDigest(hashing: "listen 8080\nname a&b\n"))
        #expect(content(site, "/etc/web/plain")?.digest == ContentDigest(hashing: "plain\n"))
        #expect(content(site, "/etc/web/inline")?.digest == ContentDigest(hashing: "hello\n"))
    }

    @Test func `a template keeps every line, an empty first one too`() throws {
        for text in ["\nfirst {{port}}\n", "first\n\n{{port}}", "{{port}}\n\n", "\n\n"] {
            let rendered = try TemplateRenderer.render(Array(text.utf8), file: "t", parameters: ["port": 1])
            #expect(String(decoding: rendered, as: UTF8.self) == text.replacing("{{port}}", with: "1"))
        }
    }

    @Test func `the same files give the same result`() throws {
        let files = [
            "a.yaml": Sites.blueprint("a", "    - file: /a\n      content: x"),
            "b.yaml": Sites.blueprint("b", "    - file: /b\n      content: y"),
        ]
        #expect(try Sites.compile(files) == Sites.compile(files))
    }

    @Test func `an unknown key is named with its place and what was probably meant`() throws {
        let site = try Sites.compile(["a.yaml": Sites.blueprint("a", "    - file: /a\n      ownr: root")])
        #expect(site.resources == [])
        let first = try #require(site.diagnostics.first)
        #expect(first.position == SourcePosition(file: "a.yaml", line: 7, column: 7))
        #expect(first.message.contains("'ownr'"))
        #expect(first.message.contains("'owner'"))
    }

    @Test func `one broken document refuses the whole site`() throws {
        let site = try Sites.compile([
            "good.yaml": Sites.blueprint("good", "    - file: /a\n      content: x"),
            "bad.yaml": Sites.blueprint("bad", "    - file: relative\n      content: x"),
        ])
        #expect(site.resources == [])
        #expect(site.blueprints == [])
        #expect(site.diagnostics.map(\.position.file) == ["bad.yaml"])
    }

    @Test func `blueprints with one name and resources that stand twice are errors`() throws {
        let twice = try Sites.compile([
            "a.yaml": Sites.blueprint("same", "    - file: /a\n      content: x"),
            "b.yaml": Sites.blueprint("same", "    - file: /b\n      content: x"),
        ])
        #expect(twice.diagnostics.first?.message.contains("declared already at a.yaml") == true)
        let resource = try Sites.compile([
            "a.yaml": Sites.blueprint("a", "    - file: /a\n      content: x"),
            "b.yaml": Sites.blueprint("b", "    - file: /a\n      content: y"),
        ])
        #expect(resource.diagnostics.count == 1)
    }

    @Test func `a cycle is named`() throws {
        let site = try Sites.compile([
            "a.yaml": Sites.blueprint(
                "a",
                """
                    - file: /a
                      content: x
                      after: [file:/b]
                    - file: /b
                      content: y
                      after: [file:/a]
                """)
        ])
        #expect(site.diagnostics.first?.message.contains("file:/a") == true)
        #expect(site.diagnostics.first?.message.contains("file:/b") == true)
    }

    @Test func `a file that is not there, and one outside of the site, are errors where they are named`() throws {
        let missing = try Sites.compile(["a.yaml": Sites.blueprint("a", "    - file: /a\n      source: files/none")])
        #expect(missing.diagnostics.first?.message.contains("files/none") == true)
        #expect(missing.diagnostics.first?.position.line == 7)
        let outside = try Sites.compile(["a.yaml": Sites.blueprint("a", "    - file: /a\n      source: ../etc/passwd")])
        #expect(outside.diagnostics.count == 1)
    }

    @Test func `the daemon's own state cannot be declared`() throws {
        let site = try Sites.compile(
            ["a.yaml": Sites.blueprint("a", "    - file: /var/lib/aetheredge/state.db\n      content: x")],
            denied: [DeniedTree("/var/lib/aetheredge", reason: "holds the daemon's own state")])
        #expect(site.diagnostics.first?.message.contains("the daemon's own state") == true)
    }

    @Test func `YAML of another product is left alone`() throws {
        let site = try Sites.compile([
            "a.yaml": Sites.blueprint("a", "    - file: /a\n      source: files/app.yaml"),
            "files/app.yaml": "port: 1\nitems: [a, b]\n",
        ])
        #expect(site.diagnostics == [])
        #expect(site.resources.count == 1)
    }

    @Test func `a parameter that is not declared is an error at its place in the template`() throws {
        let site = try Sites.compile([
            "a.yaml": Sites.blueprint(
                "a", "    - file: /a\n      template: t.mustache", extra: "  parameters: {port: 1}\n"),
            "t.mustache": "first\n  {{prot}}\n",
        ])
        let first = try #require(site.diagnostics.first)
        #expect(first.position == SourcePosition(file: "t.mustache", line: 2, column: 3))
        #expect(first.message.contains("'port'"))
    }
}
