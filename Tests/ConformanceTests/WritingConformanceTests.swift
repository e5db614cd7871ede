import FoundationEssentials
import Testing

/// What kubectl writes.
@Suite struct WritingConformanceTests {
    private func manifest(_ name: String = "web", content: String = "one", labels: String = "{tier: edge}") -> String {
        """
        apiVersion: aetheredge.io/v1
        kind: Blueprint
        metadata: {name: \(name), labels: \(labels)}
        spec:
          resources:
          - file: /etc/\(name)
            content: "\(content)"
        """
    }

    @Test(arguments: Kubectl.installed)
    func `apply makes, leaves alone, changes and takes away`(_ kubectl: Kubectl) async throws {
        try await withCluster { cluster in
            let apply = ["apply", "-f", "-"]
            func applied(_ text: String) async throws -> String {
                try await cluster.output(kubectl, apply[0], apply[1], apply[2], input: text)
            }
            #expect(try await applied(manifest()).contains("web created"))
            #expect(try await applied(manifest()).contains("web unchanged"))
            #expect(try await applied(manifest(content: "two", labels: "{}")).contains("web configured"))
            let left = try await cluster.output(
                kubectl, "get", "bp", "web", "-o", "jsonpath={.metadata.labels}|{.spec.resources[0].content}")
            #expect(left == "|two")
        }
    }

    @Test(arguments: Kubectl.installed)
    func `diff shows what apply would do and writes nothing`(_ kubectl: Kubectl) async throws {
        try await withCluster { cluster in
            _ = try await cluster.output(kubectl, "apply", "-f", "-", input: manifest())
            let same = try await cluster.run(kubectl, "diff", "-f", "-", input: manifest())
            #expect(same.status == 0, "\(same)")
            for flags in [[], ["--server-side", "--force-conflicts"]] {
                let changed = try await cluster.command.run(
                    [kubectl.path, "diff", "-f", "-"] + flags, input: manifest(content: "two"))
                #expect(changed.status == 1, "\(changed)")
                #expect(changed.output.contains("-  - content: one") && changed.output.contains("+  - content: two"))
            }
            let stored = try await cluster.output(
                kubectl, "get", "bp", "web", "-o", "jsonpath={.spec.resources[0].content}")
            #expect(stored == "one")
            let new = try await cluster.run(kubectl, "diff", "-f", "-", input: manifest("new"))
            #expect(new.status == 1 && new.output.contains("+  name: new"), "\(new)")
        }
    }

    @Test(arguments: Kubectl.installed)
    func `managers that apply on the server share an object, and hear of conflicts`(_ kubectl: Kubectl) async throws {
        try await withCluster { cluster in
            func apply(_ manager: String, _ text: String, _ more: String...) async throws -> CommandResult {
                try await cluster.command.run(
                    [kubectl.path, "apply", "--server-side", "--field-manager", manager, "-f", "-"] + more, input: text)
            }
            #expect(try await apply("one", manifest()).output.contains("serverside-applied"))
            let conflict = try await apply("two", manifest(content: "two"))
            #expect(conflict.status == 1)
            #expect(conflict.error.contains("conflict with \"one\": .spec.resources[file=\"/etc/web\"].content"))
            #expect(try await apply("two", manifest(content: "two"), "--force-conflicts").isSuccess)
            let mine = """
                apiVersion: aetheredge.io/v1
                kind: Blueprint
                metadata: {name: web}
                spec: {resources: [{directory: /srv/three}]}
                """
            #expect(try await apply("three", mine).isSuccess)
            let all = try await cluster.output(
                kubectl, "get", "bp", "web", "-o", "jsonpath={.spec.resources[*].content}{.spec.resources[*].directory}"
            )
            #expect(all == "two/srv/three")
            let shown = kubectl.isOld ? [] : ["--show-managed-fields"]
            let managers = try await cluster.command.run([kubectl.path, "get", "bp", "web", "-o", "json"] + shown)
            #expect(managers.output.contains("\"manager\": \"three\""), "\(managers)")
        }
    }

