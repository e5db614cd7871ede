@_spi(HostTesting) import HostRuntime
import LinuxIO
import Model
import Store
import Testing

extension HostConformance {
    private static let temporary = ".aetheredge-1-0"

    static let preparing = [
        HostConformance("a new file has its bytes and mode before its name") { bench throws in
            try bench.prepare("hello", beside: "/work/new", FileMetadata(mode: 0o640))
            #expect(try bench.host.status(of: "/work/new") == nil)
            let prepared = try #require(try bench.host.status(of: "/work/" + temporary))
            #expect(prepared.permissions == 0o640)
            try bench.host.install(temporary, as: "/work/new", permit: .forTests())
            #expect(bench.outside.text(of: "/work/new") == "hello")
            #expect(try bench.host.status(of: "/work/new")?.inode == prepared.inode)
            #expect(try bench.host.status(of: "/work/" + temporary) == nil)
        },
        HostConformance("a new file without a mode is 0644") { bench throws in
            try bench.prepare("x", beside: "/work/new")
            #expect(try bench.host.status(of: "/work/" + temporary)?.permissions == 0o644)
        },
        HostConformance("what is not declared of an existing file is kept") { bench throws in
            bench.outside.write("/work/file", "old")
            bench.outside.setMode("/work/file", 0o4711)
            let keepsAttributes = bench.outside.setAttribute("/work/file", "user.note", [1, 2])
            try bench.prepare("new", beside: "/work/file")
            #expect(try bench.host.status(of: "/work/" + temporary)?.permissions == 0o4711)
            guard keepsAttributes else { return }
            let attributes = try bench.host.extendedAttributes(of: "/work/" + temporary)
            #expect(attributes.contains { $0.name == "user.note" && $0.value == [1, 2] })
        },
        HostConformance("the mode of a link or FIFO is not a file's") { bench throws in
            bench.outside.makeSymlink("/work/link", to: "x")
            try bench.prepare("new", beside: "/work/link")
            #expect(try bench.host.status(of: "/work/" + temporary)?.permissions == 0o644)
        },
        HostConformance("owner and group are set where they can be") { bench throws in
            guard bench.host.canChangeOwner else { return }
            try bench.prepare("x", beside: "/work/new", FileMetadata(owner: 33, group: 33, mode: 0o6755))
            let status = try #require(try bench.host.status(of: "/work/" + temporary))
            #expect((status.owner, status.group, status.permissions) == (33, 33, 0o6755))
        },
        HostConformance("a leftover under the temporary name is replaced, a directory too") { bench throws in
            bench.outside.makeDirectory("/work/" + temporary)
            bench.outside.write("/work/\(temporary)/x", "x")
            try bench.prepare("new", beside: "/work/file")
            #expect(bench.outside.text(of: "/work/" + temporary) == "new")
        },
        HostConformance("content of another size leaves nothing") { bench throws in
            for size in [Int64(2), 4] {
                bench.expect(.changed, naming: "/work/file") {
                    try bench.host.prepareFile(
                        temporary, beside: "/work/file", metadata: FileMetadata(), size: size,
                        content: { write throws(HostError) in try write([1, 2, 3]) }, permit: .forTests())
                }
                #expect(try bench.host.status(of: "/work/" + temporary) == nil)
            }
        },
        HostConformance("content that fails leaves nothing") { bench throws in
            bench.expect(.inputOutput) {
                try bench.host.prepareFile(
                    temporary, beside: "/work/file", metadata: FileMetadata(), size: 3,
                    content: { write throws(HostError) in
                        try write([1])
                        throw HostError(.inputOutput, "the content store failed")
                    }, permit: .forTests())
            }
            #expect(try bench.host.status(of: "/work/" + temporary) == nil)
        },
        HostConformance("a missing directory is named") { bench throws in
            bench.expect(.notFound, naming: "/work/none/file") { try bench.prepare("x", beside: "/work/none/file") }
        },
        HostConformance("many chunks make one file") { bench throws in
            let chunk = [UInt8](repeating: 65, count: 1 << 20)
            try bench.host.prepareFile(
                temporary, beside: "/work/large", metadata: FileMetadata(), size: Int64(5 * chunk.count),
                content: { write throws(HostError) in for _ in 0..<5 { try write(chunk) } }, permit: .forTests())
            #expect(try bench.host.status(of: "/work/" + temporary)?.size == Int64(5 * chunk.count))
        },
        HostConformance("a link is prepared and installed") { bench throws in
            try bench.host.prepareSymlink(
                temporary, beside: "/work/link", target: "../any", metadata: FileMetadata(), permit: .forTests())
            try bench.host.install(temporary, as: "/work/link", permit: .forTests())
            #expect(try bench.host.linkTarget(of: "/work/link") == "../any")
        },
    ]
}
