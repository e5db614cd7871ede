import FoundationEssentials
import TestSupport
import Testing

/// What kubectl reads, waits for and deletes.
@Suite struct ReadingConformanceTests {
    private func blueprint(_ name: String, _ extra: String = "") -> String {
        """
        ---
        apiVersion: aetheredge.io/v1
        kind: Blueprint
        metadata: {name: \(name), labels: {part: \(name)}\(extra)}
        spec: {resources: [{directory: /srv/\(name)}]}

        """
    }

    /// Whether a wait for a deletion says that the object is gone, as it does too when it was gone before.
    private func isGone(_ result: CommandResult) -> Bool {
        result.isSuccess || result.error.contains("NotFound") || result.error.contains("no matching resources")
    }

    private func make(_ count: Int, _ kubectl: Kubectl, _ cluster: Cluster) async throws {
        let text = (1...count).map { blueprint("b\($0)") }.joined()
        _ = try await cluster.output(kubectl, "create", "-f", "-", input: text)
    }

    /// Runs a test on a host whose source declares one file.
    private func withSite(_ body: (Cluster) async throws -> Void) async throws {
        try await withTemporaryDirectory("site") { site in
            try write(
                """
                apiVersion: aetheredge.io/v1
                kind: Blueprint
                metadata: {name: base}
                spec: {resources: [{file: /motd, content: hello}]}
                """, to: site + "/base.yaml")
            try await withCluster(configuration: "source: {directory: \(site)}\n", body)
        }
    }

