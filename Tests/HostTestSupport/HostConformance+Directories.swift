@_spi(HostTesting) import HostRuntime
import LinuxIO
import Model
import Store
import Testing

extension HostConformance {
    static let directories = [
        HostConformance("a directory is made with its mode, once") { bench throws in
            try bench.host.makeDirectory("/work/d", metadata: FileMetadata(mode: 0o2750), permit: .forTests())
            #expect(try bench.host.status(of: "/work/d")?.permissions == 0o2750)
            bench.expect(.exists, naming: "/work/d") {
                try bench.host.makeDirectory("/work/d", metadata: FileMetadata(), permit: .forTests())
            }
            try bench.host.makeDirectory("/work/e", metadata: FileMetadata(), permit: .forTests())
            #expect(try bench.host.status(of: "/work/e")?.permissions == 0o755)
        },
        HostConformance("a directory below nothing is refused") { bench throws in
            bench.expect(.notFound, naming: "/work/none/d") {
                try bench.host.makeDirectory("/work/none/d", metadata: FileMetadata(), permit: .forTests())
            }
        },
        HostConformance("only an empty directory is removed as one") { bench throws in
            bench.outside.makeDirectory("/work/d")
            bench.outside.write("/work/d/x", "x")
            bench.expect(.notEmpty, naming: "/work/d") {
                try bench.host.removeDirectory("/work/d", permit: .forTests())
            }
            bench.expect(.notFound, naming: "/work/none") {
                try bench.host.removeDirectory("/work/none", permit: .forTests())
            }
            bench.expect(.wrongType, naming: "/work/d/x") {
                try bench.host.removeDirectory("/work/d/x", permit: .forTests())
            }
            bench.outside.makeDirectory("/work/empty")
            try bench.host.removeDirectory("/work/empty", permit: .forTests())
            #expect(try bench.host.status(of: "/work/empty") == nil)
        },
        HostConformance("a FIFO is described and made again") { bench throws in
            bench.outside.makeFIFO("/work/fifo")
            bench.outside.setMode("/work/fifo", 0o620)
            let node = try bench.host.specialNode(at: "/work/fifo")
            #expect(node.type == .fifo && node.permissions == 0o620)
            try bench.host.makeSpecial("/work/again", node: node, metadata: FileMetadata(), permit: .forTests())
            #expect(try bench.host.specialNode(at: "/work/again") == node)
            #expect(try bench.host.status(of: "/work/again")?.permissions == 0o620)
            bench.expect(.exists) {
                try bench.host.makeSpecial("/work/again", node: node, metadata: FileMetadata(), permit: .forTests())
            }
            bench.expect(.wrongType) { _ = try bench.host.specialNode(at: "/work") }
        },
    ]

    static let metadata = [
        HostConformance("a mode is set, and nothing else") { bench throws in
            bench.outside.write("/work/file", "x")
            let before = try #require(try bench.host.status(of: "/work/file"))
            try bench.host.setMetadata("/work/file", FileMetadata(mode: 0o4750), permit: .forTests())
            let after = try #require(try bench.host.status(of: "/work/file"))
            #expect(after.permissions == 0o4750)
            #expect((after.owner, after.group, after.inode) == (before.owner, before.group, before.inode))
        },
        HostConformance("an owner is set and set-id bits last") { bench throws in
            guard bench.host.canChangeOwner else { return }
            bench.outside.write("/work/file", "x")
            try bench.host.setMetadata(
                "/work/file", FileMetadata(owner: 33, group: 1, mode: 0o6755), permit: .forTests())
            let status = try #require(try bench.host.status(of: "/work/file"))
            #expect((status.owner, status.group, status.permissions) == (33, 1, 0o6755))
        },
        HostConformance("a link is changed itself, never where it leads") { bench throws in
            bench.outside.write("/work/file", "x")
            bench.outside.setMode("/work/file", 0o600)
            bench.outside.makeSymlink("/work/link", to: "file")
            var wanted = FileMetadata(mode: 0o777)
            if bench.host.canChangeOwner { wanted.owner = 33 }
            try bench.host.setMetadata("/work/link", wanted, permit: .forTests())
            #expect(try bench.host.status(of: "/work/file")?.permissions == 0o600)
            #expect(try bench.host.status(of: "/work/file")?.owner != 33)
            if bench.host.canChangeOwner { #expect(try bench.host.status(of: "/work/link")?.owner == 33) }
        },
        HostConformance("metadata of nothing is refused") { bench throws in
            bench.expect(.notFound, naming: "/work/none") {
                try bench.host.setMetadata("/work/none", FileMetadata(mode: 0o600), permit: .forTests())
            }
        },
        HostConformance("extended attributes are set exactly") { bench throws in
            bench.outside.write("/work/file", "x")
            guard bench.outside.setAttribute("/work/file", "user.old", [1]) else { return }
            let others = try bench.host.extendedAttributes(of: "/work/file").filter { !$0.name.hasPrefix("user.") }
            let wanted = [
                ExtendedAttribute(name: "user.a", value: []), ExtendedAttribute(name: "user.b", value: [1, 0, 2]),
            ]
            try bench.host.setExtendedAttributes("/work/file", others + wanted, permit: .forTests())
            let found = try bench.host.extendedAttributes(of: "/work/file").filter { $0.name.hasPrefix("user.") }
            #expect(found == wanted)
        },
    ]
}
