import FoundationEssentials
import Glibc
import HostTestSupport
import LinuxIO
import Model
import Store
import Synchronization
import TestSupport
import Testing

@testable import HostRuntime

/// The real host below a directory, with its executor, and a site of every type in directories that others write to.
final class RaceFixture: Sendable {
    static let parents = [
        "srv/u", "srv/u/tree", "srv/u/tree/sub", "srv/u/purged", "srv/u/deep", "srv/u/deep/a", "srv/u/old", "tmp",
    ]
    static let names = ["conf", "meta", "gone", "link", "tree", "purged", "deep", "a", "old", "x", "sub"]
    /// Directories below declared ones that no declaration names.
    static let mountPlaces = ["srv/u/tree/sub", "srv/u/old/sub", "srv/u/purged/sub"]

    /// How runs ended.
    struct Tally {
        var runs = 0
        var succeeded = 0
        var problems = 0
        var crashes = 0
        var applied = 0
        var undone = 0

        /// Whether so many runs met the attack that it says something.
        var isEnough: Bool { runs > 10 && succeeded > 0 }
    }

    let root: String
    let content: ContentStore
    private let host: LinuxHost
    private let journal: RunJournal
    private let resources: ResourceTable
    private let worker: ThreadWorker
    private let observer: Observer<LinuxHost>
    private let state: Mutex<State>

    private struct State {
        var declared: [DeclaredResource] = []
        var random: SeededGenerator
        var crashIn: Int?
        var tally = Tally()
        var aside = 0
    }

    init(root: String, seed: UInt64) throws {
        self.root = root
        chmod(root, 0o755)
        host = LinuxHost(root: try RootDirectory(path: root), systemd: nil)
        let database = try HostDatabase.inMemory()
        journal = RunJournal(database)
        content = try ContentStore(database, directory: nil)
        resources = ResourceTable(database)
        worker = try ThreadWorker(name: "race", count: 2)
        observer = Observer(host: host, worker: worker)
        state = Mutex(State(random: SeededGenerator(seed: seed)))
        mkdir(root + "/srv", 0o755)
        layOut()
    }

    var tally: Tally { state.withLock { $0.tally } }

    /// Ends the programs that were started against the tree.
    func stopAttackers() { close(open(root + "/stop", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)) }

    /// Where a victim has names.
    func namesOfVictim(_ name: String) throws -> [String] {
        let victim = try host.status(of: "/victims/" + name)
        var names: [String] = []
        try host.walk("/", limit: 1_000) { path, status in
            if let victim, status.isSameFile(as: victim) { names.append(String(path.dropFirst())) }
        }
        return names
    }

    /// Makes the attacker's directories afresh; the old ones move away as a whole, for nothing of them can be trusted,
    /// and a directory with others' files in the place of a declared file stays for ever.
    func layOut() {
        let aside = state.withLock { state in
            state.aside += 1
            return state.aside
        }
        // Made where the attacker does not look, and put in place whole.
        let new = root + "/srv/new"
        for path in ["/meta", "/gone", "/tree/x", "/tree/sub/x", "/purged/x", "/old/x", "/old/sub/x"] {
            try? FileManager.default.createDirectory(
                atPath: new + ExecutorPath.parent(of: path), withIntermediateDirectories: true)
            close(open(new + path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600))
        }
        for path in ["/purged/sub", "/deep/a", "/deep", "/old/sub", "/old", "/purged", "/tree/sub", "/tree", ""] {
            try? FileManager.default.createDirectory(atPath: new + path, withIntermediateDirectories: true)
            chown(new + path, Attackers.user, Attackers.user)
            chmod(new + path, 0o755)
        }
        rename(root + "/srv/u", root + "/srv/aside\(aside)")
        rename(new, root + "/srv/u")
        rename(root + "/tmp", root + "/srv/tmp\(aside)")
        mkdir(root + "/tmp", 0o1777)
        chmod(root + "/tmp", 0o1777)
    }

