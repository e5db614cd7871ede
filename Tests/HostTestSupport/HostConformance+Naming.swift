@_spi(HostTesting) import HostRuntime
import LinuxIO
import Model
import Testing

extension HostConformance {
    private static let temporary = ".aetheredge-1-0"

    static let naming = [
        HostConformance("an exchange swaps both names and tells what was displaced") { bench throws in
            bench.outside.write("/work/file", "old")
            let old = try #require(try bench.host.status(of: "/work/file"))
            try bench.prepare("new", beside: "/work/file")
            let displaced = try bench.host.exchange(temporary, with: "/work/file", permit: .forTests())
            #expect(displaced.inode == old.inode)
            #expect(bench.outside.text(of: "/work/file") == "new")
            #expect(bench.outside.text(of: "/work/" + temporary) == "old")
            _ = try bench.host.exchange(temporary, with: "/work/file", permit: .forTests())
            #expect(bench.outside.text(of: "/work/file") == "old")
        },
        HostConformance("a file takes the place of a link without touching where it leads") { bench throws in
            bench.outside.write("/work/victim", "precious")
            bench.outside.makeSymlink("/work/file", to: "/work/victim")
            try bench.prepare("new", beside: "/work/file")
            _ = try bench.host.exchange(temporary, with: "/work/file", permit: .forTests())
            #expect(try bench.host.status(of: "/work/file")?.type == .regular)
            #expect(bench.outside.text(of: "/work/victim") == "precious")
            #expect(try bench.host.linkTarget(of: "/work/" + temporary) == "/work/victim")
        },
        HostConformance("an exchange with nothing leaves the temporary") { bench throws in
            try bench.prepare("new", beside: "/work/file")
            bench.expect(.notFound, naming: "/work/file") {
                _ = try bench.host.exchange(temporary, with: "/work/file", permit: .forTests())
            }
            #expect(bench.outside.text(of: "/work/" + temporary) == "new")
            #expect(try bench.host.status(of: "/work/file") == nil)
        },
        HostConformance("installing over something is refused") { bench throws in
            bench.outside.write("/work/file", "other")
            try bench.prepare("new", beside: "/work/file")
            bench.expect(.exists, naming: "/work/file") {
                try bench.host.install(temporary, as: "/work/file", permit: .forTests())
            }
            #expect(bench.outside.text(of: "/work/file") == "other")
        },
        HostConformance("displacing moves anything aside") { bench throws in
            bench.outside.makeDirectory("/work/tree")
            bench.outside.write("/work/tree/x", "x")
            try bench.host.displace("/work/tree", to: temporary, permit: .forTests())
            #expect(try bench.host.status(of: "/work/tree") == nil)
            #expect(bench.outside.text(of: "/work/\(temporary)/x") == "x")
            bench.expect(.notFound) { try bench.host.displace("/work/tree", to: temporary, permit: .forTests()) }
            bench.outside.write("/work/other", "")
            bench.expect(.exists) { try bench.host.displace("/work/other", to: temporary, permit: .forTests()) }
        },
        HostConformance("discarding removes a tree and follows no link out of it") { bench throws in
            bench.outside.makeDirectory("/work/kept")
            bench.outside.write("/work/kept/precious", "x")
            bench.outside.makeDirectory("/work/" + temporary)
            bench.outside.makeDirectory("/work/\(temporary)/deep")
            bench.outside.write("/work/\(temporary)/deep/file", "x")
            bench.outside.makeFIFO("/work/\(temporary)/deep/fifo")
            bench.outside.makeSymlink("/work/\(temporary)/deep/out", to: "/work/kept")
            try bench.host.discard(temporary, beside: "/work/any", permit: .forTests())
            #expect(try bench.host.status(of: "/work/" + temporary) == nil)
            #expect(bench.outside.text(of: "/work/kept/precious") == "x")
        },
        HostConformance("discarding nothing is fine") { bench throws in
            try bench.host.discard(temporary, beside: "/work/any", permit: .forTests())
            try bench.host.discard(temporary, beside: "/none/any", permit: .forTests())
        },
        HostConformance("few and many files are synced") { bench throws in
            var files: [String] = []
            for number in 0..<40 {
                files.append("/work/f\(number)")
                bench.outside.write("/work/f\(number)", "x")
            }
            try bench.host.sync(files: Array(files.prefix(2)), directories: ["/work"], permit: .forTests())
            try bench.host.sync(files: files, directories: ["/work", "/"], permit: .forTests())
            bench.expect(.notFound) {
                try bench.host.sync(files: ["/work/none"], directories: [], permit: .forTests())
            }
        },
    ]
}
