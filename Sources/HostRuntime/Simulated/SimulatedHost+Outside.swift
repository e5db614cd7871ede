internal import LinuxIO
package import Model
internal import Synchronization

/// What others than the daemon do to the host: no permit, no crash points, and nothing of it is synced.
extension SimulatedHost {
    /// Writes a file in place, or makes it.
    package func write(_ path: String, _ text: String) { write(path, Array(text.utf8)) }

    /// Writes a file in place, or makes it.
    package func write(_ path: String, _ bytes: [UInt8]) {
        outside { state in
            if let number = try? state.disk.find(path), state.disk[number].type == .regular {
                state.disk[number].content = .regular(bytes)
                state.disk[number].modified = state.disk.time
                state.disk[number].changed = state.disk.time
            } else {
                state.put(path, .regular(bytes), 0o644)
            }
        }
    }

    /// Makes a directory, and those above it.
    package func place(directory path: String) {
        outside { state in
            var current = ""
            for name in path.pathComponents {
                current += "/" + name
                if (try? state.disk.find(current)) == nil { state.put(current, .directory([:]), 0o755) }
            }
        }
    }

    /// Makes a symbolic link in place of whatever is there.
    package func place(symlink path: String, to target: String) {
        outside { $0.put(path, .symlink(target), 0o777) }
    }

    /// Makes a special file in place of whatever is there.
    package func place(special path: String, _ node: SpecialNode) {
        outside { $0.put(path, .special(node.type, device: node.device), node.permissions) }
    }

    /// Removes whatever is at a path.
    package func removeAll(_ path: String) {
        outside { state in
            guard let place = try? state.disk.place(of: path), place.inode != nil else { return }
            state.disk.change(place.parent, [(place.name, nil)])
        }
    }

    /// Sets owner, group and mode.
    package func change(_ path: String, _ metadata: FileMetadata) {
        edit(path) { $0.metadata = metadata }
    }

    /// Sets or clears the immutable attribute.
    package func setImmutable(_ path: String, _ isImmutable: Bool) {
        edit(path) { $0.isImmutable = isImmutable }
    }

    /// Sets an extended attribute.
    package func setAttribute(_ path: String, _ name: String, _ value: [UInt8]) {
        edit(path) { $0.attributes[name] = value }
    }

    /// Mounts another file system on a directory.
    package func mount(_ path: String, device: UInt64) {
        edit(path) { $0.device = device }
    }

    /// The bytes of a file; nil when there is none.
    package func bytes(of path: String) -> [UInt8]? {
        state.withLock { state in
            guard let number = try? state.disk.find(path), case .regular(let bytes) = state.disk[number].content else {
                return nil
            }
            return bytes
        }
    }

    /// Everything on the disk as one text: paths, types, metadata and content, to compare two hosts by.
    package func snapshot() -> [String: String] {
        state.withLock { state in
            var lines: [String: String] = [:]
            var waiting = [("", SimulatedDisk.rootNumber)]
            while let (path, number) = waiting.popLast() {
                let inode = state.disk[number]
                let name = path.isEmpty ? "/" : path
                var line = "\(inode.type.word) \(inode.owner):\(inode.group) \(String(inode.permissions, radix: 8))"
                switch inode.content {
                case .regular(let bytes): line += " " + ContentDigest(hashing: bytes).hex
                case .symlink(let target): line += " " + target
                case .directory, .special: break
                }
                for (key, value) in inode.attributes.sorted(by: { $0.key < $1.key }) { line += " \(key)=\(value)" }
                lines[name] = line
                for (entry, child) in inode.entries { waiting.append((path + "/" + entry, child)) }
            }
            return lines
        }
    }

    private func edit(_ path: String, _ body: (inout SimulatedInode) -> Void) {
        outside { state in
            guard let number = try? state.disk.find(path) else { return }
            body(&state.disk[number])
            state.disk[number].changed = state.disk.time
        }
    }

    private func outside(_ body: (inout SimulatedState) -> Void) {
        state.withLock { state in
            state.wallTime += 50_000
            state.disk.time = state.wallTime - state.wallTime % 4_000_000
            body(&state)
        }
    }
}

extension SimulatedState {
    /// Puts a new inode under a path, in place of what is there.
    mutating func put(_ path: String, _ content: SimulatedInode.Content, _ permissions: UInt16) {
        guard let place = try? disk.place(of: path) else { return }
        let inode = SimulatedInode(
            content, owner: 0, group: 0, permissions: permissions, device: disk[place.parent].device, time: disk.time)
        disk.change(place.parent, [(place.name, disk.add(inode))])
    }
}