    /// Declares the site; the contents differ from round to round.
    func declare(_ round: Int) throws {
        let user = "\(Attackers.user)"
        let bytes = try content.put(Array("declared \(round % 2)\n".utf8))
        let all: [(ResourceType, String, ResourceAttributes)] = [
            (.directory, "/srv/u", .directory(DirectoryAttributes(owner: user, mode: 0o755))),
            (.file, "/srv/u/conf", .file(FileAttributes(content: bytes, owner: "root", mode: 0o644))),
            (.file, "/srv/u/meta", .file(FileAttributes(owner: user, mode: round % 2 == 0 ? 0o640 : 0o600))),
            (.file, "/srv/u/gone", .file(FileAttributes(isAbsent: true))),
            (.symlink, "/srv/u/link", .symlink(SymlinkAttributes(target: "conf\(round % 2)", owner: user))),
            (
                .directory, "/srv/u/tree",
                .directory(DirectoryAttributes(owner: user, mode: round % 2 == 0 ? 0o755 : 0o750, isRecursive: true))
            ),
            (.directory, "/srv/u/purged", .directory(DirectoryAttributes(owner: user, purge: true))),
            (.directory, "/srv/u/deep", .directory(DirectoryAttributes(owner: user, mode: 0o755))),
            (.directory, "/srv/u/deep/a", .directory(DirectoryAttributes(owner: user, mode: 0o755))),
            (.file, "/srv/u/deep/a/conf", .file(FileAttributes(content: bytes, owner: user, mode: 0o600))),
            (.directory, "/srv/u/old", .directory(DirectoryAttributes(purge: true, isAbsent: true))),
            (.file, "/tmp/x", .file(FileAttributes(content: bytes, owner: "root", mode: 0o644))),
        ]
        let declared = all.map { type, path, attributes in
            DeclaredResource(
                id: ResourceID(type: type, identity: path), attributes: attributes, blueprint: "race",
                position: SourcePosition(file: "race.yaml", line: 1, column: 1), verify: [], dependencies: [])
        }
        state.withLock { $0.declared = declared }
        let updates = declared.map { ResourceUpdate($0.id, phase: .pending, declared: $0) }
        try resources.write(updates, at: host.wallTime(), durability: .deferred)
    }

    /// Plans and carries out once, now and then stopped in the middle as by a kill and recovered; answers whether there
    /// was nothing to do.
    @discardableResult
    func reconcile(canCrash: Bool) async throws -> Bool {
        let (declared, crashIn) = state.withLock { state in
            let crashes = canCrash && state.random.next(upperBound: UInt(8)) == 0
            state.crashIn = crashes ? Int(state.random.next(upperBound: UInt(30))) : nil
            return (state.declared, state.crashIn)
        }
        let graph = try ResourceGraph(declared)
        let context = try await observer.context(for: declared)
        let observations = try await observer.observe(graph.resources, context: context)
        let result = Planner.plan(
            PlanRequest(
                cause: .drift, commit: "c1", declared: graph.resources, observations: observations,
                context: PlanContext(context)))
        state.withLock { $0.tally.problems += result.problems.count }
        guard !result.plan.isEmpty else { return result.problems.isEmpty }
        let run = try journal.create(
            RunRecord(
                name: "", sequence: 0, plan: result.plan, planHash: result.plan.hash, requestedBy: "controller",
                phase: .running, createdTime: host.wallTime()), durability: .deferred)
        let byID = Dictionary(declared.map { ($0.id, $0) }) { _, last in last }
        let outcome = await executor().execute(run, declared: byID)
        let hasCrashed = state.withLock { state in
            state.tally.runs += 1
            if case .succeeded = outcome { state.tally.succeeded += 1 }
            let hasCrashed = crashIn != nil && state.crashIn == nil
            if hasCrashed { state.tally.crashes += 1 }
            state.crashIn = nil
            return hasCrashed
        }
        if hasCrashed { _ = try await executor().recover() }
        return false
    }

    private func executor() -> Executor<LinuxHost> {
        Executor(
            host: host, journal: journal, content: content, resources: resources, worker: worker,
            boundary: { [self] (point: Boundary) throws(BoundaryCrash) in
                let crashes = state.withLock { state in
                    if case .applied = point { state.tally.applied += 1 }
                    if case .undone = point { state.tally.undone += 1 }
                    guard let left = state.crashIn else { return false }
                    state.crashIn = left == 0 ? nil : left - 1
                    return left == 0
                }
                if crashes { throw BoundaryCrash() }
            },
            observe: { [self] ids, _, written in
                await observer.digests(of: ids, among: state.withLock { $0.declared }, written: written)
            })
    }
}
