import Model

/// How a pass is going, for people.
enum PassText {
    static func activity(_ progress: PassProgress) -> String {
        guard let run = progress.run, progress.stepsTotal > 0 else { return progress.activity }
        return "\(run): \(progress.stepsDone) of \(progress.stepsTotal) steps"
    }

    /// How it ended, and what to do.
    static func sentence(_ progress: PassProgress, _ result: PassResult) -> String {
        let (what, hint) = parts(progress.run, progress, result)
        guard let message = progress.message else { return what + (hint.map { "; \($0)" } ?? "") }
        // A message that says what to do needs no second advice.
        let needsHint = hint != nil && !message.contains("aetherctl")
        return "\(what): \(message)" + (needsHint ? "; \(hint ?? "")" : "")
    }

    private static func parts(
        _ run: String?, _ progress: PassProgress, _ result: PassResult
    ) -> (what: String, hint: String?) {
        let name = run ?? "the run"
        let look = run.map { "see 'aetherctl runs show \($0)'" }
        switch result {
        case .nothingToDo: return ("nothing to do", nil)
        case .succeeded:
            guard run != nil else { return ("succeeded", nil) }
            return ("\(name) succeeded, \(progress.stepsDone) of \(progress.stepsTotal) steps", nil)
        case .differencesLeft: return ("differences are left", look ?? "see 'aetherctl plan'")
        case .waitingForApproval:
            guard let run, let look else {
                return ("a run waits for approval", "see 'aetherctl runs', then 'aetherctl approve RUN'")
            }
            return ("\(run) waits for approval", "\(look), then 'aetherctl approve \(run)'")
        case .denied: return ("the plan was denied", look ?? "see 'aetherctl plan'")
        case .failed: return (run.map { "\($0) failed" } ?? "failed", look ?? "see 'aetherctl status'")
        case .rolledBack: return ("\(name) was rolled back", look ?? "see 'aetherctl runs'")
        case .paused: return ("paused, nothing was changed", "see 'aetherctl status'")
        case .planChanged: return ("the plan has changed", "see 'aetherctl plan'")
        }
    }
}
