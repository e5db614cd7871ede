import Glibc
import Testing

/// The machine that the lab runs on: what it needs, where it keeps things, and what dead owners left.
enum Lab {
    /// With `AETHEREDGE_LAB=required` a lab test that cannot run fails instead of being skipped.
    static let isRequired = environment("AETHEREDGE_LAB") == "required"

    /// Why no host can be booted here, or nil.
    static let obstacle: String? = {
        if geteuid() != 0 { return "the lab needs root" }
        for tool in ["systemd-nspawn", "mmdebstrap", "unshare", "nsenter", "mkfs.ext4", "losetup"]
        where find(tool) == nil {
            return "the lab needs '\(tool)'; install systemd-container, mmdebstrap, util-linux, e2fsprogs and mount"
        }
        return nil
    }()

    /// Where hosts live: memory if there is enough, since a lab that waits for a disk tests the disk.
    static let hostsDirectory: String = {
        if let directory = environment("AETHEREDGE_LAB_DIR") { return directory }
        var status = statvfs()
        let isRoomy = statvfs("/dev/shm", &status) == 0 && UInt64(status.f_bavail) * UInt64(status.f_bsize) > 4 << 30
        return isRoomy ? "/dev/shm/aetheredge-lab" : "/var/tmp/aetheredge-lab"
    }()

    /// The folder of this target in the checkout, behind any symbolic link.
    static let sourceDirectory: String = {
        let here = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        guard let resolved = realpath("/" + here, nil) else { return "/" + here }
        defer { free(resolved) }
        return String(cString: resolved)
    }()

    /// The root of the checkout.
    static let checkout = "/" + sourceDirectory.split(separator: "/").dropLast(2).joined(separator: "/")

    static func environment(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        return String(cString: value)
    }

    /// The campaign size: `AETHEREDGE_CAMPAIGN=full` asks for the size whose figures are quoted.
    static func campaign(ci: Int, full: Int) -> Int {
        environment("AETHEREDGE_CAMPAIGN") == "full" ? full : ci
    }

    private static func find(_ tool: String) -> String? {
        ["/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/"].map { $0 + tool }.first { access($0, X_OK) == 0 }
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips a test where no host can be booted, unless `AETHEREDGE_LAB=required`.
    static var lab: ConditionTrait {
        .enabled(if: Lab.isRequired || Lab.obstacle == nil, Comment(rawValue: Lab.obstacle ?? "the lab can run"))
    }

    /// Skips a test where there is no host or no built product to install, unless `AETHEREDGE_LAB=required`.
    static var product: ConditionTrait {
        let obstacle = Lab.obstacle ?? InstalledProduct.obstacle
        return .enabled(if: Lab.isRequired || obstacle == nil, Comment(rawValue: obstacle ?? "the lab can run"))
    }
}
