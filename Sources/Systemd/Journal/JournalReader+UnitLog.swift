extension JournalReader {
    /// The last lines of a unit, oldest first: its own, and, if asked for, what the service manager said about it.
    ///
    /// With the identifier of an invocation only that activation counts. The journal of this machine is synchronized
    /// first, within a second, so that what the unit wrote a moment ago is not missed; without the right to do so, or
    /// if journald does not answer, what is there is returned.
    public static func lastLines(
        ofUnit name: UnitName, count: Int, invocationID: String? = nil, includingManager: Bool = true,
        directory: String? = nil
    ) throws(SystemdError) -> [String] {
        let lineSizeMaximum = 2048
        guard count > 0 else { return [] }
        if let directory {
            let reader = try JournalReader(directory: directory, valueSizeMaximum: lineSizeMaximum)
            return try reader.lastLines(name, min(count, lineCountMaximum), invocationID, includingManager)
        }
        try? synchronize(timeout: .seconds(1))
        let reader = try JournalReader(valueSizeMaximum: lineSizeMaximum)
        return try reader.lastLines(name, min(count, lineCountMaximum), invocationID, includingManager)
    }

    /// The most lines that ``lastLines(ofUnit:count:invocationID:includingManager:directory:)`` returns.
    public static let lineCountMaximum = 1000

    private borrowing func lastLines(
        _ name: UnitName, _ count: Int, _ invocationID: String?, _ includingManager: Bool
    ) throws(SystemdError) -> [String] {
        try addMatch("_SYSTEMD_UNIT", name.rawValue)
        if let invocationID { try addMatch("_SYSTEMD_INVOCATION_ID", invocationID) }
        if includingManager {
            try addDisjunction()
            // Only PID 1 may speak about a unit in UNIT=: any other program could claim it.
            try addMatch("_PID", "1")
            try addMatch("UNIT", name.rawValue)
            if let invocationID { try addMatch("INVOCATION_ID", invocationID) }
        }
        try seekTail()
        var lines: [String] = []
        while lines.count < count, try previous() {
            if let line = try text("MESSAGE") { lines.append(line) }
        }
        return lines.reversed()
    }
}
