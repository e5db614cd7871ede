/// The environment and configuration that every call of git gets, and nothing else.
struct GitEnvironment: Sendable {
    /// What is taken from the environment given, so that credentials, proxies and agents work as users know them.
    static let passed: Set<String> = [
        "HOME", "PATH", "SSH_AUTH_SOCK", "XDG_CONFIG_HOME", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "GNUPGHOME",
        "http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
        "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "KRB5CCNAME",
    ]

    /// Configuration above every file's, as it is what keeps a hostile repository from running anything.
    static let configuration: [String: String] = [
        "core.hooksPath": "/dev/null",
        "core.fsmonitor": "false",
        "core.attributesFile": "/dev/null",
        "core.symlinks": "true",
        "core.bigFileThreshold": "16m",
        "core.fsync": "committed,loose-object,pack,pack-metadata,reference",
        "advice.detachedHead": "false",
        "color.ui": "false",
        "credential.interactive": "false",
        "fetch.fsckObjects": "true",
        "fetch.recurseSubmodules": "false",
        "fetch.unpackLimit": "1",
        "fetch.writeCommitGraph": "false",
        "gc.auto": "0",
        "gpg.minTrustLevel": "undefined",
        "log.showSignature": "false",
        "maintenance.auto": "false",
        "protocol.ext.allow": "never",
        "submodule.recurse": "false",
        "transfer.fsckObjects": "true",
        "transfer.bundleURI": "false",
    ]

    private let fixed: [String: String]

    /// Takes what is passed on from `inherited`; `home` replaces the user's, and `globalConfiguration` the user's file.
    init(inherited: [String: String], home: String?, globalConfiguration: String) {
        var fixed = inherited.filter { Self.passed.contains($0.key) }
        if let home {
            fixed["HOME"] = home
            fixed["XDG_CONFIG_HOME"] = nil
            fixed["XDG_RUNTIME_DIR"] = nil
            fixed["DBUS_SESSION_BUS_ADDRESS"] = nil
            fixed["GNUPGHOME"] = nil
        }
        fixed["PATH"] = fixed["PATH"] ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        fixed["LC_ALL"] = "C"
        fixed["GIT_ALLOW_PROTOCOL"] = "https:http:ssh:git:file"
        fixed["GIT_ASKPASS"] = ""
        fixed["GIT_CONFIG_GLOBAL"] = globalConfiguration
        fixed["GIT_OPTIONAL_LOCKS"] = "0"
        fixed["GIT_TERMINAL_PROMPT"] = "0"
        fixed["SSH_ASKPASS_REQUIRE"] = "never"
        self.fixed = fixed
    }

    /// The whole environment of one call.
    func variables(for command: GitCommand) -> [String: String] {
        var variables = fixed.merging(command.environment) { $1 }
        let settings = Self.configuration.merging(command.configuration) { $1 }.sorted { $0.key < $1.key }
        variables["GIT_CONFIG_COUNT"] = "\(settings.count)"
        for (number, setting) in settings.enumerated() {
            variables["GIT_CONFIG_KEY_\(number)"] = setting.key
            variables["GIT_CONFIG_VALUE_\(number)"] = setting.value
        }
        return variables
    }
}
