/// The binary form of rows: tagged values, with member names as numbers where they are known.
///
/// Rows are read and written on the way of every repair, and JSON would cost most of it. The form keeps what makes JSON
/// safe to evolve: members have names, unknown ones are skipped, absent ones are nil.
enum CompactForm {
    /// Ends an array or object.
    static let end: UInt8 = 0
    static let null: UInt8 = 1
    static let no: UInt8 = 2
    static let yes: UInt8 = 3
    /// A zigzag variable-length integer follows.
    static let integer: UInt8 = 4
    /// A variable-length integer above `Int64.max` follows.
    static let unsigned: UInt8 = 5
    /// Eight bytes follow, little-endian.
    static let double: UInt8 = 6
    /// A length and UTF-8 follow.
    static let string: UInt8 = 7
    /// A length and bytes follow.
    static let bytes: UInt8 = 8
    /// 32 bytes follow.
    static let digest: UInt8 = 9
    /// A zigzag variable-length integer follows: nanoseconds since 1970.
    static let time: UInt8 = 10
    /// Values follow up to `end`.
    static let array: UInt8 = 11
    /// Names and values follow up to `end`.
    static let object: UInt8 = 12

    /// In the place of a name: its length and UTF-8 follow.
    ///
    /// Numbers above it stand for `names`.
    static let spelledName: UInt64 = 1
    static let firstName: UInt64 = 2

    /// No value stands in more values than this; nothing that is stored comes near.
    static let depthLimit = 128

    /// The member names that stand as numbers.
    ///
    /// Stored rows refer to their positions: new names go to the end, and none is ever moved or removed.
    static let names: [String] = [
        "_0", "_1", "action", "activeState", "after", "annotations", "apiVersion", "arguments", "attributes", "author",
        "before", "blueprint", "by", "cause", "changed", "changes", "comm", "commandLine", "commit", "conditions",
        "confidence", "content", "contentDiff", "controller", "count", "creationTimestamp", "declared",
        "deletionTimestamp", "dependencies", "device", "digest", "directory", "dropIns", "entries", "exec", "exe",
        "field", "fields", "file", "finalizers", "firstTimestamp", "generateName", "generation", "group", "host",
        "http",
        "id", "identity", "index", "inode", "involvedKind", "involvedName", "isAbsent", "isActive", "isEnabled",
        "isMasked", "isProtected", "isRecursive", "isSensitive", "kind", "labels", "lastDrift", "lastRun",
        "lastTimestamp", "lastTransitionTime", "line", "column", "loginUID", "makeDirectory", "makeSymlink", "message",
        "metadata", "mode", "modified", "name", "none", "observed", "observedGeneration", "onDrift", "operation",
        "operations", "owner", "ownerReferences", "path", "paused", "phase", "pid", "port", "position", "prune",
        "purge",
        "reason", "reloadOn", "reloadUnitFiles", "remove", "repairedTime", "resource", "resources", "restartOn", "risk",
        "run", "session", "setMetadata", "since", "size", "source", "spec", "special", "state", "status", "statuses",
        "subject", "symlink", "target", "tcp", "temporaryName", "time", "timeoutSeconds", "type", "uid", "undo", "unit",
        "unitActive", "unitFileState", "unknown", "until", "url", "value", "verify", "writeFile", "absent", "actor",
        "findings", "plan", "requestedBy", "ancestors",
    ]

    /// The number that stands for a name; nil where none does.
    static func number(of name: String) -> UInt64? {
        for known in buckets[bucket(of: name.utf8)] where known.name == name { return known.number }
        return nil
    }

    /// The names by length and first and last byte: a name is looked up for each member that is written, and hashing
    /// it would cost more than writing it.
    private static let buckets: [[(name: String, number: UInt64)]] = {
        var buckets = Array(repeating: [(name: String, number: UInt64)](), count: 256)
        for (position, name) in names.enumerated() {
            buckets[bucket(of: name.utf8)].append((name, UInt64(position) + firstName))
        }
        return buckets
    }()

    private static func bucket(of name: String.UTF8View) -> Int {
        guard let first = name.first, let last = name.last else { return 0 }
        return (name.count &* 37 &+ Int(first) &* 9 &+ Int(last) &* 19) & 255
    }
}
