internal import LinuxIO
public import Model

extension Plan {
    /// The plan with a unified diff in each change that writes one small text.
    ///
    /// Blocks: it reads the host.
    ///
    /// `declared` gives declared bytes, or nil when they cannot be had. A file that no longer is what was observed
    /// gets no diff.
    public func withContentDiffs(
        observations: [ResourceID: Result<Observation, HostError>], on host: some HostReading,
        declared: (DeclaredContent) -> [UInt8]?
    ) -> Plan {
        var plan = self
        for index in plan.changes.indices {
            let change = plan.changes[index]
            guard let (path, content) = change.onlyWrittenFile, content.size <= UnifiedDiff.sizeMaximum,
                case .success(let observed)? = observations[change.resource]
            else { continue }
            let known: DeclaredContent?
            switch observed {
            case .absent: known = nil
            case .file(_, let content?): known = content
            case .unit(_, let files):
                known = path.hasSuffix(".conf") ? files.dropIns[String(path.lastPathComponent)] : files.content
            case .file, .directory, .symlink, .special: continue
            }
            var old: [UInt8]?
            if let known {
                guard let bytes = Self.bytes(of: path, as: known, on: host) else { continue }
                old = bytes
            }
            guard let new = declared(content) else { continue }
            plan.changes[index].contentDiff = UnifiedDiff.make(path: path, from: old, to: new)
        }
        return plan
    }

    private static func bytes(of path: String, as known: DeclaredContent, on host: some HostReading) -> [UInt8]? {
        guard known.size <= UnifiedDiff.sizeMaximum else { return nil }
        var bytes: [UInt8] = []
        do throws(HostError) {
            _ = try host.read(path) { (chunk) throws(HostError) in
                guard bytes.count + chunk.count <= UnifiedDiff.sizeMaximum else {
                    throw HostError(.changed, "'\(path)' grew while it was read")
                }
                bytes += chunk
            }
        } catch {
            return nil
        }
        return ContentDigest(hashing: bytes) == known.digest ? bytes : nil
    }
}

extension Change {
    /// The file that the change writes, when it writes exactly one.
    fileprivate var onlyWrittenFile: (path: String, content: DeclaredContent)? {
        var found: (String, DeclaredContent)?
        for operation in operations {
            guard case .writeFile(let path, let content, _) = operation else { continue }
            guard found == nil else { return nil }
            found = (path, content)
        }
        return found
    }
}
