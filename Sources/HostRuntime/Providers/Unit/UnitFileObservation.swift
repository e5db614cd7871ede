internal import LinuxIO
internal import Model

/// Looks at the files of units in `/etc/systemd/system`.
enum UnitFileObservation {
    fileprivate enum Part {
        case content
        case dropIns
        case dropIn(String)
    }

    /// The managed files of each unit of a batch, in its order.
    static func observe(
        _ batch: [DeclaredResource], on host: some HostReading, cache: HashCache
    ) -> [Result<UnitFiles, HostError>] {
        var paths: [String] = []
        var parts: [(unit: Int, part: Part)] = []
        for (index, resource) in batch.enumerated() {
            guard case .unit(let unit) = resource.attributes else { continue }
            let path = "\(unitDirectory)/\(resource.id.identity)"
            if unit.content != nil {
                paths.append(path)
                parts.append((index, .content))
            }
            guard !unit.dropIns.isEmpty else { continue }
            paths.append(path + ".d")
            parts.append((index, .dropIns))
            for name in unit.dropIns.keys.sorted() {
                paths.append("\(path).d/\(name)")
                parts.append((index, .dropIn(name)))
            }
        }
        var files = [Result<UnitFiles, HostError>](repeating: .success(UnitFiles()), count: batch.count)
        host.statuses(of: paths) { row, status in
            let (unit, part) = parts[row]
            files[unit] = files[unit].flatMap { known in
                Result { () throws(HostError) in
                    guard let found = try status.get() else { return known }
                    return try known.adding(part, found, at: paths[row], on: host, cache: cache)
                }
            }
        }
        return files
    }
}

extension UnitFiles {
    fileprivate func adding(
        _ part: UnitFileObservation.Part, _ status: FileStatus, at path: String, on host: some HostReading,
        cache: HashCache
    ) throws(HostError) -> UnitFiles {
        var files = self
        switch part {
        case .dropIns:
            guard status.type == .directory else {
                throw HostError(
                    .wrongType, "cannot put drop-ins into '\(path)': \(status.type.article) is there; move it away")
            }
            files.hasDropInDirectory = true
        case .content:
            // A link is a mask or an alias: the unit has no file of its own then.
            guard status.type == .regular else { return files }
            files.content = try cache.content(of: path, status: status, on: host)
        case .dropIn(let name):
            guard status.type == .regular else { return files }
            files.dropIns[name] = try cache.content(of: path, status: status, on: host)
        }
        return files
    }
}
