import GRDB

extension StoreError {
    /// Says in the store's words what SQLite refused; `act` names what was tried, as in "cannot `act`".
    init(sqlite error: any Error, act: String) {
        if let error = error as? StoreError {
            self = error
            return
        }
        guard let database = error as? DatabaseError else {
            self.init(.unavailable, "cannot \(act): \(error)", cause: error)
            return
        }
        let reason = database.message ?? database.resultCode.description
        switch database.resultCode {
        case .SQLITE_FULL:
            self.init(.full, "cannot \(act): \(reason); free space on the file system of the state", cause: error)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            self.init(
                .corrupt, "cannot \(act): \(reason); restart the daemon, which moves the database aside", cause: error)
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(.unavailable, "cannot \(act): another process holds the database; try again", cause: error)
        case .SQLITE_TOOBIG:
            self.init(.invalid, "cannot \(act): it is larger than a row can be", cause: error)
        default:
            self.init(.unavailable, "cannot \(act): \(reason); check the file system of the state", cause: error)
        }
    }
}
