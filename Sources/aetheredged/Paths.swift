/// Where the daemon keeps things: the host's places, or places under `--root DIR`, unless told otherwise.
struct Paths: Sendable, Hashable {
    /// The tree that is managed.
    var root: String
    /// `state.db`, `content/`, `audit/`.
    var state: String
    /// Clones.
    var cache: String
    /// The control socket.
    var socket: String
    /// The configuration file.
    var configuration: String

    init(root: String?, state: String?, socket: String?, configuration: String?, environment: [String: String]) {
        let tree = root ?? "/"
        let prefix = tree == "/" ? "" : tree
        self.root = tree
        self.state = state ?? (prefix.isEmpty ? environment["STATE_DIRECTORY"] : nil) ?? prefix + "/var/lib/aetheredge"
        cache = (prefix.isEmpty ? environment["CACHE_DIRECTORY"] : nil) ?? prefix + "/var/cache/aetheredge"
        self.socket = socket ?? prefix + "/run/aetheredge/control.sock"
        self.configuration = configuration ?? prefix + "/etc/aetheredge/aetheredge.yaml"
    }

    /// Whether the host itself is managed, with its units, rather than a tree.
    var isHost: Bool { root == "/" }
}
