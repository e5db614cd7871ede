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
            fields.append(("AETHEREDGE_" + key.uppercased().replacing("-", with: "_"), text))
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

    private static func quoted(_ text: String) -> String {
        text.contains { $0 == " " || $0 == "\n" || $0 == "\"" } ? "\"\(text.replacing("\"", with: "\\\""))\"" : text
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
