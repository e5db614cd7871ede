import Testing

/// Input that means harm: a clear error each, no crash, memory bounded.
@Suite(.product, .timeLimit(.minutes(20)))
struct HostileLabTests {
    private static let memoryMaximum = 300

    /// A file that no site may hold.
    struct Document: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: @Sendable () -> [UInt8]
        /// What the error has to say, one of them.
        let words: [String]
    }

    static let documents = [
        Document(
            testDescription: "an alias bomb", bytes: { aliasBomb() },
            words: ["alias", "anchor", "large", "nodes", "limit"]),
        Document(
            testDescription: "100 MB",
            bytes: { Array("# ".utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: 100 << 20) },
            words: ["large", "big", "size", "MiB", "bytes", "limit"]),
        Document(
            testDescription: "deep nesting", bytes: { [UInt8](repeating: UInt8(ascii: "["), count: 200_000) },
            words: ["nest", "deep", "depth", "level"]),
        Document(
            testDescription: "a duplicate key",
            bytes: { Array((resource("file: /srv/a\nmode: \"0644\"\nmode: \"0600\"")).utf8) },
            words: ["duplicate", "twice", "mode"]),
        Document(
            testDescription: "invalid UTF-8",
            bytes: { Array(resource("file: /srv/a\ncontent: ").utf8) + [0xff, 0xfe, 0x0a] },
            words: ["UTF-8", "utf-8", "encod"]),
        Document(
            testDescription: "a path with a new line",
            bytes: { Array(resource("file: \"/srv/a\\nb\"\ncontent: x").utf8) },
            words: ["path", "control", "line"]),
        Document(
            testDescription: "the root", bytes: { Array(resource("file: /\ncontent: x").utf8) },
            words: ["'/'", "root", "path"]),
        Document(
            testDescription: "purging the root", bytes: { Array(resource("directory: /\npurge: true").utf8) },
            words: ["'/'", "root", "purge"]),
        Document(
            testDescription: "/proc", bytes: { Array(resource("file: /proc/sys/kernel/hostname\ncontent: x").utf8) },
            words: ["/proc"]),
        Document(
            testDescription: "the daemon's own state",
            bytes: { Array(resource("file: /var/lib/aetheredge/state.db\nabsent: true").utf8) },
            words: ["/var/lib/aetheredge", "state"]),
        Document(
            testDescription: "dots that climb", bytes: { Array(resource("file: /srv/../etc/shadow\ncontent: x").utf8) },
            words: ["..", "path"]),
        Document(
            testDescription: "a source outside the site",
            bytes: { Array(resource("file: /srv/a\nsource: ../../../../etc/shadow").utf8) },
            words: ["..", "outside", "source"]),
        Document(
            testDescription: "no YAML", bytes: { (0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 167) } },
            words: ["UTF-8", "utf-8", "encod", "character"]),
    ]

    private static func resource(_ text: String) -> String { Site.blueprint("evil", [text]) }

    private static func aliasBomb() -> [UInt8] {
        var lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
        for level in 1...20 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            lines.append("a\(level): &a\(level) [\(aliases)]")
        }
        return Array((lines.joined(separator: "\n") + "\n").utf8)
    }

    @Test func `a hostile document is refused with its place, by the daemon and by validate, and costs little`()
        async throws
    {
        let good = Site.blueprint("a", [Site.file("/srv/good", "one")])
        try await withManagedHost(name: "documents", site: ["a.yaml": good]) { managed in
            let commit = try #require(try await managed.status()["commit"].string)
            let daemon = try await managed.mainPID(of: "aetheredged.service")
            for document in Self.documents {
                let name = document.testDescription
                try await managed.site.commit(name, bytes: ["evil.yaml": document.bytes()])
                #expect(try await managed.ctl("reconcile", "--wait").status == 1, "\(name)")
                let status = try await managed.status()
                #expect(status["commit"].string == commit, "\(name)")
                let message = status["errors"].items.compactMap { $0["message"].string }.joined(separator: "\n")
                #expect(message.contains("evil.yaml"), "\(name): \(message)")
                #expect(document.words.contains { message.contains($0) }, "\(name): \(message)")
                #expect(message.utf8.count < 20_000, "\(name): the message has \(message.utf8.count) bytes")

                let checkout = "rm -rf /srv/co && git clone -q \(SiteRepository.path) /srv/co"
                try await managed.host.shell(checkout, timeout: .seconds(120)).checked()
                let validated = try await managed.ctl("validate", "/srv/co")
                #expect(validated.status == 1, "\(name): \(validated)")
                #expect((validated.output + validated.errors).contains("evil.yaml"), "\(name): \(validated)")
            }
            #expect(try await managed.mainPID(of: "aetheredged.service") == daemon)
            let memory = try await managed.daemonMemoryPeak()
            report("the daemon's memory peaked at \(memory) MB over hostile documents")
            #expect(memory < Self.memoryMaximum)
            #expect(try await managed.host.read("/proc/sys/kernel/hostname") != "x\n")

            try await managed.converge("mended", [:], removing: ["evil.yaml"])
        }
    }

    /// A client that does not keep to the rules: what a shell script sends to the socket, and what it may get back.
    struct Client: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let script: String
        /// The status codes that it may get; none means that the connection is closed without an answer.
        let answers: [String]
    }

    private static let send = "timeout 90 socat -t 30 - UNIX-CONNECT:/run/aetheredge/control.sock"
    /// The head of a request that makes a blueprint, for printf, without its length.
    private static let post =
        #"POST /apis/aetheredge.io/v1/blueprints HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"#
    private static let get = #"HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"#

    static let clients = [
        Client(
            testDescription: "noise", script: "head -c 100000 /dev/urandom | \(send)", answers: ["400", ""]),
        Client(
            testDescription: "no HTTP", script: #"printf 'HELO there\r\n\r\n' | \#(send)"#, answers: ["400", ""]),
        Client(
            testDescription: "a huge header",
            script: #"(printf 'GET / HTTP/1.1\r\nHost: x\r\nX: '; head -c 20000000 /dev/zero | tr '\0' a) | \#(send)"#,
            answers: ["400", "413", "414", "431", ""]),
        Client(
            testDescription: "a huge path",
            script: #"(printf 'GET /'; head -c 5000000 /dev/zero | tr '\0' a; printf ' \#(get)') | \#(send)"#,
            answers: ["400", "404", "414", "431", ""]),
        Client(
            testDescription: "a huge body",
            script: #"(printf '\#(post)Content-Length: 9000000000\r\n\r\n'; head -c 200000000 /dev/zero) | \#(send)"#,
            answers: ["413", ""]),
        Client(
            testDescription: "a body without end",
            script: #"""
                (printf '\#(post)Transfer-Encoding: chunked\r\n\r\n'
                for i in $(seq 300); do
                    printf '100000\r\n'; head -c 1048576 /dev/zero; printf '\r\n'
                done) | \#(send)
                """#,
            answers: ["413", ""]),
        Client(
            testDescription: "nested JSON",
            script:
                #"(printf '\#(post)Content-Length: 500000\r\n\r\n'; head -c 500000 /dev/zero | tr '\0' [) | \#(send)"#,
            answers: ["400"]),
        Client(
            testDescription: "a half-closed connection", script: "printf 'GET /version \(get)' | \(send)",
            answers: ["200"]),
        Client(
            testDescription: "a path that climbs", script: "printf 'GET /../../etc/shadow \(get)' | \(send)",
            answers: ["400", "403", "404"]),
    ]

    @Test func `a hostile client gets a clear answer or none, and nobody else notices`() async throws {
        let good = Site.blueprint("a", [Site.file("/srv/good", "one")])
        try await withManagedHost(name: "clients", site: ["a.yaml": good]) { managed in
            let daemon = try await managed.mainPID(of: "aetheredged.service")
            for client in Self.clients {
                let result = try await managed.host.shell(client.script, timeout: .seconds(120))
                let line = result.output.split(separator: "\r\n").first ?? ""
                let code = line.split(separator: " ").dropFirst().first.map(String.init) ?? ""
                #expect(client.answers.contains(code), "\(client.testDescription): '\(line.prefix(200))'")
                #expect(try await managed.ctl("status").status == 0, "after \(client.testDescription)")
            }
            #expect(try await managed.mainPID(of: "aetheredged.service") == daemon)
            let memory = try await managed.daemonMemoryPeak()
            report("the daemon's memory peaked at \(memory) MB over hostile clients")
            #expect(memory < Self.memoryMaximum)
        }
    }

    @Test func `two hundred clients that say nothing keep nobody else out, and are let go`() async throws {
        let good = Site.blueprint("a", [Site.file("/srv/good", "one")])
        try await withManagedHost(name: "slow", site: ["a.yaml": good]) { managed in
            let idle = """
                for i in $(seq 200); do
                    (printf 'GET /version HTT'; sleep 100000) |
                        socat - UNIX-CONNECT:/run/aetheredge/control.sock >/dev/null 2>&1 &
                done
                echo all >/tmp/all
                wait
                """
            try await managed.host.put(idle, at: "/srv/idle", mode: "0755")
            try await managed.host.succeed(
                "systemd-run", "--quiet", "--unit=idle.service", "--uid=nobody", "-p", "TasksMax=infinity", "sh",
                "/srv/idle")
            // The daemon may refuse some of them at once: there is a limit for each user.
            try await managed.host.waitUntil("all clients have started") { try await managed.host.exists("/tmp/all") }
            let start = ContinuousClock.now
            #expect(try await managed.ctl("status").status == 0)
            #expect(ContinuousClock.now - start < .seconds(5))
            try await managed.host.waitUntil("the silent clients are let go", within: .seconds(180), every: .seconds(1))
            {
                Int(try await managed.host.shell("pgrep -c socat").line) ?? 0 < 20
            }
            #expect(try await managed.ctl("status").status == 0)
        }
    }

    @Test func `who may not administer may not change anything, and who may not read sees nothing`() async throws {
        let good = Site.blueprint("a", [Site.file("/srv/good", "one")])
        try await withManagedHost(name: "roles", site: ["a.yaml": good]) { managed in
            let setUp =
                "useradd reader && usermod -aG aetheredge reader && useradd admin && "
                + "usermod -aG aetheredge-admin admin && useradd nobodyelse"
            try await managed.host.shell(setUp).checked()
            let run = { (user: String, command: String) in
                try await managed.host.execute(["su", "-s", "/bin/sh", user, "-c", "aetherctl \(command)"]).status
            }
            #expect(try await run("reader", "status") == 0)
            #expect(try await run("reader", "pause") == 3)
            #expect(try await managed.status()["paused"].bool == false)
            #expect(try await run("nobodyelse", "status") == 3)
            #expect(try await run("nobodyelse", "get resources") == 3)
            #expect(try await run("admin", "pause") == 0)
            #expect(try await run("admin", "resume") == 0)
        }
    }
}
