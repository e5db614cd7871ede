import Glibc
import TestSupport

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

    /// A program of the product, from its path below the prefix, to be run on this machine.
    static func program(_ path: String) -> String {
        if let stage = Lab.environment("AETHEREDGE_STAGE") { return "\(stage)/usr/\(path)" }
        return "\(Lab.checkout)/.build/release/" + (path.split(separator: "/").last ?? "")
    }

    /// The layer that the installed product is, with the daemon enabled.
    ///
    /// The first caller installs; the others wait for it.
    static func layer() async throws -> String {
        try await installation.value { try await install() }
    }

    private static let installation = Once<String>()
    /// The name makes the janitor remove it if this process cannot.
    private static let directory = "\(Lab.hostsDirectory)/\(LabSite.prefix)\(LabSite.owner)-0-product"

    private static func remove() {
        let removal = try? ChildProcess.start(["rm", "-rf", directory], environment: labEnvironment)
        _ = removal?.wait(until: .now + .seconds(20))
    }

    private static func install() async throws -> String {
        if let obstacle { throw LabError(obstacle) }
        _ = try await LabSite.shared.base()
        let layer = "\(directory)/layer"
        try makeDirectories(layer)
        atexit { InstalledProduct.remove() }
        let stage = try await stage(into: "\(directory)/stage")

        // On a merged-usr system /lib is a link; a directory of that name in a layer would hide it and all below it.
        let script = """
            for name in bin sbin lib; do mkdir -p "$2/usr/$name" && ln -sfn "usr/$name" "$2/$name"; done
            tar -C "$1" -c . | tar -C "$2" -x --keep-directory-symlink --no-same-owner --no-overwrite-dir
            rm "$2/bin" "$2/sbin" "$2/lib"
            """
        try await ChildProcess.run(["sh", "-euc", script, "sh", stage, layer], timeout: .seconds(120)).checked()
        let enable = ["systemctl", "--quiet", "--root=\(layer)", "enable", "aetheredged.service", "aetheredged.socket"]
        try await ChildProcess.run(enable, timeout: .seconds(30)).checked()
        return layer
    }

    /// The installed tree: the one that is given, or what `make install` makes of the checkout's build.
    private static func stage(into directory: String) async throws -> String {
        if let staged = Lab.environment("AETHEREDGE_STAGE") { return staged }
        let command = ["make", "-C", Lab.checkout, "install", "DESTDIR=\(directory)", "PREFIX=/usr"]
        let environment = labEnvironment.merging(["PATH": Lab.environment("PATH") ?? ""]) { $1 }
        try await ChildProcess.run(command, environment: environment, timeout: .seconds(600)).checked()
        return directory
    }
}
