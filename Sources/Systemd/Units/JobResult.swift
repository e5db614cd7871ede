/// How a job of the service manager ended; an open set.
public struct JobResult: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// systemd's word.
    public let rawValue: String

    /// Takes systemd's word.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// systemd's word.
    public var description: String { rawValue }

    /// It did what it was for.
    public static let done = JobResult(rawValue: "done")
    /// Another job, or someone, cancelled it.
    public static let canceled = JobResult(rawValue: "canceled")
    /// It ran longer than its own JobTimeoutSec= or the unit's timeout allows.
    public static let timeout = JobResult(rawValue: "timeout")
    /// The unit failed.
    public static let failed = JobResult(rawValue: "failed")
    /// A unit that it depends on failed.
    public static let dependency = JobResult(rawValue: "dependency")
    /// A condition of the unit did not hold, so there was nothing to do.
    public static let skipped = JobResult(rawValue: "skipped")
    /// The job made no sense in the unit's state, such as reloading what is not up.
    public static let invalid = JobResult(rawValue: "invalid")
    /// An assertion of the unit did not hold.
    public static let assert = JobResult(rawValue: "assert")
    /// Units of this type cannot do it.
    public static let unsupported = JobResult(rawValue: "unsupported")
    /// The unit was unloaded while its job was pending.
    public static let collected = JobResult(rawValue: "collected")
    /// The unit may be started only once.
    public static let once = JobResult(rawValue: "once")
}

/// What a new job does with jobs that conflict with it.
public enum JobMode: String, Sendable {
    /// It replaces them.
    case replace
    /// It fails if there are any.
    case fail
    /// It replaces them, and cannot be replaced itself.
    case replaceIrreversibly = "replace-irreversibly"
    /// The unit's dependencies are left alone.
    case ignoreDependencies = "ignore-dependencies"
    /// Requirements are left alone, order is kept.
    case ignoreRequirements = "ignore-requirements"
}
