/// Reads the parts of a label selector.
struct SelectorParser {
    private let text: String
    private let bytes: [UInt8]
    private let what: String
    private var index = 0

    init(_ text: String, what: String) {
        self.text = text
        self.what = what
        bytes = Array(text.utf8)
        skipSpace()
    }

    var isAtEnd: Bool { index == bytes.count }

    mutating func skip(_ symbol: String) -> Bool {
        guard bytes[index...].starts(with: symbol.utf8) else { return false }
        index += symbol.utf8.count
        skipSpace()
        return true
    }

    mutating func skipWord(_ word: String) -> Bool {
        let start = index
        if token() == word { return true }
        index = start
        return false
    }

    mutating func expect(_ symbol: String) throws(ModelError) {
        guard skip(symbol) else { throw failure("'\(symbol)' is expected") }
    }

    mutating func key() throws(ModelError) -> String {
        let start = index
        let key = token()
        if let problem = LabelSyntax.problem(withKey: key) {
            index = start
            throw failure("'\(key.shownInMessage)' \(problem)")
        }
        return key
    }

    mutating func value() throws(ModelError) -> String {
        let start = index
        let value = token()
        if let problem = LabelSyntax.problem(withValue: value) {
            index = start
            throw failure("'\(value.shownInMessage)' \(problem)")
        }
        return value
    }

    mutating func values() throws(ModelError) -> [String] {
        try expect("(")
        var values = [try value()]
        while skip(",") { values.append(try value()) }
        try expect(")")
        return values
    }

    private mutating func token() -> String {
        let start = index
        while index < bytes.count, !" \t,()=!".utf8.contains(bytes[index]) { index += 1 }
        let token = String(decoding: bytes[start..<index], as: UTF8.self)
        skipSpace()
        return token
    }

    private mutating func skipSpace() {
        while index < bytes.count, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
    }

    private func failure(_ reason: String) -> ModelError {
        ModelError(
            .invalidFormat, "cannot read \(what) '\(text.shownInMessage)' at character \(index + 1): \(reason)")
    }
}
