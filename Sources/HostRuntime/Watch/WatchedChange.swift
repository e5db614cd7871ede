import LinuxIO
import Model

/// One change that a kernel queue reported, from fanotify or inotify.
struct WatchedChange {
    /// The paths of the directory; more than one where a bind mount shows it twice.
    ///
    /// Empty on overflow.
    var directories: [String]
    /// The name in it; nil for the directory itself.
    var name: String?
    /// What happened.
    var kinds: FileEventKinds
    /// The process; 0 where none is named.
    var pid: Int32
    /// What fanotify knows of the process; nil from inotify.
    var event: FanotifyEvent?

    /// Whether a name appeared or went.
    var isStructural: Bool {
        !kinds.isDisjoint(with: [.created, .deleted, .movedFrom, .movedTo, .selfDeleted, .selfMoved])
    }

    /// Who did it, or why nobody can be named.
    func actor(_ executions: ExecCache) -> DriftActor {
        guard let event else {
            return DriftActor(unknown: "inotify does not name processes; fanotify was refused here, as without root")
        }
        return DriftActor(executions.attribute(event))
    }
}
