import GRDB
import TestSupport
import Testing

@testable import Store

@Suite struct WriteAheadLogTests {
    private func grow(_ database: HostDatabase) throws {
        try database.write(.deferred, "grow") { transaction in
            try transaction.database.execute(sql: "INSERT INTO blobs VALUES (zeroblob(2000000))")
        }
    }

    @Test func `a log that grows fast is moved beside the commits, again and again`() throws {
        try withDatabase { database, _ in
            try database.write(.deferred, "make a table") { transaction in
                try transaction.database.execute(sql: "CREATE TABLE blobs (data BLOB)")
            }
            for _ in 0..<3 {
                repeat { try grow(database) } while database.log.pageCount < WriteAheadLog.hastyPages - 500
                #expect(database.log.pageCount < WriteAheadLog.hastyPages)
                try grow(database)
                // What was begun by that has ended when the connection does something else.
                database.checkpointer.writeWithoutTransaction { _ in }
                #expect(database.log.pageCount == 0)
            }
        }
    }

    @Test func `a log that cannot be moved is tried again when it has grown more`() throws {
        try withDatabase { database, _ in
            try database.write(.deferred, "make a table") { transaction in
                try transaction.database.execute(sql: "CREATE TABLE blobs (data BLOB)")
            }
            // Somebody reads what was before, and goes on.
            try database.reader.inTransaction(.deferred) { reading in
                _ = try Int.fetchOne(reading, sql: "SELECT count(*) FROM blobs")
                repeat { try grow(database) } while database.log.pageCount < WriteAheadLog.hastyPages
                database.checkpointer.writeWithoutTransaction { _ in }
                #expect(database.log.pageCount >= WriteAheadLog.hastyPages)
                #expect(!database.log.beginsInHaste())
                return .commit
            }
            repeat { try grow(database) } while database.log.pageCount < WriteAheadLog.hastyPages + 1_000
            try grow(database)
            database.checkpointer.writeWithoutTransaction { _ in }
            #expect(database.log.pageCount < WriteAheadLog.duePages)
        }
    }
}
