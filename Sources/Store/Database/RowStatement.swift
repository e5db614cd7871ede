import GRDB
import GRDBSQLite

/// A statement that is run for thousands of rows: values go to SQLite as they are, and not through a box each.
///
/// Every parameter is bound for every row, in the order of their numbers. Used within the transaction in which it was
/// made only.
struct RowStatement {
    private let statement: Statement
    private let connection: OpaquePointer?
    private var index: Int32 = 0

    fileprivate init(_ statement: Statement, _ connection: OpaquePointer?) {
        self.statement = statement
        self.connection = connection
    }

    /// Binds a number to the next parameter.
    mutating func bind(_ value: Int64) throws {
        try check(sqlite3_bind_int64(statement.sqliteStatement, next(), value))
    }

    /// Binds text, or null, to the next parameter.
    mutating func bind(_ value: String?) throws {
        guard var value else { return try bindNull() }
        let (index, handle) = (next(), statement.sqliteStatement)
        // Safety: SQLite copies the bytes within the call.
        try check(
            value.withUTF8 { utf8 in
                sqlite3_bind_text(handle, index, utf8.baseAddress, Int32(utf8.count), Self.transient)
            })
    }

    /// Binds bytes, or null, to the next parameter.
    mutating func bind(_ value: [UInt8]?) throws {
        guard let value else { return try bindNull() }
        let (index, handle) = (next(), statement.sqliteStatement)
        // Safety: SQLite copies the bytes within the call; a value without any has a length of its own.
        try check(
            value.withUnsafeBytes { bytes in
                bytes.isEmpty
                    ? sqlite3_bind_zeroblob(handle, index, 0)
                    : sqlite3_bind_blob(handle, index, bytes.baseAddress, Int32(bytes.count), Self.transient)
            })
    }

    /// Runs the statement for the values that are bound, and makes it ready for the next row.
    mutating func run() throws {
        index = 0
        let result = sqlite3_step(statement.sqliteStatement)
        try check(result == SQLITE_DONE ? sqlite3_reset(statement.sqliteStatement) : result)
    }

    private mutating func bindNull() throws { try check(sqlite3_bind_null(statement.sqliteStatement, next())) }

    private mutating func next() -> Int32 {
        index += 1
        return index
    }

    private func check(_ result: Int32) throws {
        if result == SQLITE_OK { return }
        let message = connection.map { String(cString: sqlite3_errmsg($0)) }
        sqlite3_reset(statement.sqliteStatement)
        throw DatabaseError(resultCode: ResultCode(rawValue: result), message: message, sql: statement.sql)
    }

    // Safety: no pointer, but SQLite's word for "copy it".
    private static var transient: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}

extension Database {
    /// A statement that answers nothing, to be run for many rows: it is looked up once.
    func rows(_ sql: String) throws -> RowStatement {
        let statement = try cachedStatement(sql: sql)
        // Whatever ran before has left its values and its place.
        sqlite3_reset(statement.sqliteStatement)
        sqlite3_clear_bindings(statement.sqliteStatement)
        return RowStatement(statement, sqliteConnection)
    }
}
