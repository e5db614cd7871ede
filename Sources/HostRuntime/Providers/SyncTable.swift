public import LinuxIO
public import Model
internal import Store
internal import Synchronization

/// Remembers, for each resource, the version of its path that was last found in sync, so that a pass over thousands of
/// files that did not change costs one look at each and nothing else.
///
/// Files, links and plain directories are remembered; units, recursive directories and what is secret to the kernel
/// are not, and are always looked at in full. Made once per generation.
public final class SyncTable: Sendable {
    /// What is known of one path.
    private enum Known: Sendable {
        case nothing
        case absent
        case version(Fingerprint)
    }

    private struct State {
        var known: [Known]
    }

    /// The resources that the table is made of.
    public let resources: [DeclaredResource]
    /// Indices of resources that are observed in full in every pass.
    package let alwaysObserved: [Int]
    /// Indices of the resources that have a row.
    private let indices: [Int]
    private let rowOfIndex: [ResourceID: Int32]
    package let paths: PathTable
    private let seed: UInt64
    private let state: Mutex<State>

    /// Makes a table in which nothing is known yet.
    public init(_ resources: [DeclaredResource], seed: UInt64 = UInt64.random(in: .min ... .max)) {
        self.resources = resources
        self.seed = seed
        var indices: [Int] = []
        var others: [Int] = []
        var rowOfIndex: [ResourceID: Int32] = [:]
        for (index, resource) in resources.enumerated() {
            if Self.isKnownByPath(resource) {
                rowOfIndex[resource.id] = Int32(indices.count)
                indices.append(index)
            } else {
                others.append(index)
            }
        }
        self.indices = indices
        self.rowOfIndex = rowOfIndex
        alwaysObserved = others
        paths = PathTable(indices.lazy.map { resources[$0].id.identity })
        state = Mutex(State(known: Array(repeating: .nothing, count: indices.count)))
    }

    /// Whether equal metadata of the path means that the resource is as it was.
    private static func isKnownByPath(_ resource: DeclaredResource) -> Bool {
        switch resource.attributes {
        case .file, .symlink: true
        case .directory(let directory): !directory.isRecursive
        case .unit: false
        }
    }

    /// Records that a resource was found in sync, with the status that was looked at before its content was; `time`
    /// is the wall clock before that look.
    ///
    /// A status too young to tell later changes from is not recorded.
    public func record(_ id: ResourceID, inSyncAs status: FileStatus?, at time: WallTime) {
        guard let row = rowOfIndex[id] else { return }
        let known: Known
        if let status {
            known =
                HashCache.isSettled(FileIdentity(status), at: time)
                ? .version(Fingerprint(all: status, seed: seed)) : .nothing
        } else {
            known = .absent
        }
        state.withLock { $0.known[Int(row)] = known }
    }

    /// Forgets a resource, so that the next pass observes it.
    public func forget(_ id: ResourceID) {
        guard let row = rowOfIndex[id] else { return }
        state.withLock { $0.known[Int(row)] = .nothing }
    }

    /// Forgets everything: accounts changed, or the clock jumped.
    public func forgetAll() {
        state.withLock { state in
            for row in state.known.indices { state.known[row] = .nothing }
        }
    }

    /// A resource that may differ from what was last in sync.
    package struct Candidate: Sendable {
        /// The index of the resource.
        package var index: Int
        /// What stands at its path; nil where that is unknown, or nothing.
        package var status: FileStatus?
        /// Whether the status was looked at.
        package var isLookedAt: Bool
    }

    /// The resources of a part of the rows that may differ from what was last in sync.
    ///
    /// Blocks.
    package func differing(inRows rows: Range<Int>, on host: some HostReading) -> [Candidate] {
        // A copy of the array: it is shared, not copied, as long as nobody records meanwhile.
        let known = state.withLock { $0.known }
        var differing: [Candidate] = []
        host.forEachStatus(of: paths, in: rows) { row, status in
            switch (known[row], status) {
            case (.version(let fingerprint), .success(let found?)):
                if Fingerprint(all: found, seed: seed) == fingerprint { return }
            case (.absent, .success(nil)): return
            default: break
            }
            switch status {
            case .success(let found):
                differing.append(Candidate(index: indices[row], status: found, isLookedAt: true))
            case .failure: differing.append(Candidate(index: indices[row], status: nil, isLookedAt: false))
            }
        }
        return differing
    }
}
