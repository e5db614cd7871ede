import ControlClient
import Model

/// The exit codes of `aetherctl` (DESIGN 6).
enum CommandExit: Int32, Sendable, CaseIterable {
    case fine = 0
    case error = 1
    case differences = 2
    case denied = 3
    case waitingForApproval = 4
    case usage = 64

    /// The code of a failed request.
    init(_ error: ControlClientError) { self = error.isDenied ? .denied : .error }

    /// The code of a pass that was waited for.
    ///
    /// A pause that a pass met had differences to hold back.
    init(_ result: PassResult) {
        switch result {
        case .nothingToDo, .succeeded: self = .fine
        case .differencesLeft, .paused: self = .differences
        case .waitingForApproval: self = .waitingForApproval
        case .denied: self = .denied
        case .failed, .rolledBack, .planChanged: self = .error
        }
    }

    /// The code of a plan: what cannot be compiled or observed is an error only where nothing else is to be told.
    init(_ report: PlanReport) {
        if !report.errors.isEmpty {
            self = .error
        } else if report.gate.contains(where: { $0.effect == .deny }) {
            self = .denied
        } else if !report.plan.isEmpty {
            self = .differences
        } else {
            self = report.problems.isEmpty ? .fine : .error
        }
    }

    /// The code of comparing resources.
    init(_ reports: [DiffReport]) {
        if reports.contains(where: { $0.problem != nil }) {
            self = .error
        } else {
            self = reports.contains { $0.change != nil } ? .differences : .fine
        }
    }
}
