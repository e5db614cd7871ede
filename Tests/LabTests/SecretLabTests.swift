import Testing

/// Secrets of this version: the tokens that it makes, and the key that signs them.
@Suite(.product, .timeLimit(.minutes(10)))
struct SecretLabTests {
    /// Where anything of the daemon lies, and everything that it says.
    private static let searched = #"""
        grep -rlaF -e "$1" /var/lib/aetheredge /var/log/journal /run/log/journal /run/aetheredge /var/cache/aetheredge
        for command in 'status' 'status -o json' 'get sources -o yaml' 'describe source default' 'events' 'history' \
            'runs' 'audit verify' 'facts' 'get hosts -o json' 'get resources -o json' 'plan'; do
            aetherctl $command 2>&1 | grep -qaF -e "$1" && echo "aetherctl $command"
        done
        for path in /metrics /healthz /apis/aetheredge.io/v1/sources /apis/aetheredge.io/v1/workflowruns; do
            curl -s --unix-socket /run/aetheredge/control.sock "http://x$path" | grep -qaF -e "$1" && echo "$path"
        done
        journalctl -o export --all --no-pager | grep -qaF -e "$1" && echo journal
        cat /proc/$(systemctl show -p MainPID --value aetheredged)/cmdline | grep -qaF -e "$1" && echo cmdline
        find / -xdev \( -name core -o -name 'core.*' -o -path '/var/lib/systemd/coredump/*' \) -type f 2>/dev/null |
            grep -v -e '^/usr/' -e '^/proc/'
        true
        """#

    @Test func `a token is found nowhere, nor a core after a crash`() async throws {
        let good = Site.blueprint("a", [Site.file("/srv/good", "one")])
        try await withManagedHost(name: "secrets", site: ["a.yaml": good]) { managed in
            let host = managed.host
            let token = try await managed.ctl("token").checked().line
            #expect(token.split(separator: ".").count == 3)
            let socket = "curl -sf --unix-socket /run/aetheredge/control.sock"
            let authorized = "\(socket) -H \"Authorization: Bearer $1\" http://x/apis/aetheredge.io/v1/sources"
            try await host.shell(authorized, token).checked()
            try await expectNowhere(token, on: host)
            let key = try await host.shell("stat -c '%a %U' /var/lib/aetheredge/token.key").checked().line
            #expect(key == "600 root")
            let limits = "cat /proc/$(systemctl show -p MainPID --value aetheredged)/limits"
            let cores = try await host.shell(limits).checked().output.split(separator: "\n").first {
                $0.hasPrefix("Max core file size")
            }
            #expect(cores?.split(separator: " ").dropFirst(4).prefix(2) == ["0", "0"], "\(cores ?? "")")
            try await host.succeed("systemctl", "kill", "--signal=SEGV", "aetheredged")
            try await host.waitUntil("the daemon is back") { try await managed.ctl("status").status == 0 }
            try await expectNowhere(token, on: host)
        }
    }

    private func expectNowhere(_ secret: String, on host: LabHost) async throws {
        let found = try await host.shell(Self.searched, secret, timeout: .seconds(120)).checked().output
        #expect(found == "", "the token is in \(found)")
    }
}
