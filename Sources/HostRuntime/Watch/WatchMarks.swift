import LinuxIO

/// The marks in the kernel, by directory: fanotify where it is allowed, inotify for the rest.
struct WatchMarks {
    private let root: RootDirectory
    private let fanotify: Fanotify?
    private let inotify: Inotify
    private var pathsOfKey: [FileHandleKey: Set<String>] = [:]
    private var keyOfPath: [String: FileHandleKey] = [:]
    private var pathOfWatch: [Int32: String] = [:]
    private var watchOfPath: [String: Int32] = [:]
    private let treeMaximum = 10_000

    init(root: RootDirectory) throws(LinuxIOError) {
        self.root = root
        inotify = try Inotify()
        do throws(LinuxIOError) { fanotify = try Fanotify(.directoryChanges) } catch { fanotify = nil }
    }

    /// Whether changes come with the process that made them.
    var hasActors: Bool { fanotify != nil }
    /// What to poll.
    var descriptors: [Int32] { [inotify.rawValue] + (fanotify.map { [$0.rawValue] } ?? []) }

    /// Watches exactly these directories, and the trees below the recursive ones.
    mutating func replace(_ directories: [String], recursive: [String], isPassage: (String) -> Bool) {
        let wanted = Set(directories)
        for path in Set(keyOfPath.keys).union(watchOfPath.keys) where !wanted.contains(path) { forget(path) }
        for path in directories { mark(path, isPassage: isPassage(path)) }
        for path in recursive { markTree(path) }
    }

    /// Marks directories again that appeared under a path; marks of what stood there before end with it.
    mutating func refresh(_ directories: [String], recursive: [String], under path: String, isPassage: (String) -> Bool)
    {
        for directory in directories {
            forget(directory)
            mark(directory, isPassage: isPassage(directory))
        }
        let tree = recursive.first { path.isPath(atOrBelow: $0) || $0.isPath(atOrBelow: path) }
        if let tree { markTree(tree.utf8.count > path.utf8.count ? tree : path) }
    }

    /// What changed since the last call, without waiting.
    mutating func read() throws(LinuxIOError) -> [WatchedChange] {
        var changes: [WatchedChange] = []
        for event in try fanotify?.read() ?? [] {
            let paths = event.directory.flatMap { pathsOfKey[$0] } ?? []
            guard !paths.isEmpty || event.kinds.contains(.overflow) else { continue }
            changes.append(
                WatchedChange(
                    directories: paths.sorted(), name: event.name, kinds: event.kinds, pid: event.pid, event: event))
        }
        for event in try inotify.read() {
            if event.kinds.contains(.watchRemoved), let path = pathOfWatch.removeValue(forKey: event.watch) {
                watchOfPath[path] = nil
                continue
            }
            let path = pathOfWatch[event.watch]
            guard path != nil || event.kinds.contains(.overflow) else { continue }
            changes.append(
                WatchedChange(
                    directories: path.map { [$0] } ?? [], name: event.name, kinds: event.kinds, pid: 0, event: nil))
        }
        return changes
    }

    private mutating func mark(_ path: String, isPassage: Bool) {
        let kinds: FileEventKinds = isPassage ? [.created, .deleted, .movedFrom, .movedTo] : .changes
        do throws(LinuxIOError) {
            let directory = try root.openDirectory(path)
            if let fanotify {
                do throws(LinuxIOError) {
                    let key = try directory.fileHandle()
                    try fanotify.mark(directory, for: kinds)
                    keyOfPath[path] = key
                    pathsOfKey[key, default: []].insert(path)
                    return
                } catch {
                    // A file system without handles: inotify tells of changes there, without the process.
                }
            }
            let watch = try inotify.watch(directory, for: kinds)
            pathOfWatch[watch] = path
            watchOfPath[path] = watch
        } catch {
            // Not there yet, or not to be entered: its parent's mark tells when it appears, and the full pass looks
            // anyway.
        }
    }

    private mutating func markTree(_ path: String) {
        var open = [path]
        var count = 0
        while let next = open.popLast(), count < treeMaximum {
            count += 1
            mark(next, isPassage: false)
            do throws(LinuxIOError) {
                let entries = try root.openDirectory(next).entries(limit: treeMaximum)
                open += entries.filter { $0.type == .directory && $0.rawName == nil }.map {
                    WatchIndex.join(next, $0.name)
                }
            } catch {
                continue
            }
        }
    }

    private mutating func forget(_ path: String) {
        if let key = keyOfPath.removeValue(forKey: path) {
            pathsOfKey[key]?.remove(path)
            if pathsOfKey[key]?.isEmpty == true {
                pathsOfKey[key] = nil
                do throws(LinuxIOError) {
                    try fanotify?.unmark(root.openDirectory(path))
                } catch {
                    // Gone or another directory by now: events of a mark whose key nobody knows are passed over.
                }
            }
        }
        if let watch = watchOfPath.removeValue(forKey: path) {
            pathOfWatch[watch] = nil
            do throws(LinuxIOError) { try inotify.unwatch(watch) } catch {
                // The directory is gone, and the watch with it.
            }
        }
    }
}
