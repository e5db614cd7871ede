internal import CPostgres

/// The answer to one statement, read on the thread of its connection.
public struct PostgresRows {
    /// Owns the memory of an answer.
    private final class Answer {
        let pointer: OpaquePointer
        init(_ pointer: OpaquePointer) { self.pointer = pointer }
        deinit { cpostgres_clear(pointer) }
    }

    private let answer: Answer
    /// How many rows there are.
    public let count: Int

    /// Takes over an answer of libpq.
    init(owning pointer: OpaquePointer) {
        answer = Answer(pointer)
        count = Int(cpostgres_ntuples(pointer))
    }

    /// How many rows a statement wrote.
    public var changedCount: Int { Int(String(cString: cpostgres_cmd_tuples(answer.pointer))) ?? 0 }

    /// Whether a cell is null.
    public func isNull(_ row: Int, _ column: Int) -> Bool {
        cpostgres_get_isnull(answer.pointer, Int32(row), Int32(column)) != 0
    }

    /// The bytes of a cell; throws `.unexpected` for null.
    public func bytes(_ row: Int, _ column: Int) throws(PostgresError) -> [UInt8] {
        guard let cell = cell(row, column) else { throw Self.unexpected(row, column, "a value, not null") }
        return Array(cell)
    }

    /// A text; throws `.unexpected` for null or bytes that are not UTF-8.
    public func text(_ row: Int, _ column: Int) throws(PostgresError) -> String {
        guard let cell = cell(row, column), let text = String(validating: cell, as: UTF8.self) else {
            throw Self.unexpected(row, column, "a text")
        }
        return text
    }

    /// A whole number of two, four or eight bytes; throws `.unexpected` for anything else.
    public func integer(_ row: Int, _ column: Int) throws(PostgresError) -> Int64 {
        guard let cell = cell(row, column), [2, 4, 8].contains(cell.count) else {
            throw Self.unexpected(row, column, "a whole number")
        }
        let negative = (cell.first ?? 0) & 0x80 != 0
        return cell.reduce(negative ? -1 : 0) { $0 << 8 | Int64($1) }
    }

    /// A truth value; throws `.unexpected` for anything else.
    public func boolean(_ row: Int, _ column: Int) throws(PostgresError) -> Bool {
        guard let cell = cell(row, column), cell.count == 1, let byte = cell.first else {
            throw Self.unexpected(row, column, "a truth value")
        }
        return byte != 0
    }

    // Safety: the buffer points into the answer, which outlives every use of it within these methods.
    private func cell(_ row: Int, _ column: Int) -> UnsafeRawBufferPointer? {
        guard row < count, column < Int(cpostgres_nfields(answer.pointer)), !isNull(row, column) else { return nil }
        let length = Int(cpostgres_get_length(answer.pointer, Int32(row), Int32(column)))
        return UnsafeRawBufferPointer(
            start: cpostgres_get_value(answer.pointer, Int32(row), Int32(column)), count: length)
    }

    private static func unexpected(_ row: Int, _ column: Int, _ wanted: String) -> PostgresError {
        PostgresError(.unexpected, "cannot read row \(row), column \(column) of an answer: it should be \(wanted)")
    }
}
