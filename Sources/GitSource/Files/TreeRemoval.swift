internal import LinuxIO

/// Removes a directory with everything in it; never through a symbolic link.
///
/// Blocks.
enum TreeRemoval {
    static let depthMaximum = 200

    /// Removes a name; nothing happens if there is none.
    static func remove(_ name: String, from directory: borrowing DirectoryHandle) throws(LinuxIOError) {
        try remove(Array(name.utf8), from: directory, depth: 0)
    }

    private static func remove(
        _ name: [UInt8], from directory: borrowing DirectoryHandle, depth: Int
    ) throws(LinuxIOError) {
        guard let status = try directory.status(ofRaw: name) else { return }
        guard status.type == .directory else { return try directory.remove(raw: name) }
        guard depth < depthMaximum else {
            throw LinuxIOError(code: .nameTooLong, call: "unlinkat", path: directory.path, detail: "nested too deeply")
        }
        do {
            let inner = try directory.openSubdirectory(raw: name)
            while true {
                let names = try Self.someNames(in: inner)
                if names.isEmpty { break }
                for name in names { try remove(name, from: inner, depth: depth + 1) }
            }
        }
        try directory.removeDirectory(raw: name)
    }

    /// Up to ten thousand names, so that memory stays bounded however many there are.
    private static func someNames(in directory: borrowing DirectoryHandle) throws(LinuxIOError) -> [[UInt8]] {
        var names: [[UInt8]] = []
        try directory.forEachEntry { entry in
            names.append(entry.rawName ?? Array(entry.name.utf8))
            return names.count < 10_000
        }
        return names
    }
}
