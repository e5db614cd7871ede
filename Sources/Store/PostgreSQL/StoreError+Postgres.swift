import Postgres

extension StoreError {
    /// Says in the store's words what PostgreSQL refused; `act` names what was tried, as in "cannot `act`".
    init(postgres error: PostgresError, act: String) {
        switch error.code {
        case .refused where error.state == .diskFull:
            self.init(.full, "cannot \(act): \(error); free space at the database server", cause: error)
        case .refused where error.state?.family == "54":
            self.init(.invalid, "cannot \(act): \(error)", cause: error)
        case .refused where error.state == .insufficientPrivilege:
            self.init(
                .unavailable, "cannot \(act): \(error); let the role create and use the schema 'aetheredge'",
                cause: error)
        case .refused where error.state == .readOnly:
            self.init(
                .unavailable,
                "cannot \(act): \(error); name the primary, or add target_session_attrs=read-write to the connection",
                cause: error)
        case .refused where error.state?.rawValue == "XX001" || error.state?.rawValue == "XX002":
            self.init(.corrupt, "cannot \(act): \(error); restore the database", cause: error)
        case .unexpected:
            self.init(.corrupt, "cannot \(act): \(error)", cause: error)
        default:
            self.init(.unavailable, "cannot \(act): \(error)", cause: error)
        }
    }
}
