import Glibc
import Logging

/// Logs to standard error, one line a record: where there is no journal, and for a failure of the journal itself.
struct StandardErrorLog: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level

    init(level: Logger.Level) { logLevel = level }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let merged = metadata.merging(event.metadata ?? [:]) { $1 }
        let words = merged.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let line = words.isEmpty ? "\(event.message)" : "\(event.message): \(words.joined(separator: " "))"
        Self.write(line, level: event.level)
    }

    /// Writes one line with the level in front; line breaks in it become spaces.
    static func write(_ line: String, level: Logger.Level) {
        // Bytes, not characters: a run over thousands of files writes as many lines.
        var bytes = Array("aetheredged: \(level): \(line)".utf8)
        for index in bytes.indices where bytes[index] == 0x0a { bytes[index] = 0x20 }
        bytes.append(0x0a)
        // Safety: write(2) reads exactly the bytes that the buffer has.
        _ = bytes.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
    }
}