    @Test(arguments: Kubectl.installed)
    func `objects are shown in every form`(_ kubectl: Kubectl) async throws {
        try await withCluster { cluster in
            try await make(5, kubectl, cluster)
            let table = try await cluster.output(kubectl, "get", "bp")
            #expect(table.hasPrefix("NAME") && table.contains("MODE") && !table.contains("REASON"))
            #expect(try await cluster.output(kubectl, "get", "bp", "-o", "wide").contains("REASON"))
            #expect(
                try await cluster.output(kubectl, "get", "bp", "b1", "-o", "json").contains("\"kind\": \"Blueprint\""))
            #expect(try await cluster.output(kubectl, "get", "bp", "b1", "-o", "yaml").contains("kind: Blueprint"))
            let names = "b1\nb2\nb3\nb4\nb5\n"
            for arguments in [
                ["--no-headers", "-o", "custom-columns=N:.metadata.name"],
                ["--no-headers", "-o", "custom-columns=N:.metadata.name", "--chunk-size=2"],
                ["--no-headers", "-o", "custom-columns=N:.metadata.name", "--sort-by=.metadata.name"],
                ["-o", "jsonpath={range .items[*]}{.metadata.name}{\"\\n\"}{end}"],
            ] {
                let result = try await cluster.command.run([kubectl.path, "get", "bp"] + arguments)
                #expect(result.output == names, "\(result)")
            }
            for (arguments, expected) in [
                (["-l", "part=b2"], "blueprint.aetheredge.io/b2\n"),
                (["-l", "part in (b1,b3)"], "blueprint.aetheredge.io/b1\nblueprint.aetheredge.io/b3\n"),
                (["--field-selector", "metadata.name=b4"], "blueprint.aetheredge.io/b4\n"),
                (["--field-selector", "spec.mode=observe"], ""),
            ] {
                let result = try await cluster.command.run([kubectl.path, "get", "bp", "-o", "name"] + arguments)
                #expect(result.isSuccess && result.output == expected, "\(result)")
            }
            let missing = try await cluster.run(kubectl, "get", "bp", "none")
            #expect(missing.status == 1 && missing.error.contains("NotFound"))
        }
    }

    @Test(arguments: Kubectl.installed)
    func `a watch shows changes as they happen`(_ kubectl: Kubectl) async throws {
        try await withCluster { cluster in
            try await make(1, kubectl, cluster)
            let watch = try await cluster.command.start(
                [kubectl.path, "get", "bp", "-w", "--output-watch-events"], name: "watch", until: "b1")
            _ = try await cluster.output(kubectl, "create", "-f", "-", input: blueprint("b2"))
            _ = try await cluster.output(kubectl, "delete", "bp", "b1")
            let seen = try await onOwnThread {
                let deadline = ContinuousClock.now + .seconds(20)
                var text = ""
                repeat {
                    text = try read(cluster.command.directory + "/watch.out")
                    _ = watch.wait(atMost: .milliseconds(20))
                } while !text.contains("DELETED") && ContinuousClock.now < deadline
                watch.stop()
                return text
            }
            #expect(seen.contains("ADDED") && seen.contains("b2") && seen.contains("DELETED"), "\(seen)")
        }
    }

    @Test(arguments: Kubectl.installed)
    func `wait comes back once it is so`(_ kubectl: Kubectl) async throws {
        try await withSite { cluster in
            _ = try await cluster.output(
                kubectl, "wait", "--for=condition=Ready", "source/default", "--timeout=30s")
            let ready = try await cluster.output(
                kubectl, "wait", "--for=condition=Ready", "blueprint/base", "--timeout=30s")
            #expect(ready.contains("condition met"))
            if !kubectl.isOld {
                _ = try await cluster.output(
                    kubectl, "wait", "--for=jsonpath={.status.resources}=1", "bp/base", "--timeout=30s")
            }
            let never = try await cluster.run(
                kubectl, "wait", "--for=condition=Stalled", "bp/base", "--timeout=1s")
            #expect(never.status == 1 && never.error.contains("timed out"), "\(never)")
            let held = blueprint("held", ", finalizers: [example.org/hold]")
            _ = try await cluster.output(kubectl, "create", "-f", "-", input: held)
            _ = try await cluster.output(kubectl, "delete", "bp", "held", "--wait=false")
            async let gone = cluster.run(kubectl, "wait", "--for=delete", "bp/held", "--timeout=30s")
            _ = try await cluster.output(
                kubectl, "patch", "bp", "held", "--type=merge", "-p", #"{"metadata":{"finalizers":null}}"#)
            #expect(isGone(try await gone))
        }
    }

    @Test(arguments: Kubectl.installed)
    func `describe and events tell what happened`(_ kubectl: Kubectl) async throws {
        try await withSite { cluster in
            _ = try await cluster.output(
                kubectl, "wait", "--for=condition=Ready", "source/default", "--timeout=30s")
            let described = try await cluster.output(kubectl, "describe", "resource", "file:motd")
            #expect(described.contains("Changed") && described.contains("aetheredged"), "\(described)")
            for name in ["events", "ev", "events.events.k8s.io"] {
                let table = try await cluster.output(kubectl, "get", name)
                #expect(table.contains("LAST SEEN") && table.contains("resource/file:motd"), "\(table)")
            }
            let own = try await cluster.output(kubectl, "get", "events.aetheredge.io")
            #expect(own.contains("file:motd"))
            let chosen = try await cluster.output(
                kubectl, "get", "events", "-A", "-o", "name", "--field-selector", "involvedObject.name=file:motd",
                "--sort-by=.lastTimestamp")
            #expect(chosen.hasPrefix("event/"))
            guard !kubectl.isOld else { return }
            #expect(try await cluster.output(kubectl, "events").contains("Changed"))
            #expect(try await cluster.output(kubectl, "events", "-A", "--types=Normal").contains("Changed"))
        }
    }

    @Test(arguments: Kubectl.installed)
    func `deletions go in the background, in the foreground, or leave what is owned`(_ kubectl: Kubectl) async throws {
        try await withCluster { cluster in
            for policy in kubectl.isOld ? ["true"] : ["background", "foreground", "orphan"] {
                _ = try await cluster.output(kubectl, "create", "-f", "-", input: blueprint("owner"))
                let uid = try await cluster.output(kubectl, "get", "bp", "owner", "-o", "jsonpath={.metadata.uid}")
                let reference =
                    "{apiVersion: aetheredge.io/v1, kind: Blueprint, name: owner, uid: \(uid), "
                    + "blockOwnerDeletion: true}"
                let child = blueprint("child", ", ownerReferences: [\(reference)]")
                _ = try await cluster.output(kubectl, "create", "-f", "-", input: child)
                let deleted = try await cluster.output(kubectl, "delete", "bp", "owner", "--cascade=\(policy)")
                #expect(deleted.contains("deleted"))
                if policy == "orphan" {
                    let left = try await cluster.output(
                        kubectl, "get", "bp", "child", "-o", "jsonpath={.metadata.ownerReferences}")
                    #expect(left == "")
                    _ = try await cluster.output(kubectl, "delete", "bp", "child")
                } else {
                    let gone = try await cluster.run(kubectl, "wait", "--for=delete", "bp/child", "--timeout=30s")
                    #expect(isGone(gone), "\(policy): \(gone)")
                }
            }
            try await make(4, kubectl, cluster)
            _ = try await cluster.output(kubectl, "delete", "bp", "-l", "part in (b1,b2)")
            #expect(
                try await cluster.output(kubectl, "get", "bp", "-o", "name")
                    == "blueprint.aetheredge.io/b3\nblueprint.aetheredge.io/b4\n")
            _ = try await cluster.output(kubectl, "delete", "bp", "--all")
            #expect(try await cluster.output(kubectl, "get", "bp", "-o", "name") == "")
        }
    }
}
