/// The text of a URL's query, as Go's net/url has it.
enum URLQuery {
    /// The fields of a query in their order.
    static func parse(_ query: [UInt8]) throws(BuiltinError) -> [(name: [UInt8], value: [UInt8])] {
        var made: [(name: [UInt8], value: [UInt8])] = []
        for field in query.split(separator: UInt8(ascii: "&")) {
            if field.contains(UInt8(ascii: ";")) { throw BuiltinError("invalid semicolon separator in query") }
            let equals = field.firstIndex(of: UInt8(ascii: "="))
            let name = try URLEscaping.query.unescape(field[..<(equals ?? field.endIndex)])
            let value =
                try equals.map { (equals) throws(BuiltinError) in try URLEscaping.query.unescape(field[(equals + 1)...])
                } ?? []
            made.append((name, value))
        }
        return made
    }
}
