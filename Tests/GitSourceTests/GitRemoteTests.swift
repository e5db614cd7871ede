import FoundationEssentials
import Glibc
import Testing

@testable import GitSource

extension WithGit {
    @Suite(.timeLimit(.minutes(10))) struct GitRemoteTests {
        /// Makes `ssh://` URLs of this site run a script instead of ssh; the remote's command is its second argument.
        private func replaceSSH(in site: Site, by script: String) throws {
            let path = site.scratch + "/ssh"
            try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(filePath: path))
            chmod(path, 0o755)
            try Data("[core]\n\tsshCommand = \(path)\n[ssh]\n\tvariant = simple\n".utf8)
                .write(to: URL(filePath: site.scratch + "/.gitconfig"))
        }

        @Test func `a remote that goes away is unavailable until it comes back`() async throws {
            try await Site.with { site in
                let first = try site.commit(["a": "1"])
                let port = try Listener.freePort()
                let repository = try site.repository(url: "git://127.0.0.1:\(port)/origin")
                var daemon = try GitDaemon(serving: site.scratch, port: port)
                let fetched = try await repository.fetch(timeout: .seconds(30))
                daemon.stop()
                #expect(fetched.id == first)
                let second = try site.commit(["a": "2"])
                let error = try await failure { _ = try await repository.fetch(timeout: .seconds(30)) }
                #expect(error?.code == .remoteUnavailable)
                #expect(error?.isRetriable == true)
                #expect(try Site.read("a", of: await repository.checkout(first)) == "1")
                daemon = try GitDaemon(serving: site.scratch, port: port)
                let again = try await repository.fetch(timeout: .seconds(30))
                daemon.stop()
                #expect(again.id == second)
                #expect(again.movement == .advanced(from: first))
            }
        }

        @Test(arguments: ["git", "http"])
        func `a remote that hangs costs no more than the timeout, and nothing of git survives it`(scheme: String)
            async throws
        {
            try await Site.with { site in
                let listener = try Listener()
                let repository = try site.repository(url: "\(scheme)://127.0.0.1:\(listener.port)/origin")
                let start = ContinuousClock.now
                let error = try await failure { _ = try await repository.fetch(timeout: .seconds(1)) }
                #expect(error?.code == .timeout)
                #expect(ContinuousClock.now - start < .seconds(20))
                try await expectNoProcess(naming: ":\(listener.port)/origin")
                try site.commit(["a": "1"])
                #expect(try await site.repository().fetch(timeout: .seconds(30)).movement == .first)
            }
        }

        @Test func `a cancelled fetch kills git and says so`() async throws {
            try await Site.with { site in
                let listener = try Listener()
                let repository = try site.repository(url: "http://127.0.0.1:\(listener.port)/origin")
                let error = try await withThrowingTaskGroup(of: GitSourceError?.self) { group in
                    group.addTask { try await failure { _ = try await repository.fetch(timeout: .seconds(100)) } }
                    try await waitForProcess(naming: ":\(listener.port)/origin")
                    group.cancelAll()
                    return try await group.next() ?? nil
                }
                #expect(error?.code == .cancelled)
                try await expectNoProcess(naming: ":\(listener.port)/origin")
            }
        }

