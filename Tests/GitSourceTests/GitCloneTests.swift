import FoundationEssentials
import Glibc
import Testing

@testable import GitSource

extension WithGit {
    @Suite(.timeLimit(.minutes(10))) struct GitCloneTests {
        /// Damages a clone; the argument is its path.
        private static let damages: [(String, @Sendable (String) throws -> Void)] = [
            ("no HEAD", { unlink($0 + "/HEAD") }),
            ("empty configuration", { truncate($0 + "/config", 0) }),
            ("broken configuration", { try Data("[core\n".utf8).write(to: URL(filePath: $0 + "/config")) }),
            ("no objects", { try FileManager.default.removeItem(atPath: $0 + "/objects") }),
            ("cut packs", { path in try eachFile(of: path + "/objects/pack", ending: ".pack") { truncate($0, 30) } }),
            ("no packs", { path in try eachFile(of: path + "/objects/pack", ending: ".pack") { unlink($0) } }),
            ("no indexes", { path in try eachFile(of: path + "/objects/pack", ending: ".idx") { unlink($0) } }),
            (
                "empty objects",
                { path in
                    for name in try FileManager.default.contentsOfDirectory(atPath: path + "/objects")
                    where name.utf8.count == 2 {
                        try eachFile(of: path + "/objects/" + name, ending: "") { truncate($0, 0) }
                    }
                }
            ),
            (
                "a file in its place",
                { path in
                    try FileManager.default.removeItem(atPath: path)
                    try Data("x".utf8).write(to: URL(filePath: path))
                }
            ),
        ]

        private static func eachFile(of directory: String, ending: String, _ act: (String) -> Void) throws {
            for name in try FileManager.default.contentsOfDirectory(atPath: directory) where name.hasSuffix(ending) {
                chmod(directory + "/" + name, 0o644)
                act(directory + "/" + name)
            }
        }

        @Test(arguments: damages.indices, [false, true])
        func `a damaged clone is made anew, whether or not there is something new`(index: Int, isNew: Bool) async throws
        {
            let (name, damage) = Self.damages[index]
            try await Site.with { site in
                var id = try site.commit(["a": "1", "b": "2"])
                let repository = try site.repository()
                _ = try await repository.fetch(timeout: .seconds(30))
                try damage(site.cache + "/repository")
                if isNew { id = try site.commit(["a": "3"]) }
                let found = try await repository.fetch(timeout: .seconds(30)).id
                #expect(found == id, "\(name)")
                // Damage that a fetch does not meet is found by the export, and mended by the fetch after it.
                let error = try await failure { _ = try await repository.checkout(id) }
                if let error {
                    #expect(error.code == .corrupt, "\(name): \(error.message)")
                    _ = try await repository.fetch(timeout: .seconds(30))
                }
                #expect(try Site.read("b", of: await repository.checkout(id)) == "2", "\(name)")
            }
        }

        @Test func `lock files of a git that was killed are removed, but not while a process works there`() async throws
        {
            try await Site.with { site in
                try site.commit(["a": "1"])
                let repository = try site.repository()
                _ = try await repository.fetch(timeout: .seconds(30))
                let clone = site.cache + "/repository"
                let stale = ["shallow.lock", "config.lock", "refs/aetheredge/incoming.lock", "objects/pack/tmp_pack_x"]
                func leave() throws {
                    for name in stale { try Data("x".utf8).write(to: URL(filePath: clone + "/" + name)) }
                }
                try leave()
                let worker = try GitProgram.start(["sleep", "1000"], directory: clone)
                let busy = try await failure { _ = try await repository.fetch(timeout: .seconds(30)) }
                worker.kill()
                #expect(busy?.code == .busy)
                #expect(busy?.message.contains("process \(worker.pid) ") == true)
                let id = try site.commit(["a": "2"])
                #expect(try await repository.fetch(timeout: .seconds(30)).id == id)
                for name in stale { #expect(access(clone + "/" + name, F_OK) != 0, "\(name)") }
            }
        }

        @Test func `a second process on the same cache is refused`() async throws {
            try await Site.with { site in
                try site.commit(["a": "1"])
                let other = open(site.cache + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
                #expect(flock(other, LOCK_EX | LOCK_NB) == 0)
                let repository = try site.repository()
                let error = try await failure { _ = try await repository.fetch(timeout: .seconds(30)) }
                #expect(error?.code == .busy)
                flock(other, LOCK_UN)
                close(other)
                #expect(try await repository.fetch(timeout: .seconds(30)).movement == .first)
            }
        }

        @Test func `a cache directory that is missing is an error that names it`() async throws {
            try await Site.with { site in
                rmdir(site.cache)
                let error = try await failure { _ = try await site.repository().fetch(timeout: .seconds(30)) }
                #expect(error?.code == .fileFailed)
                #expect(error?.message.contains(site.cache) == true)
            }
        }

        @Test(.enabled(if: geteuid() == 0, "needs root to mount a small file system"))
        func `a full disk is named as such, and leaves nothing behind`() async throws {
            try await Site.with { site in
                // Some containers have root without mounts.
                guard mount("tmpfs", site.cache, "tmpfs", 0, "size=2m") == 0 else { return }
                defer { umount2(site.cache, Int32(MNT_DETACH)) }
                let small = try site.commit(["a": "1"])
                let repository = try site.repository()
                _ = try await repository.fetch(timeout: .seconds(30))
                // Compressible bytes fit as objects and not as files.
                let wide = try site.commit(["wide": String(repeating: "x", count: 8 << 20)])
                _ = try await repository.fetch(timeout: .seconds(30))
                let export = try await failure { _ = try await repository.checkout(wide) }
                #expect(export?.code == .noSpace, "\(export?.message ?? "")")
                #expect(try Site.read("a", of: await repository.checkout(small)) == "1")
                #expect(try FileManager.default.contentsOfDirectory(atPath: site.cache + "/trees") == [small.hex])
                try site.commit(["noise": (0..<300_000).map { _ in String(UInt64.random(in: 0...UInt64.max)) }.joined()]
                )
                let fetch = try await failure { _ = try await repository.fetch(timeout: .seconds(30)) }
                #expect(fetch?.code == .noSpace, "\(fetch?.message ?? "")")
                try site.git("reset", "--quiet", "--hard", small.hex)
                #expect(try await repository.fetch(timeout: .seconds(30)).id == small)
            }
        }

        @Test(.enabled(if: geteuid() == 0, "needs root to run git as another account"))
        func `git runs as the account given, and cannot write to working copies`() async throws {
            try await Site.with { site in
                let id = try site.commit(["a": "1"])
                let account = GitAccount(userID: 65534, groupID: 65534)
                let repository = try site.repository(account: account)
                #expect(try await repository.fetch(timeout: .seconds(30)).id == id)
                let copy = try await repository.checkout(id)
                var status = stat()
                #expect(stat(site.cache + "/repository/HEAD", &status) == 0 && status.st_uid == 65534)
                #expect(stat(copy.path + "/a", &status) == 0 && status.st_uid == 0)
                #expect(stat(site.cache + "/trees", &status) == 0 && status.st_uid == 0 && status.st_mode & 0o022 == 0)
            }
        }
    }
}
