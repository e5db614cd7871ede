/// The fields of `/proc/PID/stat` that are used.
struct ProcessStat: Equatable {
    let pid: Int32
    let comm: String
    let state: Character
    let parentPID: Int32
    let startTime: UInt64

    /// Parses the line; the name stands between the first `(` and the last `)`, and may hold anything, those included.
    init?(_ text: String) {
        guard let open = text.utf8.firstIndex(of: UInt8(ascii: "(")),
            let close = text.utf8.lastIndex(of: UInt8(ascii: ")")), open < close,
            let pid = Int32(text[..<open].filter { $0 != " " })
        else { return nil }
        let rest = text[text.utf8.index(after: close)...].split { $0 == " " || $0 == "\n" }
        // After the name: state (field 3), parent (4), ..., start time (22).
        guard rest.count >= 20, let state = rest[0].first, rest[0].count == 1, let parent = Int32(rest[1]),
            let startTime = UInt64(rest[19])
        else { return nil }
        self.pid = pid
        comm = String(text[text.utf8.index(after: open)..<close])
        self.state = state
        parentPID = parent
        self.startTime = startTime
    }
}

/// The fields of `/proc/PID/status` that are used.
struct ProcessStatus: Equatable {
    let uid: UInt32
    let gid: UInt32

    /// Parses the text, in which the effective ids are the second of four.
    ///
    /// The kernel escapes newlines in the name here.
    init?(_ text: String) {
        var uid: UInt32?
        var gid: UInt32?
        for line in text.split(separator: "\n") {
            if line.hasPrefix("Uid:") { uid = uid ?? Self.second(line) }
            if line.hasPrefix("Gid:") { gid = gid ?? Self.second(line) }
        }
        guard let uid, let gid else { return nil }
        self.uid = uid
        self.gid = gid
    }

    private static func second(_ line: Substring) -> UInt32? {
        let fields = line.split { $0 == "\t" || $0 == " " }
        return fields.count >= 3 ? UInt32(fields[2]) : nil
    }
}
