import LinuxIO

extension StoreError {
    /// Says in the store's words what the file system refused; `act` names what was tried, as in "cannot `act`".
    init(file error: LinuxIOError, act: String) {
        switch error.code {
        case .noSpace, .quotaExceeded, .fileTooBig:
            self.init(.full, "cannot \(act): \(error); free space on the file system of the state", cause: error)
        case .noEntry:
            self.init(.notFound, "cannot \(act): \(error)", cause: error)
        default:
            self.init(.unavailable, "cannot \(act): \(error); check the file system of the state", cause: error)
        }
    }
}
