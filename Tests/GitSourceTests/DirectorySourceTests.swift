import FoundationEssentials
import Glibc
import Synchronization
import Testing

@testable import GitSource

/// Counts calls.
private final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    func next() -> Int { count.add(1, ordering: .relaxed).newValue }
}

extension WithGit {
    @Suite(.timeLimit(.minutes(10))) struct DirectorySourceTests {
        private func source(_ site: Site, limits: SourceLimits = SourceLimits()) throws -> DirectorySource {
            try DirectorySource(
                location: DirectoryLocation(path: site.origin), cacheDirectory: site.cache, limits: limits)
        }

        @Test func `the digest depends on paths, kinds, the executable bit and bytes, and on nothing else`()
            async throws
        {
            try await Site.with { site in
                try site.write("b/two", "2")
                try site.write("a", "1")
                symlink("a", site.origin + "/link")
                let source = try source(site)
                let first = try await source.snapshot()
                #expect(first.digest.hasPrefix("sha256:") && first.digest.utf8.count == 71)
                #expect(first.entryCount == 3)
                #expect(first.totalSize == 2)

                utimes(site.origin + "/a", nil)
                chmod(site.origin + "/a", 0o600)
                mkdir(site.origin + "/empty", 0o755)
                try site.write(".git/new", "repository")
                #expect(try await source.snapshot() == first)

                var digests: Set<String> = [first.digest]
                func change(_ act: () throws -> Void) async throws {
                    try act()
                    let digest = try await source.snapshot().digest
                    #expect(digests.insert(digest).inserted)
                }
                try await change { try site.write("a", "3") }
                try await change { _ = chmod(site.origin + "/a", 0o700) }
                try await change { _ = rename(site.origin + "/a", site.origin + "/c") }
                try await change {
                    unlink(site.origin + "/link")
                    symlink("c", site.origin + "/link")
                }
                try await change { unlink(site.origin + "/link") }
            }
        }

        @Test func `text cannot pass from a name to a content and keep the digest`() async throws {
            try await Site.with { site in
                let source = try source(site)
                try site.write("ab", "c")
                let first = try await source.snapshot().digest
                unlink(site.origin + "/ab")
                try site.write("a", "bc")
                #expect(try await source.snapshot().digest != first)
            }
        }

        @Test func `a copy holds what the snapshot saw, and is made once`() async throws {
            try await Site.with { site in
                try site.write("dir/a", "1")
                try site.write("tool", "#!")
                chmod(site.origin + "/tool", 0o755)
                symlink("dir/a", site.origin + "/link")
                let source = try source(site)
                let snapshot = try await source.snapshot()
                let copy = try await source.checkout(snapshot)
                #expect(copy.revision == snapshot.digest)
                #expect(try Site.read("link", of: copy) == "1")
                var status = stat()
                #expect(stat(copy.path + "/tool", &status) == 0 && status.st_mode & 0o777 == 0o555)
                try site.write("dir/a", "2")
                #expect(try await source.checkout(snapshot) == copy)
                #expect(try Site.read("dir/a", of: copy) == "1")
                let changed = try await source.snapshot()
                #expect(changed.digest != snapshot.digest)
                try site.write("dir/a", "3")
                let error = try await failure { _ = try await source.checkout(changed) }
                #expect(error?.code == .unstable)
                try await source.collectGarbage(keeping: [])
                #expect(try FileManager.default.contentsOfDirectory(atPath: site.cache + "/trees").isEmpty)
            }
        }

        /// A source whose directory changes right after it was read, the first few times.
        private func restless(
            _ site: Site, times: Int, _ change: @escaping @Sendable (Int) throws -> Void
        ) throws -> DirectorySource {
            let counter = Counter()
            return try DirectorySource(
                location: DirectoryLocation(path: site.origin), cacheDirectory: site.cache, limits: SourceLimits()
            ) {
                let number = counter.next()
                if number <= times { try change(number) }
            }
        }

        @Test func `a directory that changes while it is read is read anew until it holds still`() async throws {
            try await Site.with { site in
                try site.write("a", "0")
                // The same size each time: only the times of the file, or its bytes, tell.
                let changes: [@Sendable (Int) throws -> Void] = [
                    { try site.write("a", "\($0)") }, { try site.write("new\($0)", "x") },
                    { rename(site.origin + "/a", site.origin + "/b\($0)") == 0 ? () : try site.write("a", "\($0)") },
                ]
                for change in changes {
                    let settled = try await restless(site, times: 2, change).snapshot()
                    #expect(try await source(site).snapshot() == settled)
                }
            }
        }

        @Test func `a directory that never holds still is refused as unstable`() async throws {
            try await Site.with { site in
                try site.write("a", "0")
                let source = try restless(site, times: .max) { try site.write("a", "\($0)") }
                let error = try await failure { _ = try await source.snapshot() }
                #expect(error?.code == .unstable)
                #expect(error?.isRetriable == true)
            }
        }

        @Test func `what cannot be a source is refused by name`() async throws {
            try await Site.with { site in
                let source = try source(site)
                mkfifo(site.origin + "/pipe", 0o600)
                let fifo = try await failure { _ = try await source.snapshot() }
                #expect(fifo?.code == .unsafeContent)
                #expect(fifo?.message.contains("'pipe'") == true)
                unlink(site.origin + "/pipe")
                symlink("/etc/passwd", site.origin + "/out")
                let link = try await failure { _ = try await source.snapshot() }
                #expect(link?.code == .unsafeContent)
                #expect(link?.message.contains("'out'") == true)
                unlink(site.origin + "/out")
                try site.write("large", "12345")
                let small = try self.source(site, limits: SourceLimits(fileSizeMaximum: 4))
                #expect(try await failure { _ = try await small.snapshot() }?.code == .tooLarge)
                try site.write("second", "1")
                let few = try self.source(site, limits: SourceLimits(entryCountMaximum: 1))
                #expect(try await failure { _ = try await few.snapshot() }?.code == .tooLarge)
                rename(site.origin, site.origin + ".away")
                #expect(try await failure { _ = try await source.snapshot() }?.code == .pathNotFound)
            }
        }
    }
}
