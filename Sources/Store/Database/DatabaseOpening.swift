import FoundationEssentials
import GRDB
import LinuxIO
import Model

/// Opens a state database: checks it, moves a corrupt one aside, migrates an older one after a copy.
struct DatabaseOpening {
    /// `AEDB`: tells the database from others to `file` and to this check.
    static let applicationID: Int64 = 0x4145_4442
    /// Memory for pages, for each connection: most of what is read is read once.
    static let pageCache = "PRAGMA cache_size = -512"
    /// Memory for pages while thousands of rows are written.
    static let largePageCache = "PRAGMA cache_size = -8192"

    /// Connections to a database that is sound and of this version's schema.
    struct Opened {
        let writer: DatabaseQueue
        let reader: DatabaseQueue
        let checkpointer: DatabaseQueue
        let recovery: DatabaseRecovery?
    }

    let path: String
    let now: WallTime
    let migrations: [Migration]

    /// Makes the directory of the state if its parent has none.
    init(path: String, clock: @Sendable () -> WallTime, migrations: [Migration]) throws(StoreError) {
        self.path = path
        self.migrations = migrations
        now = clock()
        let (directory, _) = Self.split(path)
        let (parent, name) = Self.split(directory)
        do throws(LinuxIOError) {
            let handle = try DirectoryHandle(trustedPath: parent)
            if FileName.isValid(name), try handle.status(of: name) == nil {
                try handle.makeDirectory(name, permissions: 0o700)
            }
        } catch {
            throw StoreError(file: error, act: "make the state directory '\(directory)'")
        }
    }

    /// Opens the database, or a new one in place of a corrupt one.
    func open() throws(StoreError) -> Opened {
        if try isPresent(path + Self.suspectSuffix) {
            return try openNew(reason: "an earlier start found it malformed while using it")
        }
        do {
            return try openPresent(recovery: nil)
        } catch  where error.code == .corrupt {
            return try openNew(reason: error.message)
        }
    }

    /// Makes a database in memory whose versions begin after `base`.
    static func memory(base: UInt64) throws(StoreError) -> DatabaseQueue {
        do {
            let queue = try DatabaseQueue(configuration: configuration(label: "store.memory"))
            try queue.writeWithoutTransaction { database in
                try migrate(database, from: 0, Migration.all)
                try Counter.begin(database, at: HighWaterMark.Values(versions: base))
            }
            return queue
        } catch {
            throw StoreError(sqlite: error, act: "make a database in memory")
        }
    }

    private func openPresent(recovery: DatabaseRecovery?) throws(StoreError) -> Opened {
        try makeFile()
        do {
            let writer = try DatabaseQueue(path: path, configuration: Self.configuration(label: "store.writer"))
            let isNew = try writer.writeWithoutTransaction { try prepare($0) }
            let reader = try DatabaseQueue(path: path, configuration: Self.configuration(label: "store.reader"))
            let checkpointer = try DatabaseQueue(
                path: path, configuration: Self.configuration(label: "store.checkpointer"))
            let counters = try writer.writeWithoutTransaction { database in
                if isNew { try begin(database) }
                return try Counter.highest(database)
            }
            try Self.highWaterMark(path: path).advance(beyond: counters)
            return Opened(writer: writer, reader: reader, checkpointer: checkpointer, recovery: recovery)
        } catch {
            throw StoreError(sqlite: error, act: "open the state database '\(path)'")
        }
    }

    private func openNew(reason: String) throws(StoreError) -> Opened {
        let moved = try moveAside()
        var opened = try openPresent(recovery: nil)
        var recovery = DatabaseRecovery(reason: reason, movedTo: moved)
        (recovery.salvagedBlobs, recovery.salvagedVersions) = ContentSalvage.run(from: moved, into: opened.writer)
        opened = Opened(
            writer: opened.writer, reader: opened.reader, checkpointer: opened.checkpointer, recovery: recovery)
        return opened
    }

    /// Checks and migrates; answers whether the database is new.
    private func prepare(_ database: Database) throws -> Bool {
        let version = Int(try database.number("PRAGMA user_version"))
        let newest = migrations.last?.version ?? 0
        let isEmpty = try database.number("SELECT count(*) FROM sqlite_master") == 0
        if isEmpty && version == 0 {
            try Self.migrate(database, from: 0, migrations)
            return true
        }
        guard try database.number("PRAGMA application_id") == Self.applicationID else {
            throw StoreError(.corrupt, "cannot open '\(path)': it is a database of another program")
        }
        guard version <= newest else {
            throw StoreError(
                .schemaTooNew,
                "cannot open '\(path)': its schema is version \(version), this program knows \(newest); "
                    + "install the version that wrote it, or a newer one")
        }
        let finding = try database.firstRow("PRAGMA quick_check(1)") { $0[0] as String }
        guard finding == "ok" else {
            throw StoreError(.corrupt, "cannot open '\(path)': it is malformed: \(finding ?? "no answer")")
        }
        if version < newest {
            try copyBeforeMigration(database, version: version)
            try Self.migrate(database, from: version, migrations)
        }
        return false
    }

