import ControllerRuntime
import Logging
import Systemd

/// Sends log records to the journal as structured entries: metadata that names something of ours becomes a field of
/// its own (`AETHEREDGE_RESOURCE`), the message stays constant, and the line that people read carries the rest.
struct JournalLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level
    private let writer: JournalWriter
    private let identifier: String

    init(identifier: String, level: Logger.Level, writer: JournalWriter) {
        self.identifier = identifier
        logLevel = level
        self.writer = writer
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let merged = metadata.merging(event.metadata ?? [:]) { $1 }
        var fields: [(String, String)] = [("SYSLOG_IDENTIFIER", identifier)]
        var words: [String] = []
        for (key, value) in merged.sorted(by: { $0.key < $1.key }) {
            let text = "\(value)"
            guard !text.isEmpty else { continue }
            if key == LogKey.messageID { continue }
            fields.append((Self.fieldName(of: key), text))
            words.append("\(key)=\(Self.quoted(text))")
        }
        let line = words.isEmpty ? "\(event.message)" : "\(event.message): \(words.joined(separator: " "))"
        let messageID = merged[LogKey.messageID].map { "\($0)" }
        do {
            try writer.send(
                JournalEntry(
                    message: line, priority: Self.priority(event.level), messageID: messageID, fields: fields))
        } catch {
            StandardErrorLog.write(line, level: event.level)
        }
    }

    /// `AETHEREDGE_` and the key in upper case; bytes, as keys are ASCII and every change of a large run is an entry.
    private static func fieldName(of key: String) -> String {
        let upper = key.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 0x20
            case UInt8(ascii: "-"): UInt8(ascii: "_")
            default: byte
            }
        }
        return "AETHEREDGE_" + String(decoding: upper, as: UTF8.self)
    }

    private static func quoted(_ text: String) -> String {
        let needsQuotes = text.utf8.contains { $0 == 0x20 || $0 == 0x0a || $0 == UInt8(ascii: "\"") }
        return needsQuotes ? "\"\(text.replacing("\"", with: "\\\""))\"" : text
    }

    private static func priority(_ level: Logger.Level) -> JournalPriority {
        switch level {
        case .trace, .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        case .critical: .critical
        }
    }
}
