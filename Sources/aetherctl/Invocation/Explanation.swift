import ControlClient
import Model

/// What is said of an error.
struct Explanation {
    let status: CommandExit
    let message: String
    /// What is behind it, for `-v`.
    var details: [String] = []

    init(_ error: any Error) {
        switch error {
        case let error as ControlClientError:
            status = CommandExit(error)
            message = error.message
            details = Self.details(of: error)
        case let error as CommandFailure:
            status = error.status
            message = error.message
        case is CancellationError:
            status = .error
            message = "interrupted"
        default:
            status = .error
            message = "\(error)"
        }
    }

    private static func details(of error: ControlClientError) -> [String] {
        var details = ["reason: \(error.code.rawValue)"]
        if let status = error.status {
            if status.code > 0 { details.append("status: \(status.code)") }
            for cause in status.details?.causes ?? [] {
                details.append("cause: " + (cause.field.map { "\($0): " } ?? "") + cause.message)
            }
        }
        if let cause = error.cause { details.append("cause: \(cause)") }
        return details
    }
}
