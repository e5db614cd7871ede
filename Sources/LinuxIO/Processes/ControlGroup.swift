/// What the control group of a process tells about the unit and the session that it belongs to.
public enum ControlGroup {
    private static let unitSuffixes = [".service", ".scope", ".socket", ".mount", ".swap"]

    /// The path in systemd's hierarchy, from the text of `/proc/PID/cgroup`, for version 1 and 2 alike.
    public static func path(inTable text: String) -> String? {
        var unified: String?
        var named: String?
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
            // A path may hold colons itself.
            let fields = line.split(separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3, fields[2].first == UInt8(ascii: "/") else { continue }
            if fields[1].elementsEqual("name=systemd".utf8) { named = plain(Substring(fields[2])) }
            if fields[0].elementsEqual("0".utf8), fields[1].isEmpty { unified = plain(Substring(fields[2])) }
        }
        // A machine may mount systemd's old hierarchy without using it: then everything is in its root, and the other
        // says more.
        if let named, named != "/" || unified == nil { return named }
        return unified
    }

    /// The system unit: the first component below the slices, for example `user@1000.service` for all services of that
    /// user.
    public static func unit(inPath path: String) -> String? {
        for component in path.pathComponents {
            if component.hasSuffix(".slice") { continue }
            let name = unescaped(component)
            guard let suffix = unitSuffixes.first(where: { name.hasSuffix($0) }), name.count > suffix.count else {
                return nil
            }
            return name
        }
        return nil
    }

    /// The login session, from `session-N.scope`.
    public static func session(inPath path: String) -> String? {
        guard let unit = unit(inPath: path), unit.hasPrefix("session-"), unit.hasSuffix(".scope") else { return nil }
        let session = unit.dropFirst("session-".count).dropLast(".scope".count)
        return session.isEmpty ? nil : String(session)
    }

    private static func plain(_ path: Substring) -> String {
        let suffix = " (deleted)"
        return String(path.hasSuffix(suffix) ? path.dropLast(suffix.count) : path)
    }

    /// systemd puts `_` before names that would collide with files of the kernel.
    private static func unescaped(_ component: String) -> String {
        component.hasPrefix("_") ? String(component.dropFirst()) : component
    }
}