    @Test(arguments: Kubectl.installed)
    func `objects are created, replaced, edited, patched, labelled and annotated`(_ kubectl: Kubectl) async throws {
        try await withCluster { cluster in
            let create = try await cluster.output(kubectl, "create", "-f", "-", input: manifest())
            #expect(create.contains("created"))
            let again = try await cluster.run(kubectl, "create", "-f", "-", input: manifest())
            #expect(again.status == 1 && again.error.contains("AlreadyExists"), "\(again)")
            _ = try await cluster.output(kubectl, "replace", "-f", "-", input: manifest(content: "two"))
            _ = try await cluster.output(kubectl, "replace", "--force", "-f", "-", input: manifest(content: "three"))
            _ = try await cluster.output(
                kubectl, "patch", "bp", "web", "--type=merge", "-p", #"{"spec":{"mode":"observe"}}"#)
            _ = try await cluster.output(
                kubectl, "patch", "bp", "web", "--type=json",
                "-p", #"[{"op":"add","path":"/spec/parameters","value":{"a":1}}]"#)
            let strategic = try await cluster.run(kubectl, "patch", "bp", "web", "-p", "{}")
            #expect(strategic.status == 1, "\(strategic)")
            _ = try await cluster.output(kubectl, "label", "bp", "web", "a=b", "tier-")
            _ = try await cluster.output(kubectl, "annotate", "bp", "web", "note=yes")
            let edit = try cluster.file("edit", "#!/bin/sh\nsed -i s/three/four/ \"$1\"\n")
            _ = try await cluster.command.run(["chmod", "755", edit])
            var command = cluster.command
            command.environment["KUBE_EDITOR"] = edit
            let edited = try await command.run([kubectl.path, "edit", "bp", "web"])
            #expect(edited.isSuccess && edited.output.contains("edited"), "\(edited)")
            let left = try await cluster.output(
                kubectl, "get", "bp", "web", "-o",
                "jsonpath={.spec.mode} {.spec.parameters.a} {.metadata.labels} {.metadata.annotations.note} "
                    + "{.spec.resources[0].content}")
            #expect(left == #"observe 1 {"a":"b"} yes four"#)
            let made = try await cluster.output(
                kubectl, "create", "-f", "-", "-o", "name",
                input: manifest().replacing("name: web", with: "generateName: web-"))
            #expect(made.hasPrefix("blueprint.aetheredge.io/web-"))
        }
    }

    @Test(arguments: Kubectl.installed)
    func `a dry run of the server checks everything and writes nothing`(_ kubectl: Kubectl) async throws {
        try await withCluster { cluster in
            let dry = "--dry-run=server"
            let made = try await cluster.output(kubectl, "create", dry, "-f", "-", input: manifest())
            #expect(made.contains("created (server dry run)"))
            let none = try await cluster.run(kubectl, "get", "bp", "web")
            #expect(none.error.contains("NotFound"), "\(none)")
            _ = try await cluster.output(kubectl, "create", "-f", "-", input: manifest())
            for arguments in [
                ["apply", "-f", "-"], ["replace", "-f", "-"], ["label", "bp", "web", "x=y"],
                ["annotate", "bp", "web", "x=y"], ["delete", "bp", "web"],
                ["patch", "bp", "web", "--type=merge", "-p", #"{"spec":{"mode":"observe"}}"#],
            ] {
                let result = try await cluster.command.run(
                    [kubectl.path] + arguments + [dry], input: manifest(content: "two"))
                #expect(result.isSuccess, "\(result)")
            }
            let left = try await cluster.output(
                kubectl, "get", "bp", "web", "-o",
                "jsonpath={.spec.mode} {.spec.resources[0].content} {.metadata.labels.x}{.metadata.annotations.x}")
            #expect(left == "enforce one ")
        }
    }

    @Test(arguments: Kubectl.installed)
    func `what does not fit is refused with its fields`(_ kubectl: Kubectl) async throws {
        try await withCluster { cluster in
            let wrong = manifest().replacing("  resources:", with: "  mode: sometimes\n  resources:")
            let invalid = try await cluster.run(
                kubectl, "create", "--validate=false", "-f", "-", input: wrong)
            #expect(invalid.status == 1 && invalid.error.contains("spec.mode"), "\(invalid)")
            let unknown = manifest().replacing("  resources:", with: "  mood: enforce\n  resources:")
            guard !kubectl.isOld else { return }
            let strict = try await cluster.run(kubectl, "create", "--validate=strict", "-f", "-", input: unknown)
            #expect(strict.status == 1 && strict.error.contains("unknown field \"spec.mood\""), "\(strict)")
            let warned = try await cluster.run(kubectl, "create", "--validate=warn", "-f", "-", input: unknown)
            #expect(warned.isSuccess && warned.error.contains("Warning: unknown field \"spec.mood\""), "\(warned)")
        }
    }
}
