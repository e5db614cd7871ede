import GRDB
public import Model

extension SQLiteObjectStore: TransferableStore {
    /// The kinds of which there are objects.
    public func kinds() async throws -> [KindName] {
        try await database.thread.run {
            try self.database.read("list the kinds") { database in
                try database.allRows(
                    "SELECT DISTINCT kind FROM objects WHERE partition = ? ORDER BY kind", [self.partition.rawValue]
                ) { KindName(rawValue: $0[0]) }
            }
        }
    }

    /// The newest version.
    public func newestVersion() async throws -> ResourceVersion {
        try await database.thread.run {
            try self.database.read("read the newest version") { try $0.version(of: self.partition) }
        }
    }

    /// Stores objects as they are.
    public func adopt(_ objects: [APIObject], above version: ResourceVersion, replacing: Bool) async throws {
        try await database.thread.run {
            try self.database.write(.synced, "adopt \(objects.count) objects") { transaction in
                if replacing {
                    try transaction.database.run(
                        "DELETE FROM objects WHERE partition = ?", [self.partition.rawValue])
                }
                try self.requireEmpty(transaction.database)
                let newest = try transaction.database.version(of: self.partition)
                if version > newest {
                    _ = try transaction.raiseVersion(of: self.partition, count: Int(version.value - newest.value))
                }
                for object in objects { try self.adopt(object, transaction) }
                // What was remembered of another backend's versions is none of this history.
                let end = Int64(try transaction.database.version(of: self.partition).value)
                try transaction.database.run(
                    "UPDATE counters SET value = ? WHERE name = ?", [end, Counter.startNames[0]])
                try transaction.database.run(
                    "DELETE FROM object_history WHERE partition = ?", [self.partition.rawValue])
            }
        }
    }

    private func requireEmpty(_ database: Database) throws {
        let count = try database.number("SELECT count(*) FROM objects WHERE partition = ?", [partition.rawValue])
        guard count == 0 else {
            throw StoreError(.conflict, "the state database holds \(count) objects already; replace them or leave them")
        }
    }

    private func adopt(_ object: APIObject, _ transaction: WriteTransaction) throws {
        let version = try transaction.raiseVersion(of: partition)
        try transaction.database.run(
            "INSERT INTO objects (partition, kind, name, uid, version, data) VALUES (?, ?, ?, ?, ?, ?)",
            [
                partition.rawValue, object.kind.rawValue, object.metadata.name, object.metadata.uid ?? "",
                Int64(version.value), try StoredObject.encode(object),
            ])
    }
}
