/// The fields of `/proc/PID/stat` that are used.
struct ProcessStat: Equatable {
    let pid: Int32
    let comm: String
    let state: Character
    let parentPID: Int32
    let startTime: UInt64

    private static let space = UInt8(ascii: " ")

    /// Parses the line; the name stands between the first `(` and the last `)`, and may hold anything, those included.
    init?(_ text: String) {
        guard let open = text.utf8.firstIndex(of: UInt8(ascii: "(")),
            let close = text.utf8.lastIndex(of: UInt8(ascii: ")")), open < close,
            let pid = text.utf8[..<open].split(separator: Self.space).first.flatMap({ Int32(Substring($0)) })
        else { return nil }
        let rest = text.utf8[text.utf8.index(after: close)...].split(maxSplits: 20) {
            $0 == Self.space || $0 == UInt8(ascii: "\n")
        }
        // After the name: state (field 3), parent (4), ..., start time (22).
        guard rest.count >= 20, let state = rest[0].first, rest[0].count == 1, let parent = Int32(Substring(rest[1])),
            let startTime = UInt64(Substring(rest[19]))
        else { return nil }
        self.pid = pid
        comm = String(text[text.utf8.index(after: open)..<close])
        self.state = Character(Unicode.Scalar(state))
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
        // They come early among some fifty lines.
        var rest = text.utf8[...]
        while uid == nil || gid == nil, !rest.isEmpty {
            let line = rest.prefix { $0 != UInt8(ascii: "\n") }
            rest = rest[line.endIndex...].dropFirst()
            if line.starts(with: "Uid:".utf8) { uid = uid ?? Self.second(line) }
            if line.starts(with: "Gid:".utf8) { gid = gid ?? Self.second(line) }
        }
        guard let uid, let gid else { return nil }
        self.uid = uid
        self.gid = gid
    }

    private static func second(_ line: Substring.UTF8View) -> UInt32? {
        let fields = line.split { $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: " ") }
        return fields.count >= 3 ? UInt32(Substring(fields[2])) : nil
    }
}
