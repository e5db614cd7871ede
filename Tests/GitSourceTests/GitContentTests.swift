import FoundationEssentials
import Glibc
import Testing

@testable import GitSource

extension WithGit {
    @Suite(.timeLimit(.minutes(10))) struct GitContentTests {
        /// The error of checking out what the site holds.
        private func refusal(_ site: Site, limits: SourceLimits = SourceLimits()) async throws -> GitSourceError? {
            let id = try site.commit()
            let repository = try site.repository(limits: limits)
            return try await failure {
                _ = try await repository.fetch(timeout: .seconds(30))
                _ = try await repository.checkout(id)
            }
        }

        @Test func `names, modes, links and bytes arrive as committed`() async throws {
            try await Site.with { site in
                try site.write("with\nnewline", "n")
                try site.write("spaces and ünï", "u")
                try site.write("-dash", "d")
                try site.write("dir/tool", "#!/bin/sh\n")
                chmod(site.origin + "/dir/tool", 0o755)
                try site.write("dir/empty", "")
                try site.write("crlf.txt", "a\r\nb\r\n$Id$\n")
                try site.write(".gitattributes", "* text eol=lf ident filter=evil export-subst\ndir export-ignore\n")
                symlink("dir/tool", site.origin + "/link")
                symlink("../crlf.txt", site.origin + "/dir/up")
                symlink("nowhere", site.origin + "/dangling")
                // A filter that leaves a trace if anything runs it, configured where the attribute would find it.
                try Data(
                    "[filter \"evil\"]\n\tsmudge = touch \(site.scratch)/ran\n\tprocess = touch \(site.scratch)/ran\n"
                        .utf8
                )
                .write(to: URL(filePath: site.scratch + "/.gitconfig"))
                try site.git("config", "core.autocrlf", "false")
                try GitProgram.run(
                    ["git", "-c", "core.attributesFile=/dev/null", "add", "--all"], directory: site.origin)
                let id = try site.commit()
                let repository = try site.repository()
                _ = try await repository.fetch(timeout: .seconds(30))
                let copy = try await repository.checkout(id)
                #expect(try Site.read("with\nnewline", of: copy) == "n")
                #expect(try Site.read("spaces and ünï", of: copy) == "u")
                #expect(try Site.read("-dash", of: copy) == "d")
                #expect(try Site.read("dir/empty", of: copy).isEmpty)
                let stored = try site.git("cat-file", "blob", "HEAD:crlf.txt")
                #expect(try Site.read("crlf.txt", of: copy) == stored)
                #expect(
                    try FileManager.default.destinationOfSymbolicLink(atPath: copy.path + "/dir/up") == "../crlf.txt")
                var status = stat()
                #expect(stat(copy.path + "/link", &status) == 0 && status.st_mode & 0o777 == 0o555)
                #expect(stat(copy.path + "/-dash", &status) == 0 && status.st_mode & 0o777 == 0o444)
                #expect(access(site.scratch + "/ran", F_OK) != 0)
                #expect(try await repository.checkout(id) == copy)
            }
        }

        @Test(arguments: ["/etc/passwd", "../../outside", "dir/../../x", "..", "loop"])
        func `a link that leads outside is refused by name`(target: String) async throws {
            try await Site.with { site in
                try site.write("dir/file", "x")
                symlink(target, site.origin + "/loop")
                symlink(target, site.origin + "/bad link")
                let error = try await refusal(site)
                #expect(error?.code == .unsafeContent)
                #expect(error?.message.contains("'bad link'") == true)
                let left = try FileManager.default.contentsOfDirectory(atPath: site.cache + "/trees")
                #expect(left.filter { !$0.hasPrefix(".partial-") }.isEmpty)
            }
        }

        @Test func `a submodule is refused by name`() async throws {
            try await Site.with { site in
                let id = try site.commit(["a": "1"])
                try site.git("update-index", "--add", "--cacheinfo", "160000,\(id.hex),vendor/lib")
                try site.git("commit", "--quiet", "--message", "submodule")
                let head = try site.head()
                let repository = try site.repository()
                let error = try await failure {
                    _ = try await repository.fetch(timeout: .seconds(30))
                    _ = try await repository.checkout(head)
                }
                #expect(error?.code == .unsafeContent)
                #expect(error?.message.contains("'vendor/lib'") == true)
            }
        }

        @Test func `a Git LFS pointer is refused by name`() async throws {
            try await Site.with { site in
                let object = String(repeating: "a", count: 64)
                let pointer =
                    "version https://git-lfs.github.com/spec/v1\noid sha256:\(object)\nsize 5\n"
                try site.write("big.bin", pointer)
                let error = try await refusal(site)
                #expect(error?.code == .unsafeContent)
                #expect(error?.message.contains("'big.bin'") == true)
            }
        }

