import Model
import Testing

@testable import HostRuntime

@Suite struct RunLayoutTests {
    private static let digest = ContentDigest(hashing: [UInt8]("x".utf8))

    private static func change(
        _ type: ResourceType, _ identity: String, _ operations: [Operation], after: [ResourceID] = []
    ) -> Change {
        Change(
            resource: ResourceID(type: type, identity: identity), action: .update, fields: [], before: digest,
            after: digest, undo: .exact, risk: .low, operations: operations, dependencies: after)
    }

    private static func write(_ path: String) -> Operation {
        .writeFile(path: path, content: DeclaredContent(digest: digest, size: 1), metadata: FileMetadata())
    }

    private static func layout(_ changes: [Change]) -> RunLayout {
        RunLayout(Plan(cause: .change, commit: "c", changes: changes))
    }

    private static func operations(_ layout: RunLayout) -> [[Operation]] {
        layout.batches.map { layout.steps[$0.steps].map(\.operation) }
    }

    @Test func `independent files are one batch`() {
        let layout = Self.layout((0..<100).map { Self.change(.file, "/etc/f\($0)", [Self.write("/etc/f\($0)")]) })
        #expect(layout.batches.count == 1)
        #expect(layout.batches[0].steps == 0..<100)
        #expect(layout.batches[0].completed == Array(0..<100))
        #expect(layout.steps.map(\.index) == Array(0..<100))
    }

    @Test func `a change comes in a batch after those that it depends on`() {
        let first = Self.change(.directory, "/etc/d", [.makeDirectory(path: "/etc/d", metadata: FileMetadata())])
        let second = Self.change(.file, "/etc/d/f", [Self.write("/etc/d/f")], after: [first.resource])
        let layout = Self.layout([first, second])
        #expect(Self.operations(layout) == [first.operations, second.operations])
    }

    @Test func `a file waits for the replacement of a directory above it without being told`() {
        let file = Self.change(.file, "/etc/d/f", [Self.write("/etc/d/f")])
        let directory = Self.change(
            .directory, "/etc/d", [.remove(path: "/etc/d"), .makeDirectory(path: "/etc/d", metadata: FileMetadata())])
        let layout = Self.layout([directory, file])
        #expect(
            Self.operations(layout) == [
                [.remove(path: "/etc/d")], [.makeDirectory(path: "/etc/d", metadata: FileMetadata())], file.operations,
            ])
    }

    @Test func `a directory is removed after what is in it`() {
        let file = Self.change(.file, "/etc/d/f", [.remove(path: "/etc/d/f")])
        let directory = Self.change(.directory, "/etc/d", [.remove(path: "/etc/d")])
        #expect(Self.operations(Self.layout([file, directory])) == [file.operations, directory.operations])
    }

    @Test func `units of one layer come after its files and reload unit files once`() {
        let unit = { (name: String) in
            Self.change(
                .unit, name,
                [
                    Self.write("/etc/systemd/system/\(name)"), .reloadUnitFiles, .unit(name: name, action: .enable),
                    .unit(name: name, action: .start),
                ])
        }
        let layout = Self.layout([unit("a.service"), unit("b.service")])
        #expect(layout.batches.map(\.isFiles) == [true, false])
        #expect(layout.batches[1].waves == [2..<3, 3..<7])
        #expect(
            Self.operations(layout)[1] == [
                .reloadUnitFiles,
                .unit(name: "a.service", action: .enable), .unit(name: "a.service", action: .start),
                .unit(name: "b.service", action: .enable), .unit(name: "b.service", action: .start),
            ])
        #expect(layout.batches[1].completed == [0, 1])
    }

    @Test func `operations of one change keep their order across files and units`() {
        let name = "a.service"
        let path = "/etc/systemd/system/a.service"
        let operations: [Operation] = [
            .unit(name: name, action: .stop), .unit(name: name, action: .disable), .remove(path: path),
            .reloadUnitFiles,
        ]
        let layout = Self.layout([Self.change(.unit, name, operations)])
        #expect(layout.steps.map(\.operation) == operations)
        #expect(layout.batches.map(\.isFiles) == [false, true, false])
        #expect(layout.batches.map(\.completed) == [[], [], [0]])
    }

    @Test func `a second reload waits for what comes between`() {
        let name = "a.service"
        let operations: [Operation] = [
            .reloadUnitFiles, .unit(name: name, action: .enable), .reloadUnitFiles, .unit(name: name, action: .start),
        ]
        let layout = Self.layout([Self.change(.unit, name, operations)])
        #expect(layout.steps.map(\.operation) == operations)
        #expect(layout.batches[0].waves == [0..<1, 1..<2, 2..<3, 3..<4])
    }

    @Test func `everything is compared first and what the run itself disturbs not again`() {
        let first = Self.change(.file, "/etc/a", [Self.write("/etc/a")])
        let link = Self.change(.symlink, "/etc/l", [.remove(path: "/etc/l")])
        let second = Self.change(.file, "/etc/b", [Self.write("/etc/b")], after: [first.resource])
        let below = Self.change(.file, "/etc/l/f", [Self.write("/etc/l/f")], after: [link.resource])
        let unit = Self.change(.unit, "a.service", [.unit(name: "a.service", action: .start)], after: [first.resource])
        let layout = Self.layout([first, link, second, below, unit])
        #expect(layout.batches[0].compared == [first, link, second, below, unit].map(\.resource))
        #expect(layout.batches[1].compared == [second.resource])
        #expect(layout.batches[2].compared == [])
    }

    @Test func `the same plan gives the same names`() {
        #expect(TemporaryName.step(3, ofRun: 17) == ".aetheredge-17-3")
        #expect(TemporaryName.sequence(in: ".aetheredge-17-3") == 17)
        #expect(TemporaryName.sequence(in: ".aetheredge-17-3u") == 17)
        #expect(TemporaryName.sequence(in: ".aetheredge-17-") == nil)
        #expect(TemporaryName.sequence(in: ".aetheredge-x-3") == nil)
        #expect(TemporaryName.sequence(in: "motd") == nil)
    }
}
