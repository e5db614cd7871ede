extension JournalReader {
    /// The last lines of a unit, oldest first: its own, and what the service manager said about it.
    ///
    /// With the identifier of an invocation only that activation counts. What the unit wrote a moment ago may still be
    /// on its way: ``synchronize(timeout:)`` waits for it.
    public static func lastLines(
        ofUnit name: UnitName, count: Int, invocationID: String? = nil, directory: String? = nil
    ) throws(SystemdError) -> [String] {
        let lineSizeMaximum = 2048
        guard count > 0 else { return [] }
        if let directory {
            let reader = try JournalReader(directory: directory, valueSizeMaximum: lineSizeMaximum)
            return try reader.lastLines(name, min(count, lineCountMaximum), invocationID)
        }
        let reader = try JournalReader(valueSizeMaximum: lineSizeMaximum)
        return try reader.lastLines(name, min(count, lineCountMaximum), invocationID)
    }

    /// The most lines that ``lastLines(ofUnit:count:invocationID:directory:)`` returns.
    public static let lineCountMaximum = 1000

    private borrowing func lastLines(
        _ name: UnitName, _ count: Int, _ invocationID: String?
    ) throws(SystemdError) -> [String] {
        // Only PID 1 may speak about a unit in UNIT=: any other program could claim it.
        try match([("_SYSTEMD_UNIT", name.rawValue)], ("_SYSTEMD_INVOCATION_ID", invocationID))
        try addDisjunction()
        try match([("_PID", "1"), ("UNIT", name.rawValue)], ("INVOCATION_ID", invocationID))
        try seekTail()
        var lines: [String] = []
        while lines.count < count, try previous() {
            if let line = try text("MESSAGE") { lines.append(line) }
        }
        return lines.reversed()
    }

    private borrowing func match(
        _ fields: [(String, String)], _ optional: (String, String?)
    ) throws(SystemdError) {
        for (field, value) in fields { try addMatch(field, value) }
        if let value = optional.1 { try addMatch(optional.0, value) }
    }
}