        @Test func `a repository within the tree is refused`() async throws {
            try await Site.with { site in
                let blob = String(try site.git("hash-object", "-w", "--stdin").dropLast())
                // mktree takes names that add refuses; fsck and our own rules must both refuse them.
                for name in [".git", ".GIT", ".."] {
                    let entry = "100644 blob \(blob)\tconfig"
                    let inner = try GitProgram.run(
                        ["sh", "-c", "printf '%s\\n' '\(entry)' | git mktree"], directory: site.origin)
                    let outer = "040000 tree \(inner.dropLast())\t\(name)"
                    let tree = try GitProgram.run(
                        ["sh", "-c", "printf '%s\\n' '\(outer)' | git mktree"], directory: site.origin)
                    let commit = try site.git("commit-tree", "-m", "hostile", String(tree.dropLast()))
                    try site.git("update-ref", "refs/heads/hostile", String(commit.dropLast()))
                    let error = try await failure {
                        _ = try await site.repository(ref: "hostile").fetch(timeout: .seconds(30))
                    }
                    #expect(error?.code == .unsafeContent, "\(error?.message ?? "no error")")
                }
            }
        }

        @Test func `a listing with unsafe names or modes is refused even without git's own check`() throws {
            let object = String(repeating: "0", count: 40)
            for name in [
                "../x", "a/../b", ".git/config", "a/.GIT/x", "/abs", "a//b", "./a", "", "a/",
                "a/../\u{301}b",
                "\u{1}/" + String(repeating: "x", count: 256),
            ] {
                #expect(throws: TreeListing.Problem.unsafeName(name)) {
                    try TreeListing.parse(Array("100644 blob \(object) 3\t\(name)\0".utf8))
                }
            }
            #expect(throws: TreeListing.Problem.self) {
                try TreeListing.parse(Array("100644 blob \(object) 3\tlatin".utf8) + [0xE4, 0])
            }
            #expect(throws: TreeListing.Problem.unknownKind("a", mode: "120777")) {
                try TreeListing.parse(Array("120777 blob \(object) 3\ta\0".utf8))
            }
            #expect(throws: TreeListing.Problem.malformed) { try TreeListing.parse(Array("nonsense\0".utf8)) }
        }

        @Test func `files over a limit are refused before they are written`() async throws {
            try await Site.with { site in
                try site.write("large", String(repeating: "x", count: 2000))
                try site.write("small", "x")
                let size = try await refusal(site, limits: SourceLimits(fileSizeMaximum: 1999))
                #expect(size?.code == .tooLarge)
                #expect(size?.message.contains("'large'") == true)
                let total = try await refusal(site, limits: SourceLimits(totalSizeMaximum: 2000))
                #expect(total?.code == .tooLarge)
                let count = try await refusal(site, limits: SourceLimits(entryCountMaximum: 1))
                #expect(count?.code == .tooLarge)
                #expect(
                    try await refusal(site, limits: SourceLimits(entryCountMaximum: 2, totalSizeMaximum: 2001)) == nil)
            }
        }

        @Test func `hooks of the clone and of the repository do not run`() async throws {
            try await Site.with { site in
                try site.commit(["a": "1"])
                let repository = try site.repository()
                _ = try await repository.fetch(timeout: .seconds(30))
                mkdir(site.cache + "/repository/hooks", 0o755)
                for hook in ["reference-transaction", "post-checkout", "pre-auto-gc", "post-merge"] {
                    let path = site.cache + "/repository/hooks/" + hook
                    try Data("#!/bin/sh\ntouch \(site.scratch)/ran\n".utf8).write(to: URL(filePath: path))
                    chmod(path, 0o755)
                }
                let id = try site.commit(["a": "2"])
                _ = try await repository.fetch(timeout: .seconds(30))
                _ = try await repository.checkout(id)
                #expect(access(site.scratch + "/ran", F_OK) != 0)
            }
        }

        @Test func `the directory of a location is found, and must be one`() async throws {
            try await Site.with { site in
                let id = try site.commit(["hosts/web/site.yaml": "w", "file": "x"])
                symlink("hosts", site.origin + "/alias")
                let linked = try site.commit()
                for (path, code) in [
                    ("hosts/web", nil), ("./hosts//web/", nil), ("missing", GitSourceError.Code.pathNotFound),
                    ("file", .pathNotFound), ("hosts/../..", .invalidLocation), ("/etc", .invalidLocation),
                ] {
                    let error = try await failure {
                        let repository = try site.repository(path: path)
                        _ = try await repository.fetch(timeout: .seconds(30))
                        let copy = try await repository.checkout(linked)
                        #expect(try Site.read("site.yaml", of: copy) == "w")
                    }
                    #expect(error?.code == code, "\(path)")
                }
                #expect(id != linked)
            }
        }

        @Test func `old working copies are removed, and those that are kept are not`() async throws {
            try await Site.with { site in
                let repository = try site.repository()
                var copies: [WorkingCopy] = []
                for number in 1...3 {
                    let id = try site.commit(["a": "\(number)", "deep/er/b": "x"])
                    _ = try await repository.fetch(timeout: .seconds(30))
                    copies.append(try await repository.checkout(id))
                }
                mkdir(site.cache + "/trees/.partial-left", 0o700)
                try await repository.collectGarbage(keeping: Set([copies[1].revision].compactMap { CommitID($0) }))
                let left = try FileManager.default.contentsOfDirectory(atPath: site.cache + "/trees")
                #expect(left == [copies[1].revision])
                #expect(try Site.read("a", of: copies[1]) == "2")
            }
        }
    }
}
