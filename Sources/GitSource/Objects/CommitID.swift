/// The full name of a commit: 40 or 64 lower-case hexadecimal digits.
public struct CommitID: Sendable, Hashable, CustomStringConvertible {
    /// The digits.
    public let hex: String

    /// Makes a name from its digits; `nil` if they are not 40 or 64 of them.
    public init?(_ hex: String) {
        guard hex.utf8.count == 40 || hex.utf8.count == 64 else { return nil }
        guard hex.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }) else { return nil }
        self.hex = hex
    }

    /// The digits.
    public var description: String { hex }
}
