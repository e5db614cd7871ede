import FoundationEssentials
import Glibc
import Testing

/// A kubectl that is installed here, as it was released.
struct Kubectl: Sendable, Hashable, CustomTestStringConvertible {
    /// The program.
    let path: String

    var testDescription: String { path }

    /// Every kubectl that is found: those that AETHEREDGE_KUBECTL names, with ':' between them, else the host's own and
    /// the one that `make deps` unpacks.
    static let installed: [Kubectl] = {
        let named = (getenv("AETHEREDGE_KUBECTL").map { String(cString: $0) } ?? "").split(separator: ":")
        let usual = ["/usr/bin/kubectl", "/usr/local/bin/kubectl", tools + "/kubernetes-client/usr/bin/kubectl"]
        return (named.isEmpty ? usual : named.map(String.init)).filter { access($0, X_OK) == 0 }
            .map(Kubectl.init(path:))
    }()

    /// Whether it is older than what knows `auth whoami`, `events` and aggregated discovery: the one of Debian 12.
    var isOld: Bool { path.contains("kubernetes-client") || path.contains("kubectl120") }

    /// Where `make deps` puts programs.
    static let tools: String = {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return tests.deletingLastPathComponent().deletingLastPathComponent().path + "/.build/tools"
    }()
}
