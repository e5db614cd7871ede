/// A parameter of a statement.
public enum PostgresValue: Sendable, Hashable {
    case null
    /// `text`.
    case text(String)
    /// `bigint`.
    case integer(Int64)
    /// `boolean`.
    case boolean(Bool)
    /// `bytea`.
    case bytes([UInt8])

    /// The type's identifier in `pg_type`; zero lets the server decide.
    var typeID: UInt32 {
        switch self {
        case .null: 0
        case .text: 25
        case .integer: 20
        case .boolean: 16
        case .bytes: 17
        }
    }

    /// The binary form that the server takes; nil for null.
    var binary: [UInt8]? {
        switch self {
        case .null: nil
        case .text(let text): Array(text.utf8)
        case .integer(let number):
            stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> Int64($0)) }
        case .boolean(let isTrue): [isTrue ? 1 : 0]
        case .bytes(let bytes): bytes
        }
    }
}

/// A statement with its parameters.
public struct PostgresQuery: Sendable {
    /// The text, one statement with `$1`, `$2` … for its parameters.
    public let sql: String
    /// The parameters.
    public let values: [PostgresValue]
    /// Whether the connection keeps the statement prepared: for texts that are constants.
    public let isPrepared: Bool

    /// Makes a statement.
    public init(_ sql: String, _ values: [PostgresValue] = [], isPrepared: Bool = true) {
        self.sql = sql
        self.values = values
        self.isPrepared = isPrepared
    }
}
