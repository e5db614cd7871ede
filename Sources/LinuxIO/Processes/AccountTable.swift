/// Names and numbers of users or groups, from the text of a passwd or group file.
public struct AccountTable: Sendable {
    /// A line that is not as it should be.
    public struct MalformedLine: Sendable, Equatable {
        /// The number of the line, from 1.
        public let number: Int
        /// What is wrong with it.
        public let reason: String
    }

    /// The most accounts that are taken from one file.
    public static let countMaximum = 100_000

    private var numbers: [String: UInt32] = [:]
    private var names: [UInt32: String] = [:]
    /// The lines that were left out, the first 100 of them.
    public private(set) var malformedLines: [MalformedLine] = []

    /// Makes an empty table.
    public init() {}

    /// Parses `name:password:number:…` lines; a name or number that comes again keeps its first meaning.
    public init(parsing bytes: [UInt8]) {
        for (index, line) in bytes.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated() {
            if line.isEmpty || line.first == UInt8(ascii: "#") { continue }
            // Lines of the NIS compatibility mode name no account here.
            if line.first == UInt8(ascii: "+") || line.first == UInt8(ascii: "-") { continue }
            if let reason = add(line), malformedLines.count < 100 {
                malformedLines.append(MalformedLine(number: index + 1, reason: reason))
            }
        }
    }

    /// The number of a name.
    public func number(of name: String) -> UInt32? { numbers[name] }

    /// The name of a number.
    public func name(of number: UInt32) -> String? { names[number] }

    /// How many names there are.
    public var count: Int { numbers.count }

    /// Whether a name could be that of an account: what `useradd` takes, and what NSS sources add to it.
    public static func isValidName(_ name: String) -> Bool {
        let bytes = name.utf8
        guard let first = bytes.first, bytes.count <= 256, first != UInt8(ascii: "-"), name != ".", name != ".." else {
            return false
        }
        guard bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7f && !forbiddenBytes.contains($0) }) else { return false }
        return !bytes.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    private static let forbiddenBytes = Array(":/,\"'\\*?<>|;&()`!#~".utf8)

    private mutating func add(_ line: ArraySlice<UInt8>) -> String? {
        guard let text = String(validating: line, as: UTF8.self) else { return "not UTF-8" }
        let fields = text.split(separator: ":", omittingEmptySubsequences: false)
        guard fields.count >= 4 else { return "\(fields.count) fields instead of at least 4" }
        let name = String(fields[0])
        guard Self.isValidName(name) else { return "'\(name)' is not an account name" }
        guard let number = UInt32(fields[2]), number != .max else { return "'\(fields[2])' is not an account number" }
        guard numbers.count < Self.countMaximum else { return "more than \(Self.countMaximum) accounts" }
        if numbers[name] == nil { numbers[name] = number }
        if names[number] == nil { names[number] = name }
        return nil
    }
}
