import ControllerRuntime
import HostRuntime
import LinuxIO
import Logging
import Model
import Store
import Synchronization
import Vishnu

/// A machine with the daemon on it, played from a script, and the eye that watches what the daemon does to it.
///
/// The real loop, gate, executor and stores run on a simulated host and a database in memory, all on the task that
/// plays: what happens is a function of the script. Each call of the daemon to the host and each write to the store
/// goes through `WatchedHost` and `WriteWatcher` to here, where events strike and invariants are checked.
package final class World: Sendable {
    let script: Script
    let bug: PlantedBug?
    let host: SimulatedHost
    let database: HostDatabase
    let objects: SQLiteObjectStore
    let journal: RunJournal
    let resources: ResourceTable
    let content: ContentStore
    /// Where the audit log stands.
    let directory: String
    let tape: Tape
    let downloads: WorkerThread
    let books = Mutex(Books())

    private init(_ script: Script, bug: PlantedBug?, directory: String, keepsTrace: Bool) throws {
        self.script = script
        self.bug = bug
        self.directory = directory
        let host = SimulatedHost(seed: script.seed)
        self.host = host
        database = try HostDatabase.inMemory(losesUnsyncedWrites: true)
        objects = SQLiteObjectStore(
            database, clock: { host.wallTime() }, identifier: Identifiers().next)
        journal = RunJournal(database)
        resources = ResourceTable(database)
        content = try ContentStore(database, directory: nil)
        tape = Tape(keepsLines: keepsTrace)
        downloads = try WorkerThread(name: "downloads")
    }

    /// Plays a script to its end, or to the first violation of an invariant.
    package static func play(
        _ script: Script, bug: PlantedBug? = nil, keepsTrace: Bool = false
    ) async throws -> Report {
        try await withScratchDirectory { directory in
            let world = try World(script, bug: bug, directory: directory, keepsTrace: keepsTrace)
            defer { world.close() }
            do { try await world.play() } catch { world.violate("none", "the simulation itself failed: \(error)") }
            return Report(
                violation: world.books.withLock(\.violation), digest: world.tape.digest,
                calls: world.books.withLock(\.call), trace: world.tape.lines)
        }
    }

    /// Ends what would keep the world in memory.
    private func close() {
        books.withLock { $0.life = nil }
        downloads.stop()
        do {
            try database.watchWrites(nil)
            try database.close()
        } catch {
            preconditionFailure("cannot close the database of a simulation: \(error)")
        }
    }

    /// Notes that an invariant does not hold; the first is what is reported.
    func violate(_ invariant: String, _ message: String) {
        let (isFirst, step) = books.withLock { books in
            let isFirst = books.violation == nil
            if isFirst { books.violation = Violation(invariant: invariant, step: books.step, message: message) }
            return (isFirst, books.step)
        }
        if isFirst { tape.note("violation", invariant, "step \(step)", message) }
    }

    var isViolated: Bool { books.withLock { $0.violation != nil } }
}

/// Makes uids one after the other.
private final class Identifiers: Sendable {
    private let last = Mutex(0)

    @Sendable func next() -> String {
        let number = last.withLock { last in
            last += 1
            return last
        }
        let digits = String(number, radix: 16)
        return "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
    }
}

/// How a script ended.
package struct Report: Sendable {
    /// The first invariant that did not hold; nil when all did.
    package var violation: Violation?
    /// The digest of everything that happened.
    package var digest: UInt64
    /// How many calls to the host and writes to the store the daemon made.
    package var calls: Int
    /// Everything that happened, if that was asked for.
    package var trace: [String]
}

/// An invariant that did not hold.
package struct Violation: Sendable, Hashable, CustomStringConvertible {
    /// Its name in the design, such as `I3`.
    package var invariant: String
    /// The step of the script; the number of steps while the end of the script is checked.
    package var step: Int
    /// What was seen.
    package var message: String

    /// One line.
    package var description: String { "\(invariant) does not hold at step \(step): \(message)" }
}

/// The daemon between a start and its end.
struct Life: Sendable {
    let reconciler: HostReconciler<WatchedHost>
    let control: HostControl<WatchedHost>
    let executor: Executor<WatchedHost>
    let endings: RunEndings<RunEnding<WatchedHost>>
    let audit: AuditLog
    let generations: GenerationTable
}

/// What the world remembers beyond what host and store hold.
struct Books: Sendable {
    var life: Life?
    var violation: Violation?
    /// The step that is played.
    var step = 0
    /// Calls so far, and when the step began.
    var call = 0
    var stepStart = 0

    /// Events of the step that have not happened yet.
    var events: [Event] = []
    var failing: (failure: Failure, times: Int)?
    var failsAfter: Failure?
    /// How many records of the audit log are lost before they are written, and whether the next is written and fails.
    var auditFailures = 0
    var auditFailsAfter = false
    /// Whether anything came in between in this step.
    var isDisturbed = false
    var isInterrupted = false
    /// How the daemon died; nil while it lives.
    var death: Death?
    var diesAfterCall = false

    /// When each path was last read by the daemon, and last touched by others.
    var lastRead: [String: Int] = [:]
    var lastTouched: [String: Int] = [:]
    /// What was at each path when a run's plan was made; runs without a name yet are in the order of their making.
    var shownUnnamed: [[String: SimulatedSight]] = []
    var shown: [String: [String: SimulatedSight]] = [:]
    /// Paths and units on which each run had an effect.
    var effects: [String: Set<String>] = [:]
    var effectCount = 0
    var answers: [String: (isYes: Bool, hash: String)] = [:]
    var hasDenied = false
    /// Whether a rollback may hold commits back.
    var isHeld = false
    /// What somebody approved to hold: its order, and what becomes of it when it leaves, change nothing of that.
    var approved: [ResourceID: Set<ResourceAttributes>] = [:]
    var paused: Set<Scope> = []
    var pausedBefore: Set<Scope> = []
    var commits: [(name: String, resources: [DeclaredResource])] = []

    /// Every byte string that somebody meant to write, and those of others among them.
    var wholes: Set<[UInt8]> = []
    var foreign: Set<[UInt8]> = []
    /// Names of runs under which lies what the daemon itself wrote there, and nothing that it moved there.
    var prepared: Set<String> = []
    /// Paths that others wrote and nobody synced.
    var unsynced: Set<String> = []
    /// Digests of others' bytes that the daemon removed from the disk.
    var removed: Set<ContentDigest> = []
    /// How long the audit log is for certain.
    var auditSynced: Int64 = 0
    /// What the loop with the planted trust in events believes.
    var believed: [String: FileStatus?] = [:]

    enum Death: Sendable {
        case killed
        case powerCut
    }
}