    /// Where the counters of a new database begin.
    private func begin(_ database: Database) throws {
        let seconds = UInt64(max(0, now.nanoseconds / 1_000_000_000))
        try database.inTransaction(.immediate) {
            try Counter.begin(database, at: Self.highWaterMark(path: path).start(clock: seconds))
            return .commit
        }
    }

    private static func migrate(_ database: Database, from version: Int, _ migrations: [Migration]) throws {
        for migration in migrations where migration.version > version {
            try database.inTransaction(.immediate) {
                try database.execute(sql: migration.sql)
                try database.execute(sql: "PRAGMA application_id = \(applicationID)")
                try database.execute(sql: "PRAGMA user_version = \(migration.version)")
                return .commit
            }
        }
    }

    /// A copy of the old schema stays beside the database, for going back to the version that wrote it.
    private func copyBeforeMigration(_ database: Database, version: Int) throws {
        let (directory, name) = Self.split(path)
        let copy = "\(name).before-migration-from-\(version)"
        let handle = try DirectoryHandle(trustedPath: directory)
        if try handle.status(of: copy) != nil { try handle.remove(copy) }
        try database.execute(sql: "VACUUM INTO ?", arguments: ["\(directory)/\(copy)"])
        let file = try handle.openForReading(copy)
        try file.sync()
        try handle.sync()
    }
}

extension DatabaseOpening {
    static let suspectSuffix = ".suspect"
    /// More moved databases than this are not kept.
    private static let movedLimit = 3

    /// The directory and the name of a path.
    static func split(_ path: String) -> (directory: String, name: String) {
        (path.parentPath ?? ".", String(path.lastPathComponent))
    }

    /// The mark that keeps versions growing across a rebuild.
    static func highWaterMark(path: String) -> HighWaterMark {
        let (directory, name) = split(path)
        return HighWaterMark(directory: directory, name: name + ".high-water")
    }

    /// Makes the next start move the database aside.
    ///
    /// Nothing can be done here if that fails: the error that led here is thrown anyway, and comes again.
    static func markSuspect(path: String) {
        let (directory, name) = split(path)
        guard let handle = try? DirectoryHandle(trustedPath: directory) else { return }
        _ = try? handle.openForWriting(name + suspectSuffix, permissions: 0o600)
        try? handle.sync()
    }

    private static func configuration(label: String) -> Configuration {
        var configuration = Configuration()
        configuration.label = label
        configuration.foreignKeysEnabled = false
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            // Read back by `firstRow`: SQLite answers both with a row.
            _ = try database.firstRow("PRAGMA journal_mode = WAL") { $0[0] as String }
            _ = try database.firstRow("PRAGMA wal_autocheckpoint = 0") { $0[0] as Int64 }
            try database.run(pageCache)
            try database.run("PRAGMA temp_store = MEMORY")
        }
        return configuration
    }

    private func isPresent(_ path: String) throws(StoreError) -> Bool {
        let (directory, name) = Self.split(path)
        do throws(LinuxIOError) {
            return try DirectoryHandle(trustedPath: directory).status(of: name) != nil
        } catch {
            throw StoreError(file: error, act: "look for '\(path)'")
        }
    }

    /// The file is made here, so that only root can read it from its first byte on.
    private func makeFile() throws(StoreError) {
        let (directory, name) = Self.split(path)
        do throws(LinuxIOError) {
            let handle = try DirectoryHandle(trustedPath: directory)
            _ = try handle.openForWriting(name, permissions: 0o600)
        } catch {
            throw StoreError(file: error, act: "open the state database '\(path)'")
        }
    }

    /// Moves the database and its log out of the way and returns the new path of the former.
    private func moveAside() throws(StoreError) -> String {
        let (directory, name) = Self.split(path)
        let time = now.description.filter { $0 != "-" && $0 != ":" }
        do throws(LinuxIOError) {
            let handle = try DirectoryHandle(trustedPath: directory)
            var moved = "\(name).corrupt-\(time)"
            var count = 1
            while try handle.status(of: moved) != nil {
                count += 1
                moved = "\(name).corrupt-\(time)-\(count)"
            }
            for suffix in ["-wal", "-shm", ""] where try handle.status(of: name + suffix) != nil {
                try handle.rename(name + suffix, to: moved + suffix)
            }
            try removeOldest(handle, prefix: name + ".corrupt-")
            if try handle.status(of: name + Self.suspectSuffix) != nil { try handle.remove(name + Self.suspectSuffix) }
            try handle.sync()
            return "\(directory)/\(moved)"
        } catch {
            throw StoreError(file: error, act: "move the corrupt database '\(path)' aside")
        }
    }

    private func removeOldest(_ handle: borrowing DirectoryHandle, prefix: String) throws(LinuxIOError) {
        let names = try handle.entries().compactMap { entry in
            entry.name.hasPrefix(prefix) && !entry.name.hasSuffix("-wal") && !entry.name.hasSuffix("-shm")
                ? entry.name : nil
        }
        for name in names.sorted().dropLast(Self.movedLimit) {
            for suffix in ["", "-wal", "-shm"] where try handle.status(of: name + suffix) != nil {
                try handle.remove(name + suffix)
            }
        }
    }
}
