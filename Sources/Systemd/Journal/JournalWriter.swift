import CSystemd
import Glibc

/// Writes structured entries to the journal.
///
/// Safe to use from any thread.
///
/// A writer waits while journald does not keep up. Without a journal entries vanish: libsystemd says nothing then, so
/// ``isAvailable`` does.
public struct JournalWriter: Sendable {
    /// The program's name in the journal, `SYSLOG_IDENTIFIER`; nil for the name of the executable.
    public let identifier: String?
    /// The largest value of a field in bytes; what is beyond is cut off, and the value says so.
    public let valueSizeMaximum: Int

    /// The most fields that one entry may have.
    public static let fieldCountMaximum = 256

    /// Makes a writer.
    public init(identifier: String? = nil, valueSizeMaximum: Int = 65_536) {
        self.identifier = identifier
        self.valueSizeMaximum = max(valueSizeMaximum, Self.cutMark.count)
    }

    /// Whether a journal takes entries on this machine.
    public static var isAvailable: Bool {
        access("/run/systemd/journal/socket", W_OK) == 0
    }

    /// Writes an entry.
    public func send(_ entry: JournalEntry) throws(SystemdError) {
        try send(fields: fields(of: entry))
    }

    /// Writes an entry of these fields alone, besides the identifier.
    ///
    /// Values may hold anything, line breaks and NUL bytes included.
    public func send(fields: [(name: String, value: String)]) throws(SystemdError) {
        try Self.submit(lines(of: fields))
    }

    /// The fields that an entry becomes.
    func fields(of entry: JournalEntry) throws(SystemdError) -> [(name: String, value: String)] {
        var fields = [(name: "MESSAGE", value: entry.message), (name: "PRIORITY", value: "\(entry.priority.rawValue)")]
        if let messageID = entry.messageID {
            guard messageID.utf8.count == 32, messageID.utf8.allSatisfy({ hexadecimalValue($0) != nil }) else {
                throw SystemdError(
                    .invalidArgument, "'\(messageID)' is not a message identifier: use 32 hexadecimal digits")
            }
            fields.append((name: "MESSAGE_ID", value: messageID))
        }
        return fields + entry.fields
    }

    /// The fields as libsystemd takes them: `NAME=value`.
    func lines(of fields: [(name: String, value: String)]) throws(SystemdError) -> [[UInt8]] {
        guard !fields.isEmpty, fields.count <= Self.fieldCountMaximum else {
            throw SystemdError(
                .invalidArgument,
                "cannot write a journal entry of \(fields.count) fields: 1 to \(Self.fieldCountMaximum) are allowed"
            )
        }
        var lines: [[UInt8]] = []
        lines.reserveCapacity(fields.count + 1)
        for (name, value) in fields {
            try JournalFieldName.check(name)
            lines.append(Array("\(name)=".utf8) + bounded(value))
        }
        if let identifier, !fields.contains(where: { $0.name == "SYSLOG_IDENTIFIER" }) {
            lines.append(Array("SYSLOG_IDENTIFIER=\(identifier)".utf8))
        }
        return lines
    }

    private static let cutMark = Array(" [cut]".utf8)

    /// Cut between characters, so that the value stays UTF-8.
    private func bounded(_ value: String) -> [UInt8] {
        let bytes = Array(value.utf8)
        guard bytes.count > valueSizeMaximum else { return bytes }
        var end = valueSizeMaximum - Self.cutMark.count
        while end > 0, bytes[end] & 0xc0 == 0x80 { end -= 1 }
        return bytes[..<end] + Self.cutMark
    }

    /// Safety: every vector points into one buffer that outlives the call, and libsystemd only reads it.
    private static func submit(_ lines: [[UInt8]]) throws(SystemdError) {
        var buffer = lines.flatMap { $0 }
        let result = buffer.withUnsafeMutableBytes { bytes in
            var vectors: [iovec] = []
            vectors.reserveCapacity(lines.count)
            var offset = 0
            for line in lines {
                vectors.append(iovec(iov_base: bytes.baseAddress?.advanced(by: offset), iov_len: line.count))
                offset += line.count
            }
            return sd_journal_sendv(vectors, Int32(vectors.count))
        }
        try SystemdError.check(result, "cannot write to the journal")
    }
}
