import FoundationEssentials
import GRDB
public import Model

/// Small durable values under names: what the daemon must know again after a start.
public final class SettingTable: Sendable {
    /// The largest value, in bytes of its JSON form.
    public static let sizeLimit = 64 << 10
    private let database: HostDatabase

    /// Opens the settings of a database.
    public init(_ database: HostDatabase) { self.database = database }

    /// The value under a name; nil when there is none.
    public func value(_ name: String) throws(StoreError) -> JSONValue? {
        try database.read("read the setting '\(name)'") { database in
            try database.firstRow("SELECT value FROM settings WHERE name = ?", [name]) { row in
                try RowCoding.decode(JSONValue.self, row[0] as Data?, what: "setting '\(name)'")
            }
        }
    }

    /// Sets or, with nil, removes the value under a name.
    public func set(_ name: String, to value: JSONValue?, durability: Durability = .synced) throws(StoreError) {
        let data = try value.map { (value) throws(StoreError) in try RowCoding.encode(value) }
        guard (data?.count ?? 0) <= Self.sizeLimit else {
            throw StoreError(.invalid, "cannot set '\(name)': its value is larger than \(Self.sizeLimit) bytes")
        }
        try database.write(durability, "set '\(name)'") { transaction in
            guard let data else {
                return try transaction.database.run("DELETE FROM settings WHERE name = ?", [name])
            }
            try transaction.database.run("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", [name, data])
        }
    }
}
