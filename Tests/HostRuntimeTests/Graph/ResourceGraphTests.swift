import HostRuntime
import HostTestSupport
import Model
import TestSupport
import Testing

@Suite struct ResourceGraphTests {
    @Test func `what lies in a directory comes after the nearest declared one above`() throws {
        let graph = try ResourceGraph([
            .file("/a/b/c/file", "x"), .symlink("/a/b/link", to: "y"), .directory("/a/b"), .directory("/a"),
            .file("/ab", "not below /a"),
        ])
        #expect(
            graph.order.map(\.description)
                == ["directory:/a", "directory:/a/b", "file:/a/b/c/file", "symlink:/a/b/link", "file:/ab"])
        #expect(graph.resources[2].dependencies == [ResourceID("directory:/a/b")])
        #expect(graph.removalOrder == graph.order.reversed())
    }

    @Test func `a unit comes after its unit file, its template and its drop-ins`() throws {
        let graph = try ResourceGraph([
            .unit("web@1.service", active: true), .unit("web.service", active: true),
            .file("/etc/systemd/system/web.service.d/10.conf", "x"), .file("/usr/lib/systemd/system/web@.service", "x"),
            .file("/etc/systemd/system/web.service", "x"), .directory("/etc/systemd/system/web.service.d"),
        ])
        let position = Dictionary(uniqueKeysWithValues: graph.order.enumerated().map { ($1.description, $0) })
        func isBefore(_ first: String, _ second: String) -> Bool {
            (position[first] ?? .max) < (position[second] ?? .min)
        }
        #expect(isBefore("file:/usr/lib/systemd/system/web@.service", "unit:web@1.service"))
        #expect(isBefore("file:/etc/systemd/system/web.service", "unit:web.service"))
        #expect(isBefore("file:/etc/systemd/system/web.service.d/10.conf", "unit:web.service"))
        #expect(
            isBefore(
                "directory:/etc/systemd/system/web.service.d", "file:/etc/systemd/system/web.service.d/10.conf"))
    }

    @Test func `a drop-in whose name begins with a combining mark comes before its unit too`() throws {
        let dropIn = DeclaredResource.file("/etc/systemd/system/web.service.d/\u{301}.conf", "x")
        let graph = try ResourceGraph([.unit("web.service", active: true), dropIn])
        #expect(graph.order == [dropIn.id, ResourceID("unit:web.service")])
    }

    @Test func `a unit comes after what restarts and reloads it`() throws {
        let graph = try ResourceGraph([
            .unit(
                "web.service", restartOn: [ResourceID("file:/etc/web")], reloadOn: [ResourceID("symlink:/etc/tls")]),
            .symlink("/etc/tls", to: "x"), .file("/etc/web", "x"),
        ])
        #expect(graph.order.last == ResourceID("unit:web.service"))
        #expect(graph.layers.map(\.count) == [2, 1])
    }

    @Test func `what goes away does so from the inside`() throws {
        let graph = try ResourceGraph([
            .directory("/a", isAbsent: true), .directory("/a/b", isAbsent: true), .file("/a/b/c", isAbsent: true),
            .file("/etc/systemd/system/web.service", isAbsent: true), .unit("web.service", active: false),
        ])
        #expect(
            graph.order.map(\.description) == [
                "file:/a/b/c", "directory:/a/b", "directory:/a", "unit:web.service",
                "file:/etc/systemd/system/web.service",
            ])
    }

    @Test func `a cycle is named whole, with positions`() {
        let error = #expect(throws: GraphError.self) {
            try ResourceGraph([
                .file("/x", "", line: 1), .file("/b", "", after: [ResourceID("file:/c")], line: 5),
                .directory("/a", after: [ResourceID("file:/a/f")], line: 7),
                .file("/c", "", after: [ResourceID("file:/b")], line: 9), .file("/a/f", "", line: 11),
            ])
        }
        #expect(error?.problems.map(\.code) == [.cycle, .cycle])
        #expect(
            error?.problems.first?.message
                == "the order has a cycle: 'file:/b' (site.yaml:5:1) after 'file:/c' (site.yaml:9:1) after 'file:/b'; "
                + "drop one of these")
        #expect(
            error?.problems.last?.message
                == "the order has a cycle: 'directory:/a' (site.yaml:7:1) after 'file:/a/f' (site.yaml:11:1) "
                + "after (implied) 'directory:/a'; drop one of these")
    }

    @Test func `a resource after itself is a cycle`() {
        let error = #expect(throws: GraphError.self) {
            try ResourceGraph([.file("/a", "", after: [ResourceID("file:/a")])])
        }
        #expect(error?.problems.map(\.resources) == [[ResourceID("file:/a")]])
    }

    @Test func `every broken reference is told, with what was probably meant`() {
        let error = #expect(throws: GraphError.self) {
            try ResourceGraph([
                .file("/etc/nginx.conf", ""), .directory("/srv"),
                .unit("a.service", restartOn: [ResourceID("file:/etc/ngin.conf")], line: 3),
                .file("/x", "", after: [ResourceID("file:/srv")], line: 4),
                .file("/y", "", after: [ResourceID("unit:zzz.service")], line: 5),
            ])
        }
        let problems = error?.problems ?? []
        #expect(problems.map(\.code) == [.unknownReference, .unknownReference, .unknownReference])
        #expect(problems.first?.message.hasSuffix("not declared; did you mean 'file:/etc/nginx.conf'?") == true)
        #expect(problems.dropFirst().first?.message.hasSuffix("did you mean 'directory:/srv'?") == true)
        #expect(problems.last?.message == "'file:/y' refers to 'unit:zzz.service', which is not declared")
        #expect(error?.description.hasPrefix("site.yaml:3:1: ") == true)
    }

    @Test func `one path is one resource`() {
        let error = #expect(throws: GraphError.self) {
            try ResourceGraph([
                .file("/a", "", line: 2), .file("/a", "", line: 8), .file("/b", "", line: 3),
                .symlink("/b", to: "x", line: 9),
            ])
        }
        #expect(error?.problems.map(\.code) == [.duplicate, .duplicate])
        #expect(error?.problems.first?.message.hasSuffix("the first is at site.yaml:2:1") == true)
        #expect(error?.problems.first?.position.line == 8)
    }

    @Test(arguments: [
        [DeclaredResource.directory("/a", isAbsent: true), .file("/a/b", "x")],
        [.file("/a", "x"), .file("/a/b", "x")],
        [.file("/a", isAbsent: true), .file("/a/b", "x")],
        [.unit("w.service", content: "x"), .file("/etc/systemd/system/w.service", "x")],
        [.unit("w.service", dropIns: ["1.conf": "x"]), .file("/etc/systemd/system/w.service.d/1.conf", "x")],
    ])
    func `what cannot both hold is refused`(_ declared: [DeclaredResource]) {
        let error = #expect(throws: GraphError.self) { try ResourceGraph(declared) }
        #expect(error?.problems.map(\.code) == [.conflict])
    }

    @Test func `an unmasked unit may have its file declared`() throws {
        _ = try ResourceGraph([
            .unit("w.service", masked: false), .file("/etc/systemd/system/w.service", "x"),
        ])
    }

    @Test func `any graph is ordered, in layers, and the same every time`() throws {
        for seed in UInt64(0)..<200 {
            var random = SeededGenerator(seed: seed)
            let count = Int.random(in: 1...60, using: &random)
            var declared: [DeclaredResource] = []
            for number in 0..<count {
                let after = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                    Int.random(in: 0..<count, using: &random)
                }
                .filter { $0 < number }.map { ResourceID("file:/f\($0)") }
                declared.append(.file("/f\(number)", "", after: after))
            }
            declared.shuffle(using: &random)
            let graph = try ResourceGraph(declared)
            #expect(graph.resources.count == count, "seed \(seed)")
            var seen: Set<ResourceID> = []
            for resource in graph.resources {
                #expect(seen.isSuperset(of: resource.dependencies), "seed \(seed)")
                seen.insert(resource.id)
            }
            var earlier: Set<ResourceID> = []
            let dependencies = Dictionary(uniqueKeysWithValues: graph.resources.map { ($0.id, $0.dependencies) })
            for layer in graph.layers {
                for id in layer { #expect(earlier.isSuperset(of: dependencies[id] ?? []), "seed \(seed)") }
                earlier.formUnion(layer)
            }
            #expect(try ResourceGraph(declared).order == graph.order, "seed \(seed)")
            #expect(try ResourceGraph(graph.resources).order == graph.order, "seed \(seed)")
        }
    }

    @Test func `a hundred thousand resources are ordered`() throws {
        let declared =
            (0..<100_000).map { DeclaredResource.file("/d\($0 / 100)/f\($0)", "") }
            + (0..<1_000).map { DeclaredResource.directory("/d\($0)") }
        #expect(try ResourceGraph(declared).layers.map(\.count) == [1_000, 100_000])
    }
}
