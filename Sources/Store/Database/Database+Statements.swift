import FoundationEssentials
import GRDB

/// Short forms for cached statements; SQL texts are constants, so that each is prepared once per connection.
extension Database {
    /// Runs a statement that answers nothing.
    func run(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws {
        let statement = try cachedStatement(sql: sql)
        statement.setUncheckedArguments(arguments)
        try statement.execute()
    }

    /// Calls for each row; the row is valid within the call only.
    func forEachRow(
        _ sql: String, _ arguments: StatementArguments = StatementArguments(), _ body: (Row) throws -> Void
    ) throws {
        let statement = try cachedStatement(sql: sql)
        statement.setUncheckedArguments(arguments)
        let cursor = try Row.fetchCursor(statement)
        while let row = try cursor.next() { try body(row) }
    }

    /// What a body makes of each row.
    func allRows<T>(
        _ sql: String, _ arguments: StatementArguments = StatementArguments(), _ body: (Row) throws -> T
    ) throws -> [T] {
        var result: [T] = []
        try forEachRow(sql, arguments) { result.append(try body($0)) }
        return result
    }

    /// What a body makes of the first row, nil without one.
    func firstRow<T>(
        _ sql: String, _ arguments: StatementArguments = StatementArguments(), _ body: (Row) throws -> T
    ) throws -> T? {
        let statement = try cachedStatement(sql: sql)
        statement.setUncheckedArguments(arguments)
        let cursor = try Row.fetchCursor(statement)
        guard let row = try cursor.next() else { return nil }
        let value = try body(row)
        // The statement is stepped to its end, or it would hold the read transaction open.
        while try cursor.next() != nil {}
        return value
    }

    /// The number in the first column of the first row, zero without one.
    func number(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> Int64 {
        try firstRow(sql, arguments) { $0[0] as Int64? ?? 0 } ?? 0
    }
}

extension Row {
    /// The bytes in a column; empty for null.
    func bytes(_ column: Int) -> [UInt8] { (self[column] as Data?).map { [UInt8]($0) } ?? [] }
}

extension Data {
    /// Wraps bytes for a column.
    init(column bytes: [UInt8]) { self.init(bytes) }
}
