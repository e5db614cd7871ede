/// What a finished command left: its exit status (128 + n after signal n) and what it wrote.
struct CommandResult: Sendable, CustomStringConvertible {
    let command: String
    let status: Int32
    let standardOutput: [UInt8]
    let standardError: [UInt8]

    /// Standard output as text; bytes that are not UTF-8 are replaced.
    var output: String { String(decoding: standardOutput, as: UTF8.self) }

    /// Standard error as text; bytes that are not UTF-8 are replaced.
    var errors: String { String(decoding: standardError, as: UTF8.self) }

    /// Standard output without the white space around it.
    var line: String { output.trimmed }

    /// The result itself, or an error that carries what the command wrote if it did not exit with 0.
    @discardableResult
    func checked() throws -> CommandResult {
        guard status == 0 else { throw LabError("a command failed: \(description)") }
        return self
    }

    var description: String {
        "\(command)\n  status \(status)\n  output: \(output.suffix(2000))\n  errors: \(errors.suffix(2000))"
    }
}

extension StringProtocol {
    /// The text without white space at its ends.
    var trimmed: String {
        let kept = drop(while: \.isWhitespace)
        guard let last = kept.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(kept[...last])
    }
}
