import Glibc

/// The built product as `make install` lays it out, ready to be put under a host's tree.
enum InstalledProduct {
    /// Why the product cannot be installed, or nil.
    static let obstacle: String? = {
        if let stage = Lab.environment("AETHEREDGE_STAGE") {
            let isStaged = access("\(stage)/usr/sbin/aetheredged", X_OK) == 0
            return isStaged ? nil : "AETHEREDGE_STAGE=\(stage) has no usr/sbin/aetheredged"
        }
        let isBuilt = access("\(Lab.checkout)/.build/release/aetheredged", X_OK) == 0
        return isBuilt ? nil : "there is no release build to install; run 'make build' first"
    }()

    /// The layers of the installed product, top first.
    ///
    /// The first caller installs; the others wait for it.
    static func layers() async throws -> [String] {
        try await installation.value { try await install() }
    }

    private static let installation = Once<[String]>()

    private static func install() async throws -> [String] {
        if let obstacle { throw LabError(obstacle) }
        // The name makes the janitor remove it when this process is gone.
        let directory = "\(Lab.hostsDirectory)/\(LabSite.prefix)\(LabSite.owner)-0-product"
        try makeDirectories(directory)
        _ = try await LabSite.shared.base()
        let stage: String
        if let staged = Lab.environment("AETHEREDGE_STAGE") {
            stage = staged
        } else {
            stage = "\(directory)/stage"
            try await ChildProcess.run(
                ["make", "-C", Lab.checkout, "install", "DESTDIR=\(stage)", "PREFIX=/usr"],
                environment: labEnvironment.merging(["PATH": Lab.environment("PATH") ?? ""]) { $1 },
                timeout: .seconds(600)
            ).checked()
        }
        for link in ["bin", "sbin", "lib", "lib64"] where access("\(stage)/\(link)", F_OK) == 0 {
            throw LabError(
                "'make install' made /\(link), which is a link on every merged-usr system; install below /usr")
        }
        // Enabling writes links; they go to a layer of their own, so that a given stage stays as it is.
        let links = "\(directory)/enabled"
        try makeDirectories("\(links)/usr/lib")
        try await ChildProcess.run(
            ["cp", "-a", "\(stage)/usr/lib/systemd", "\(links)/usr/lib/"], timeout: .seconds(30)
        ).checked()
        try await ChildProcess.run(
            ["systemctl", "--quiet", "--root=\(links)", "enable", "aetheredged.service", "aetheredged.socket"],
            timeout: .seconds(30)
        ).checked()
        return [links, stage]
    }
}
