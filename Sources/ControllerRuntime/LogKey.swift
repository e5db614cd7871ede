/// The keys of log metadata: one name for one thing in every module.
public enum LogKey {
    /// The controller that speaks.
    public static let controller = "controller"
    /// The key that is reconciled.
    public static let key = "key"
    /// A condition's reason.
    public static let reason = "reason"
    /// Why something failed.
    public static let cause = "cause"
    /// Why a run was made.
    public static let planCause = "plan_cause"
    /// How long until the next try.
    public static let delay = "delay"
    /// The managed resource.
    public static let resource = "resource"
    /// The run.
    public static let run = "run"
    /// The commit.
    public static let commit = "commit"
    /// The source.
    public static let source = "source"
    /// The blueprint.
    public static let blueprint = "blueprint"
    /// The object.
    public static let object = "object"
    /// A number of things.
    public static let count = "count"
    /// Of how many things.
    public static let total = "total"
    /// A path.
    public static let path = "path"
    /// The phase of a run or resource.
    public static let phase = "phase"
    /// Process of the actor.
    public static let actorPID = "actor_pid"
    /// Executable of the actor.
    public static let actorExecutable = "actor_exe"
    /// User of the actor.
    public static let actorUID = "actor_uid"
    /// Why the actor is not known.
    public static let actorUnknown = "actor_unknown"
    /// What was done.
    public static let action = "action"
    /// Unit of the actor.
    public static let actorUnit = "actor_unit"
    /// The message ID in the journal's catalog.
    public static let messageID = "message_id"
    /// Who asked.
    public static let user = "user"
    /// The lease that a leader has.
    public static let lease = "lease"
    /// The epoch of a lease.
    public static let epoch = "epoch"
    /// How long something took.
    public static let duration = "duration"
}
