import Testing

/// The installed daemon against a user who swaps what it manages, and mounts that come and go.
///
/// `HostRuntimeTests/Race` makes the many attempts; this shows the same of the whole product on a whole host.
@Suite(.product, .timeLimit(.minutes(30)))
struct RaceLabTests {
    private static let user = 54_321
    private static let names = ["shadow", "passwd", "su", "conf", "meta", "x"]
    private static let parents = [
        "srv/u", "srv/u/tree", "srv/u/tree/sub", "srv/u/purged", "srv/u/deep", "srv/u/deep/a",
    ]
    private static let declared = ["conf", "meta", "gone", "link", "tree", "purged", "deep", "a", "x", "sub"]

    private static func site(_ round: Int) -> String {
        let owner = "owner: \"\(user)\""
        return Site.blueprint(
            "race",
            [
                "file: /race/srv/u/conf\ncontent: \"declared \(round)\"\nowner: root\nmode: \"0644\"",
                "file: /race/srv/u/gone\nabsent: true",
                "symlink: /race/srv/u/link\ntarget: conf\(round % 2)\n\(owner)",
                "directory: /race/srv/u/tree\nrecurse: true\n\(owner)\nmode: \"\(round % 2 == 0 ? "0755" : "0750")\"",
                "directory: /race/srv/u/purged\npurge: true\n\(owner)",
                "directory: /race/srv/u/deep\n\(owner)\nmode: \"0755\"",
                "directory: /race/srv/u/deep/a\n\(owner)\nmode: \"0755\"",
                "file: /race/srv/u/deep/a/conf\ncontent: \"declared \(round)\"\n\(owner)\nmode: \"0600\"",
            ])
    }

    private static let setUp = """
        set -e
        mkdir -p /race/srv/u/tree/sub /race/srv/u/purged/sub /race/victims/private/deeper
        for name in \(names.joined(separator: " ")); do echo "the secret of $name" >/race/victims/$name; done
        for name in conf x meta deeper/x; do echo "the private secret of $name" >/race/victims/private/$name; done
        chmod 600 /race/victims/shadow /race/victims/conf; chmod 4755 /race/victims/su; chmod 700 /race/victims/private
        chown -R \(user):\(user) /race/srv/u
        """

    /// Type, owner, mode, time of modification and digest of every victim.
    private static let picture = """
        cd /race/victims && find . -printf '%p %y %U:%G %m %T@\\n' | sort && find . -type f -exec sha256sum {} + | sort
        """

    /// The files below `$1` whose bytes are in the daemon's state, by their digests as database and file names have
    /// them.
    private static let stored = """
        export LC_ALL=C
        for file in $(find "$1" -type f); do
            digest=$(sha256sum <$file | cut -c1-64)
            raw=$(echo $digest | sed 's/../\\\\x&/g')
            if grep -qaP "$raw" /var/lib/aetheredge/state.db* || grep -qa "$digest" /var/lib/aetheredge/state.db* ||
                find /var/lib/aetheredge/content -name "*$digest*" | grep -q .; then echo "$file"; fi
        done
        """

    @Test func `a user who swaps what the daemon manages reaches no file of anybody else`() async throws {
        let count = Lab.campaign(ci: 2_000, full: 20_000)
        let attacker = try await LabProgram.build("attacker", of: Lab.checkout + "/Tests/Attacker")
        try await withManagedHost(
            name: "race", site: ["a.yaml": Site.blueprint("a", [Site.file("/quiet", "quiet")])]
        ) { managed in
            let host = managed.host
            try await host.putProgram(attacker, at: "/usr/local/bin/attacker")
            try await host.shell(Self.setUp).checked()
            let before = try await host.shell(Self.picture).checked().output
            #expect(before.split(separator: "\n").count == 23, "\(before)")
            let daemon = try await managed.mainPID(of: "aetheredged.service")
            try await host.succeed(
                "systemd-run", "--quiet", "--unit=swaps", "-p", "RemainAfterExit=yes", "/usr/local/bin/attacker",
                "swap", "/race", "\(Self.user)", "\(count)", "2000", "1", Self.parents.joined(separator: ":"),
                Self.declared.joined(separator: ":"))
            try await host.succeed(
                "systemd-run", "--quiet", "--unit=mounts", "-p", "RemainAfterExit=yes", "/usr/local/bin/attacker",
                "mount", "/race", "0", "0", "20000", "1", "srv/u/tree/sub:srv/u/purged/sub")
            var round = 0
            var answer: CommandResult?
            while try await Self.state(of: "swaps", host) == "running" {
                round += 1
                try await managed.site.commit("round \(round)", ["b.yaml": Self.site(round)])
                // While names change under it, a run may be planned again and again.
                answer = try await host.shell("timeout 2 aetherctl reconcile --wait")
            }
            try await host.succeed("touch", "/race/stop")
            try await host.waitUntil("the other attacker ends") {
                try await Self.state(of: "mounts", host) != "running"
            }
            for unit in ["swaps", "mounts"] { #expect(try await Self.state(of: unit, host) == "exited") }
            #expect(try await host.shell(Self.picture).checked().output == before)
            #expect(try await host.shell(Self.stored, "/race/victims").checked().output == "")
            #expect(try await host.shell(Self.stored, "/quiet").checked().line == "/quiet", "what is kept is not seen")
            #expect(try await managed.mainPID(of: "aetheredged.service") == daemon)
            let phases = try await managed.list("workflowruns").compactMap { $0["status"]["phase"].string }
            let ends = Dictionary(phases.map { ($0, 1) }, uniquingKeysWith: +).sorted { $0.key < $1.key }
            report("\(count) swaps against \(round) commits; runs: \(ends.map { "\($0.value) \($0.key)" })")
            #expect(ends.contains { $0.key == "Succeeded" && $0.value > 1 }, "not raced for: \(ends), \(answer as Any)")

            #expect(try await managed.ctl("audit", "verify").status == 0)
        }
    }

    private static func state(of unit: String, _ host: LabHost) async throws -> String {
        try await host.succeed("systemctl", "show", "--property=SubState", "--value", unit)
    }
}
