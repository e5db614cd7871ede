import Testing

@testable import GitSource

extension WithGit {
    @Suite(.timeLimit(.minutes(10))) struct GitFetchTests {
        @Test func `a first fetch brings one commit with its author and its files`() async throws {
            try await Site.with { site in
                try site.commit(["a.yaml": "old"], "first")
                let id = try site.commit(["a.yaml": "new", "dir/b.txt": "b\n"], "Second: über\n\nbody")
                let repository = try site.repository()
                let fetched = try await repository.fetch(timeout: .seconds(30))
                #expect(fetched.id == id)
                #expect(fetched.ref == "refs/heads/main")
                #expect(fetched.movement == .first)
                #expect(fetched.commit.author.name == "Ada")
                #expect(fetched.commit.author.email == "ada@example.org")
                #expect(fetched.commit.author.secondsSinceEpoch == 1_700_000_000)
                #expect(fetched.commit.author.zone == "+0100")
                #expect(fetched.commit.committer.name == "Bob")
                #expect(fetched.commit.subject == "Second: über")
                #expect(fetched.signature == nil)
                #expect(try await repository.history(of: id, limit: 1, timeout: .seconds(30)).count == 1)
                let copy = try await repository.checkout(id)
                #expect(try Site.read("a.yaml", of: copy) == "new")
                #expect(try Site.read("dir/b.txt", of: copy) == "b\n")
                #expect(copy.revision == id.hex)
            }
        }

        @Test func `later fetches say how the ref moved`() async throws {
            try await Site.with { site in
                let first = try site.commit(["a": "1"])
                let repository = try site.repository()
                #expect(try await repository.fetch(timeout: .seconds(30)).movement == .first)
                #expect(try await repository.fetch(timeout: .seconds(30)).movement == .unchanged)
                let second = try site.commit(["a": "2"])
                #expect(try await repository.fetch(timeout: .seconds(30)).movement == .advanced(from: first))
                try site.git("reset", "--quiet", "--hard", first.hex)
                let other = try site.commit(["a": "3"])
                let rewritten = try await repository.fetch(timeout: .seconds(30))
                #expect(rewritten.id == other)
                #expect(rewritten.movement == .rewritten(from: second))
            }
        }

        @Test func `a rewrite is refused where the location says so, and the old commit stays`() async throws {
            try await Site.with { site in
                let first = try site.commit(["a": "1"])
                let repository = try site.repository(rewrites: .refuse)
                _ = try await repository.fetch(timeout: .seconds(30))
                try site.git("commit", "--quiet", "--amend", "--message", "rewritten")
                for _ in 1...2 {
                    let error = try await failure { _ = try await repository.fetch(timeout: .seconds(30)) }
                    #expect(error?.code == .historyRewritten)
                    #expect(error?.isRetriable == false)
                }
                #expect(try Site.read("a", of: await repository.checkout(first)) == "1")
            }
        }

        @Test func `branches, tags, ref names, commits and HEAD are all found`() async throws {
            try await Site.with { site in
                let first = try site.commit(["a": "1"])
                try site.git("tag", "light")
                try site.git("tag", "--annotate", "--message", "a tag", "noted")
                try site.git("branch", "feature/x")
                let second = try site.commit(["a": "2"])
                let expected = [
                    ("light", first, "refs/tags/light"), ("noted", first, "refs/tags/noted"),
                    ("feature/x", first, "refs/heads/feature/x"), ("refs/heads/main", second, "refs/heads/main"),
                    ("HEAD", second, "HEAD"), (first.hex, first, first.hex), (second.hex, second, second.hex),
                ]
                for (ref, id, name) in expected {
                    let fetched = try await site.repository(ref: ref).fetch(timeout: .seconds(30))
                    #expect(fetched.id == id, "\(ref)")
                    #expect(fetched.ref == name)
                    #expect(fetched.movement == .first)
                }
            }
        }

        @Test func `a ref that is not there, or means two things, is named`() async throws {
            try await Site.with { site in
                let empty = try await failure {
                    _ = try await site.repository(ref: "HEAD").fetch(timeout: .seconds(30))
                }
                #expect(empty?.code == .refNotFound)
                let first = try site.commit(["a": "1"])
                try site.git("branch", "both")
                try site.git("tag", "both")
                for ref in ["gone", "both", String(repeating: "1", count: 40), String(first.hex.prefix(10))] {
                    let error = try await failure {
                        _ = try await site.repository(ref: ref).fetch(timeout: .seconds(30))
                    }
                    #expect(error?.code == .refNotFound, "\(ref): \(error?.message ?? "")")
                }
            }
        }

        @Test func `a branch that is deleted later leaves what was fetched`() async throws {
            try await Site.with { site in
                try site.commit(["a": "1"])
                try site.git("branch", "doomed")
                let repository = try site.repository(ref: "doomed")
                let id = try await repository.fetch(timeout: .seconds(30)).id
                try site.git("branch", "--delete", "--force", "doomed")
                let error = try await failure { _ = try await repository.fetch(timeout: .seconds(30)) }
                #expect(error?.code == .refNotFound)
                #expect(try Site.read("a", of: await repository.checkout(id)) == "1")
            }
        }

        @Test func `history is deepened only when it is asked for`() async throws {
            try await Site.with { site in
                var ids: [CommitID] = []
                for number in 1...5 { ids.append(try site.commit(["a": "\(number)"], "commit \(number)")) }
                let repository = try site.repository()
                let id = try await repository.fetch(timeout: .seconds(30)).id
                let one = try await repository.history(of: id, limit: 1, timeout: .seconds(30))
                #expect(one.map(\.subject) == ["commit 5"])
                let early = try await failure { _ = try await repository.commit(ids[3]) }
                #expect(early?.code == .corrupt)
                let three = try await repository.history(of: id, limit: 3, timeout: .seconds(30))
                #expect(three.map(\.id) == [ids[4], ids[3], ids[2]])
                #expect(try await repository.isAncestor(ids[0], of: id, timeout: .seconds(30)))
                #expect(try await !repository.isAncestor(id, of: ids[0], timeout: .seconds(30)))
                let all = try await repository.history(of: id, limit: 100, timeout: .seconds(30))
                #expect(all.map(\.id) == ids.reversed())
            }
        }

        @Test func `two fetches at once are both answered`() async throws {
            try await Site.with { site in
                let id = try site.commit(["a": "1"])
                let repository = try site.repository()
                try await withThrowingTaskGroup(of: CommitID.self) { group in
                    for _ in 1...4 { group.addTask { try await repository.fetch(timeout: .seconds(60)).id } }
                    for try await fetched in group { #expect(fetched == id) }
                }
            }
        }

        @Test func `many fetches leave few packs`() async throws {
            try await Site.with { site in
                let repository = try site.repository(packCountMaximum: 3)
                for number in 1...9 {
                    try site.commit(["a": "\(number)"])
                    _ = try await repository.fetch(timeout: .seconds(60))
                }
                let counts = try GitProgram.run([
                    "git", "--git-dir", site.cache + "/repository", "count-objects", "-v",
                ])
                let packs = counts.split(separator: "\n").first { $0.hasPrefix("packs: ") }.flatMap {
                    Int($0.dropFirst(7))
                }
                #expect(try #require(packs) <= 4)
            }
        }
    }
}
