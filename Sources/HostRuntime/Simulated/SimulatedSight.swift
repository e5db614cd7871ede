internal import LinuxIO
internal import Model
internal import Synchronization

/// What is at a path of a simulated host, looked at from outside: no call is made, so that no time goes by and nothing
/// fails.
package struct SimulatedSight: Sendable, Hashable {
    /// What it is, with what it holds.
    package enum Content: Sendable, Hashable {
        case file([UInt8])
        case directory([String])
        case symlink(String)
        case special
    }

    /// What it is.
    package var content: Content
    /// The owner's number.
    package var owner: UInt32
    /// The group's number.
    package var group: UInt32
    /// The permission bits.
    package var permissions: UInt16
}

/// What systemd says of a unit, looked at from outside.
package struct SimulatedUnitSight: Sendable, Hashable {
    /// Whether it runs.
    package var isRunning: Bool
    /// `enabled`, `disabled`, `static`, `masked` or empty.
    package var fileState: String
    /// Whether its files were changed since systemd read them.
    package var needsReload: Bool
}

extension SimulatedHost {
    /// Stops the machine, or kills the daemon: nothing answers until `restart` or `powerCut`.
    package func halt() { state.withLock { $0.isStopped = true } }

    /// Lets the kernel write back what is not synced, without any time going by.
    package func writeBack() { state.withLock { $0.disk.syncAll() } }

    /// What is at a path; nil when nothing is.
    package func sight(of path: String) -> SimulatedSight? {
        state.withLock { state in
            guard let number = try? state.disk.find(path) else { return nil }
            return state.disk[number].sight
        }
    }

    /// Whether a path leads to a directory, through links as on the way to what is in it.
    package func isDirectory(_ path: String) -> Bool {
        state.withLock { state in (try? state.disk.directory(path)) != nil }
    }

    /// What systemd says of a unit.
    package func sight(ofUnit name: String) -> SimulatedUnitSight {
        state.withLock { state in
            let unit = state.observation(of: name)
            return SimulatedUnitSight(
                isRunning: unit.isRunning, fileState: unit.unitFileState, needsReload: unit.needsReload)
        }
    }

    /// Everything at and below a path, parents first and by name.
    package func sights(below path: String) -> [(path: String, sight: SimulatedSight)] {
        state.withLock { state in
            guard let first = try? state.disk.find(path) else { return [] }
            var found: [(String, SimulatedSight)] = []
            var waiting = [(path == "/" ? "" : path, first)]
            while let (path, number) = waiting.popLast() {
                found.append((path.isEmpty ? "/" : path, state.disk[number].sight))
                for (name, child) in state.disk[number].entries.sorted(by: { $0.key > $1.key }) {
                    waiting.append((path + "/" + name, child))
                }
            }
            return found
        }
    }
}

extension SimulatedInode {
    fileprivate var sight: SimulatedSight {
        let seen: SimulatedSight.Content
        switch content {
        case .regular(let bytes): seen = .file(bytes)
        case .directory(let entries): seen = .directory(entries.keys.sorted())
        case .symlink(let target): seen = .symlink(target)
        case .special: seen = .special
        }
        return SimulatedSight(content: seen, owner: owner, group: group, permissions: permissions)
    }
}
