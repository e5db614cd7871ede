internal import LinuxIO

extension GitSourceError {
    /// The error for a failed file operation.
    init(_ error: LinuxIOError, while activity: String) {
        switch error.code {
        case .noSpace, .quotaExceeded:
            self.init(.noSpace, "cannot \(activity): the disk is full; free space there", cause: error)
        case .overflow, .fileTooBig: self.init(.tooLarge, "cannot \(activity): \(error)", cause: error)
        default: self.init(.fileFailed, "cannot \(activity): \(error)", cause: error)
        }
    }

    /// Keeps an error of this module as it is, and names every other one.
    static func wrap(_ error: any Error, while activity: String) -> GitSourceError {
        switch error {
        case let error as GitSourceError: error
        case let error as LinuxIOError: GitSourceError(error, while: activity)
        case is CancellationError: GitSourceError(.cancelled, "cannot \(activity): it was cancelled", cause: error)
        default: GitSourceError(.gitFailed, "cannot \(activity): \(error)", cause: error)
        }
    }
}