        @Test func `a fetch that stalls half-way is killed, and the next one cleans up after it`() async throws {
            try await Site.with { site in
                try site.write("a", (0..<60_000).map { _ in String(UInt64.random(in: 0...UInt64.max)) }.joined())
                let id = try site.commit()
                let url = "ssh://host\(site.origin)"
                try replaceSSH(
                    in: site,
                    by: """
                        shift
                        sh -c "$*" | {
                            dd bs=1 count=150000 status=none
                            [ "$(head -c 1 | wc -c)" = 0 ] || exec sleep 1000
                        }
                        """)
                let repository = try site.repository(url: url)
                let packs = site.cache + "/repository/objects/pack"
                func isStalled() -> Bool {
                    let names = (try? FileManager.default.contentsOfDirectory(atPath: packs)) ?? []
                    return names.contains { $0.hasPrefix("tmp_pack_") }
                }
                let code = try await withThrowingTaskGroup(of: GitSourceError.Code?.self) { group in
                    group.addTask { try await failure { _ = try await repository.fetch(timeout: .seconds(100)) }?.code }
                    await waitUntil(isStalled)
                    group.cancelAll()
                    return try await group.next() ?? nil
                }
                #expect(code == .cancelled)
                #expect(isStalled())
                try replaceSSH(in: site, by: "shift; exec sh -c \"$*\"")
                #expect(try await repository.fetch(timeout: .seconds(30)).id == id)
                let after = try FileManager.default.contentsOfDirectory(atPath: packs)
                #expect(!after.contains { $0.hasPrefix("tmp_") }, "\(after)")
            }
        }

        @Test func `what the remote answers is told apart`() async throws {
            try await Site.with { site in
                let answers: [(String, GitSourceError.Code)] = [
                    ("echo 'git@host: Permission denied (publickey).' >&2; exit 255", .unauthorized),
                    ("echo 'Host key verification failed.' >&2; exit 255", .unauthorized),
                    (
                        "echo 'ssh: Could not resolve hostname host: Name or service not known' >&2; exit 255",
                        .remoteUnavailable
                    ),
                    ("echo 'ssh: connect to host host port 22: Connection refused' >&2; exit 255", .remoteUnavailable),
                    ("echo 'this is not git'", .remoteUnavailable), ("exit 0", .remoteUnavailable),
                ]
                for (script, code) in answers {
                    try replaceSSH(in: site, by: script)
                    let repository = try site.repository(url: "ssh://user:pa55word@host/site?token=s3cret")
                    let error = try await failure { _ = try await repository.fetch(timeout: .seconds(30)) }
                    #expect(error?.code == code, "\(script): \(error?.message ?? "")")
                    #expect(error?.message.contains("pa55word") == false)
                    #expect(error?.message.contains("s3cret") == false)
                }
                let nothing = try await failure {
                    _ = try await site.repository(url: site.scratch + "/nothing").fetch(timeout: .seconds(30))
                }
                #expect(nothing?.code == .remoteUnavailable)
            }
        }

        @Test func `a terminal is never asked and nothing of the environment leaks to git`() async throws {
            try await Site.with { site in
                try replaceSSH(
                    in: site, by: "env > \(site.scratch)/env; (: < /dev/tty) 2>/dev/null && touch \(site.scratch)/tty")
                let repository = try site.repository(
                    url: "ssh://host/x",
                    environment: [
                        "SECRET": "s3cret", "GIT_DIR": "/elsewhere", "LD_PRELOAD": "/evil.so",
                        "SSH_AUTH_SOCK": "/agent",
                        "GIT_SSH_COMMAND": "false",
                    ])
                _ = try await failure { _ = try await repository.fetch(timeout: .seconds(30)) }
                let text = try String(contentsOfFile: site.scratch + "/env", encoding: .utf8)
                let names = Set(
                    text.split(separator: "\n").compactMap { $0.split(separator: "=").first.map(String.init) })
                #expect(names.isDisjoint(with: ["SECRET", "LD_PRELOAD", "GIT_SSH_COMMAND"]))
                #expect(names.isSuperset(of: ["HOME", "PATH", "SSH_AUTH_SOCK"]))
                #expect(access(site.scratch + "/tty", F_OK) != 0)
            }
        }

        @Test func `a program that is missing is named`() async throws {
            try await Site.with { site in
                let runner = GitRunner(environment: ["PATH": site.scratch], program: "git")
                let repository = try GitRepository(
                    cacheDirectory: site.cache, location: GitLocation(url: site.url), runner: runner)
                let error = try await failure { _ = try await repository.fetch(timeout: .seconds(30)) }
                #expect(error?.code == .gitFailed)
                #expect(error?.message.contains("install git") == true)
            }
        }
    }
}
