internal import LinuxIO

/// The metrics of the process itself, under the names that every Prometheus client uses.
enum ProcessMetrics {
    struct Metric: Sendable {
        let name: String
        let type: MetricType
        let value: Double
    }

    /// The unit of times in `/proc/PID/stat` on every architecture.
    private static let ticksPerSecond = 100.0

    /// Reads them from `/proc`; one that cannot be read is left out.
    static func read() -> [Metric] {
        var metrics: [Metric] = []
        func add(_ name: String, _ type: MetricType, _ value: Double?) {
            if let value { metrics.append(Metric(name: name, type: type, value: value)) }
        }
        let stat = statFields()
        func field(_ index: Int) -> Double? { stat.count > index ? Double(stat[index]) : nil }
        if let user = field(11), let system = field(12) {
            add("process_cpu_seconds_total", .counter, (user + system) / ticksPerSecond)
        }
        add("process_max_fds", .gauge, descriptorLimit())
        add("process_open_fds", .gauge, openDescriptors())
        add("process_resident_memory_bytes", .gauge, kilobytes("VmRSS:"))
        if let start = field(19), let boot = bootTime() {
            add("process_start_time_seconds", .gauge, boot + start / ticksPerSecond)
        }
        add("process_virtual_memory_bytes", .gauge, field(20))
        return metrics
    }

    /// The fields of `stat` after the command's name, which may hold spaces and parentheses.
    private static func statFields() -> [Substring] {
        let text = file("/proc/self/stat")
        guard let end = text.lastIndex(of: ")") else { return [] }
        return text[text.index(after: end)...].split(separator: " ")
    }

    private static func kilobytes(_ name: String) -> Double? {
        line(of: "/proc/self/status", beginning: name)?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst()
            .first.flatMap { Double($0) }.map { $0 * 1024 }
    }

    private static func descriptorLimit() -> Double? {
        line(of: "/proc/self/limits", beginning: "Max open files")?.split(separator: " ").dropFirst(3).first.flatMap {
            Double($0)
        }
    }

    private static func openDescriptors() -> Double? {
        do throws(LinuxIOError) {
            let directory = try DirectoryHandle(trustedPath: "/proc/self/fd")
            // The directory's own descriptor is among them.
            return Double(try directory.entries().count - 1)
        } catch {
            return nil
        }
    }

    private static func bootTime() -> Double? {
        line(of: "/proc/stat", beginning: "btime")?.split(separator: " ").last.flatMap { Double($0) }
    }

    private static func line(of path: String, beginning name: String) -> Substring? {
        file(path).split(separator: "\n").first { $0.hasPrefix(name) }
    }

    private static func file(_ path: String) -> String {
        String(decoding: (try? readFile(path, limit: 1 << 20)) ?? [], as: UTF8.self)
    }
}
