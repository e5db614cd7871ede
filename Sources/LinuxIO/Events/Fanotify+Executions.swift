extension Fanotify {
    /// File systems from which no program starts.
    private static let withoutPrograms: Set<String> = [
        "autofs", "binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "debugfs", "devpts", "efivarfs", "fusectl",
        "hugetlbfs", "mqueue", "nsfs", "proc", "pstore", "rpc_pipefs", "securityfs", "selinuxfs", "sysfs", "tracefs",
    ]

    /// Watches every file system that programs can start from, and returns those that refused, with the reason.
    ///
    /// To be called again when the table of mounts changes: what is marked already is no error.
    public func markExecutions(onAll mounts: [MountInformation]) -> [(mountPoint: String, error: LinuxIOError)] {
        var refusals: [(mountPoint: String, error: LinuxIOError)] = []
        var devices: Set<UInt64> = []
        for mount in mounts where !Self.withoutPrograms.contains(mount.type) && !mount.options.contains("noexec") {
            guard devices.insert(mount.device).inserted else { continue }
            do throws(LinuxIOError) {
                try markExecutions(onFileSystemOf: mount.mountPoint)
            } catch {
                refusals.append((mount.mountPoint, error))
            }
        }
        return refusals
    }
}
