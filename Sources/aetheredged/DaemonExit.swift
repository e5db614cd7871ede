/// The exit codes of `aetheredged --once` and of a failed start (DESIGN 13).
enum DaemonExit: Int32, Sendable {
    case fine = 0
    case error = 1
    case differencesLeft = 2
    case waitingForApproval = 4
    case usage = 64
}
