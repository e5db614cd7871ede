import Glibc
import TestSupport
import Testing

/// The proxy of an ordinary user; needs root to become one.
@Suite(.enabled(if: geteuid() == 0)) struct UserConformanceTests {
    private static let nobody: uid_t = 65_534

    @Test(arguments: Kubectl.installed)
    func `an ordinary user reads through a proxy of their own, and changes nothing`(_ kubectl: Kubectl) async throws {
        try await withCluster(configuration: "api:\n  readers: [nogroup]\n") { cluster in
            // The socket of a host is open to everybody; that of a scratch tree only to its user.
            let home = cluster.command.directory + "/nobody"
            #expect(mkdir(home, 0o700) == 0)
            #expect(chown(home, Self.nobody, Self.nobody) == 0)
            #expect(chmod(cluster.command.directory, 0o711) == 0)
            #expect(chmod(cluster.root, 0o711) == 0)
            #expect(chmod(cluster.socketPath, 0o666) == 0)
            var command = cluster.command
            command.environment["HOME"] = home
            command.environment["KUBECONFIG"] = home + "/kubeconfig"
            let become = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            let copy = home + "/aetherctl"
            // By another process: a child that is forked here meanwhile would hold the file open for writing.
            let copied = try await cluster.command.run(["cp", Products.aetherctl, copy])
            #expect(copied.isSuccess, "\(copied)")
            let proxy = try await command.start(
                become + [copy, "proxy", "--port", "0"], name: "nobody-proxy", until: "serving on")
            let told = try read(command.directory + "/nobody-proxy.err")
            let port = told.split(separator: ":").last.map { String($0.prefix { $0.isNumber }) } ?? ""
            let written = try await command.run(
                become + [copy, "kubeconfig", "--port", port, "--write", home + "/kubeconfig"])
            #expect(written.isSuccess, "\(written)")
            let list = try await command.run(become + [kubectl.path, "get", "sources"])
            #expect(list.output.contains("default"), "\(list)")
            let change = try await command.run(become + [kubectl.path, "delete", "source", "default"])
            #expect(change.error.contains("Forbidden"), "\(change)")
            let other = try await command.run(become + [copy, "token", "--user", "root"])
            #expect(other.status == 3, "\(other)")
            // Root's rights come with root's token, whoever runs the proxy.
            let root = try await cluster.aetherctl("token")
            let token = "--token=" + root.output.filter { $0 != "\n" }
            let can = try await command.run(become + [kubectl.path, token, "auth", "can-i", "delete", "blueprints"])
            #expect(can.output.contains("yes"), "\(can)")
            let status = try await onOwnThread { proxy.stop() }
            #expect(status == 0)
        }
    }
}
