import FoundationEssentials
import Glibc
import TestSupport

/// Removes the hosts of test processes that are gone.
///
/// Each boot has a lifeline that does so at once; this is for the case that the lifeline was killed too.
enum Janitor {
    /// Removes every leftover whose owner, named by pid and start time, no longer runs.
    static func sweep() async throws {
        let directories = [Lab.hostsDirectory] + hierarchies()
        var names: Set<String> = []
        for directory in directories {
            let entries = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
            names.formUnion(entries.filter { isAbandoned($0) })
        }
        for name in names.sorted() {
            _ = try await ChildProcess.run(
                [Lab.sourceDirectory + "/run-host", "remove", name, "\(Lab.hostsDirectory)/\(name)", "-", "-"],
                timeout: .seconds(60))
        }
    }

    /// Whether an entry is a lab host of a process that is gone.
    static func isAbandoned(_ name: String) -> Bool {
        guard name.hasPrefix(LabSite.prefix) else { return false }
        let parts = name.dropFirst(LabSite.prefix.count).split(separator: "-")
        guard parts.count >= 2, let pid = pid_t(parts[0]), let start = UInt64(parts[1]) else { return false }
        return LabSite.startTime(of: pid) != start
    }

    /// The mount points of the cgroup hierarchies that hosts get a group in.
    static func hierarchies() -> [String] {
        mounts { kind, options in kind == "cgroup2" || (kind == "cgroup" && options.contains("name=systemd")) }
    }

    /// Where the unified hierarchy is mounted.
    static func unifiedHierarchy() -> String? {
        mounts { kind, _ in kind == "cgroup2" }.first
    }

    private static func mounts(where isWanted: (Substring, Substring) -> Bool) -> [String] {
        let lines = readText("/proc/self/mounts")?.split(separator: "\n") ?? []
        return lines.compactMap { line in
            let fields = line.split(separator: " ")
            return fields.count > 3 && isWanted(fields[2], fields[3]) ? String(fields[1]) : nil
        }
    }
}
