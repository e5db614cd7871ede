/// A host and a TCP port, as `127.0.0.1:8080` or `[::1]:8080`.
public struct Endpoint: Sendable, Hashable, CustomStringConvertible {
    /// The host's name or address, without brackets.
    public let host: String
    /// The port.
    public let port: UInt16

    /// Reads the text; nil for anything else.
    public init?(text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0 else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard (1...253).contains(host.utf8.count),
            host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") })
        else { return nil }
        self.host = String(host)
        self.port = port
    }

    /// The text.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
