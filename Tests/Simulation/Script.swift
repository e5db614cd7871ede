package import Model

/// Everything that happens in one simulation, in order; the same script is the same history, to the byte.
///
/// It has a literal form (`description`), in which a failure is printed and can be replayed as a test.
package struct Script: Sendable, Hashable {
    /// What chance decides that is no choice of the script: what of unsynced data a power cut takes.
    package var seed: UInt64
    /// What others did before the daemon first came.
    package var before: [Act]
    /// What happens then.
    package var steps: [Step]

    /// Writes a script.
    package init(seed: UInt64, before: [Act] = [], steps: [Step]) {
        self.seed = seed
        self.before = before
        self.steps = steps
    }
}

/// One thing that happens; what has events can be disturbed by them while it lasts.
package enum Step: Sendable, Hashable {
    /// A commit is fetched and compiled.
    case commit([Piece])
    /// A pass over everything.
    case pass([Event] = [])
    /// What hints named is looked at and repaired.
    case repair([Event] = [])
    /// Somebody else does something.
    case outside(Act)
    /// The daemon hears of a resource, with reason or without.
    case hint(String)
    /// Somebody answers the newest question.
    case answer(Bool)
    /// An operator pauses everything, a blueprint or a resource.
    case pause(Scope)
    /// An operator ends a pause, and a rollback with that of everything.
    case resume(Scope)
    /// An operator goes back to the generation before.
    case rollback
    /// The daemon is killed and starts again.
    case kill([Event] = [])
    /// The power is cut and the machine boots.
    case cutPower([Event] = [])
    /// Time goes by, and the kernel writes back what is not synced when it is half a minute or more.
    case wait(seconds: Int)
    /// The wall clock jumps.
    case jump(seconds: Int)
}

/// What an operator pauses.
package enum Scope: Sendable, Hashable {
    case everything
    case blueprint(BlueprintMode)
    case resource(String)
}

/// What comes in between while the daemon works, at one of its calls to the host or writes to the store.
package struct Event: Sendable, Hashable {
    /// The call, counted from 1 since the step began.
    package var at: Int
    /// What happens there.
    package var what: What

    /// Plans an event.
    package init(_ at: Int, _ what: What) {
        self.at = at
        self.what = what
    }

    /// What can come in between.
    package enum What: Sendable, Hashable {
        /// So many calls fail, before they did anything.
        case fail(Failure, times: Int = 1)
        /// The call does its work and then fails all the same.
        case failAfter(Failure)
        /// So many records are not added to the audit log.
        case failAudit(times: Int = 1)
        /// A record is added to the audit log, which says that it was not.
        case failAuditAfter
        /// The call takes this long.
        case slow(seconds: Int)
        /// The daemon is killed before the call.
        case kill
        /// The daemon is killed in the middle of the call, if it has one.
        case killInside(Int)
        /// The power is cut before the call.
        case cutPower
        /// The power is cut in the middle of the call, if it has one.
        case cutPowerInside(Int)
        /// Somebody else does something before the call.
        case outside(Act)
        /// The daemon hears of a resource.
        case hint(String)
        /// The daemon is asked to stop, and starts again when it has.
        case interrupt
        /// The wall clock jumps.
        case jump(seconds: Int)
    }
}

/// Why a call fails.
package enum Failure: String, Sendable, Hashable, CaseIterable {
    case noSpace
    case readOnly
    case inputOutput
    case notPermitted
    case timeout
}

/// What somebody else does to the host; texts are numbered, and no two acts of a script have the same.
package enum Act: Sendable, Hashable {
    /// Writes a file in place, or makes it.
    case write(String, Int)
    /// Puts another file in its place.
    case replace(String, Int)
    case remove(String)
    case makeDirectory(String)
    case link(String, to: String)
    case setMode(String, UInt16)
    case setOwner(String, UInt32)
    case start(String)
    case stop(String)
    case fail(String)
    case disable(String)

    /// The path that is touched; nil for units.
    var path: String? {
        switch self {
        case .write(let path, _), .replace(let path, _), .remove(let path), .makeDirectory(let path),
            .link(let path, _), .setMode(let path, _), .setOwner(let path, _):
            path
        case .start, .stop, .fail, .disable: nil
        }
    }
}
