@_spi(HostTesting) import HostRuntime
import LinuxIO
import Model
import Store
import Testing

extension HostConformance {
    static let reading = [
        HostConformance("nothing is no error") { bench throws in
            #expect(try bench.host.status(of: "/work/none") == nil)
            #expect(try bench.host.status(of: "/work/none/below") == nil)
        },
        HostConformance("a path that is relative or has '..' is refused") { bench throws in
            for path in ["work", "/work/../work", ""] {
                bench.expect(.unsafePath) { _ = try bench.host.status(of: path) }
            }
        },
        HostConformance("a batch of statuses answers each path once") { bench throws in
            bench.outside.write("/work/a", "a")
            bench.outside.makeDirectory("/work/d")
            bench.outside.write("/work/d/b", "b")
            let paths = ["/work/d/b", "/work/none", "/gone/x", "relative", "/work/a", "/work/d/c", "/work/d"]
            var answers: [Int: Result<FileStatus?, HostError>] = [:]
            bench.host.statuses(of: paths) { index, status in
                #expect(answers.updateValue(status, forKey: index) == nil)
            }
            #expect(answers.count == paths.count)
            #expect(try answers[0]?.get()?.size == 1)
            #expect(try answers[1]?.get() == nil)
            #expect(try answers[2]?.get() == nil)
            #expect(throws: HostError.self) { try answers[3]?.get() }
            #expect(try answers[4]?.get()?.type == .regular)
            #expect(try answers[5]?.get() == nil)
            #expect(try answers[6]?.get()?.type == .directory)
        },
        HostConformance("a part of a table gives the rows of that part") { bench throws in
            for name in ["a", "b", "c", "d"] { bench.outside.write("/work/\(name)", name) }
            let table = PathTable(["/work/a", "/work/b", "/work/c", "/other/x", "/work/d"])
            var seen: [Int] = []
            for start in 0..<table.count {
                bench.host.forEachStatus(of: table, in: start..<start + 1) { index, _ in seen.append(index) }
            }
            #expect(seen.sorted() == [0, 1, 2, 3, 4])
        },
        HostConformance("entries are sorted and bounded") { bench throws in
            for name in ["b", "a", "c"] { bench.outside.write("/work/\(name)", "") }
            #expect(try bench.host.entries(of: "/work", limit: 3) == ["a", "b", "c"])
            bench.expect(.tooLarge, naming: "/work") { _ = try bench.host.entries(of: "/work", limit: 2) }
            bench.expect(.notFound, naming: "/none") { _ = try bench.host.entries(of: "/none", limit: 2) }
        },
        HostConformance("bytes come in order and the digest is theirs") { bench throws in
            var bytes = (0..<2_500_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            bytes.append(7)
            bench.outside.write("/work/large", bytes)
            var read: [UInt8] = []
            let identity = try bench.host.read("/work/large") { chunk in
                #expect(chunk.count <= 1 << 20)
                read += chunk
            }
            #expect(read == bytes)
            let (digest, digested) = try bench.host.digest(of: "/work/large")
            #expect(digest == ContentDigest(hashing: bytes))
            #expect(digested == identity && identity.size == Int64(bytes.count))
        },
        HostConformance("nothing but a regular file is opened") { bench throws in
            bench.outside.makeFIFO("/work/fifo")
            bench.outside.write("/work/file", "x")
            bench.outside.makeSymlink("/work/link", to: "file")
            for path in ["/work/fifo", "/work/link", "/work"] {
                bench.expect(.wrongType, naming: path) { _ = try bench.host.digest(of: path) }
                bench.expect(.wrongType, naming: path) { _ = try bench.host.read(path) { _ in } }
            }
        },
        HostConformance("a link is looked at, not through") { bench throws in
            bench.outside.makeSymlink("/work/link", to: "/nowhere")
            #expect(try bench.host.status(of: "/work/link")?.type == .symbolicLink)
            #expect(try bench.host.linkTarget(of: "/work/link") == "/nowhere")
            bench.outside.write("/work/file", "")
            #expect(throws: HostError.self) { try bench.host.linkTarget(of: "/work/file") }
        },
        HostConformance("a link of root on the way is followed within the root") { bench throws in
            bench.outside.makeDirectory("/work/real")
            bench.outside.write("/work/real/file", "x")
            bench.outside.makeSymlink("/work/alias", to: "/work/real")
            #expect(try bench.host.status(of: "/work/alias/file")?.size == 1)
        },
        HostConformance("a directory is listed and synced through a link of root") { bench throws in
            bench.outside.makeDirectory("/work/real")
            bench.outside.write("/work/real/file", "text")
            bench.outside.makeSymlink("/work/alias", to: "/work/real")
            #expect(try bench.host.entries(of: "/work/alias", limit: 10) == ["file"])
            try bench.host.sync(files: ["/work/alias/file"], directories: ["/work/alias"], permit: .forTests())
            #expect(throws: HostError.self) { try bench.host.entries(of: "/work/alias/file", limit: 10) }
        },
        HostConformance("a link where others can put one is refused") { bench throws in
            bench.outside.makeDirectory("/work/real")
            bench.outside.makeDirectory("/work/open")
            bench.outside.setMode("/work/open", 0o777)
            bench.outside.makeSymlink("/work/open/alias", to: "/work/real")
            bench.expect(.unsafePath) { _ = try bench.host.status(of: "/work/open/alias/file") }
        },
        HostConformance("a walk gives parents first, sorted, and follows no link") { bench throws in
            for directory in ["/work/d", "/work/d/e", "/work/z"] { bench.outside.makeDirectory(directory) }
            bench.outside.write("/work/d/e/f", "")
            bench.outside.write("/work/d/a", "")
            bench.outside.makeSymlink("/work/d/loop", to: "/work")
            var seen: [String] = []
            try bench.host.walk("/work", limit: 10) { path, _ in seen.append(path) }
            #expect(Set(seen) == ["/work/d", "/work/d/a", "/work/d/e", "/work/d/e/f", "/work/d/loop", "/work/z"])
            #expect(seen.count == 6)
            for (index, path) in seen.enumerated() {
                let parent = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
                #expect(parent == "/work" || seen[..<index].contains(parent))
            }
            bench.expect(.tooLarge) { try bench.host.walk("/work", limit: 5) { _, _ in } }
        },
        HostConformance("names may hold newlines, blanks and any script") { bench throws in
            for name in ["a\nb", "  ", "файл", "e\u{301}"] {
                bench.outside.write("/work/\(name)", name)
                #expect(try bench.host.status(of: "/work/\(name)")?.type == .regular)
                #expect(try bench.host.entries(of: "/work", limit: 9).contains(name))
            }
        },
    ]
}
