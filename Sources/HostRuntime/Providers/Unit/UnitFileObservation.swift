internal import LinuxIO
internal import Model
internal import Store

/// Looks at the files of units in `/etc/systemd/system`.
enum UnitFileObservation {
    fileprivate enum Part {
        case content
        case dropIns
        case dropIn(String)
        case elsewhere
    }
    /// The directories of unit files besides `unitDirectory`.
    private static let otherDirectories = [
        "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system",
    ]

    /// The managed files of each unit of a batch, in its order.
    static func observe(
        _ batch: [DeclaredResource], on host: some HostReading, context: ObservationContext
    ) -> [Result<UnitFiles, HostError>] {
        var paths: [String] = []
        var parts: [(unit: Int, part: Part)] = []
        for (index, resource) in batch.enumerated() {
            guard case .unit(let unit) = resource.attributes else { continue }
            let name = resource.id.identity
            let leaving = context.unitFiles[resource.id]
            let names = Set(unit.fileNames(of: name) + (leaving ?? []).map(\.name))
            var dropIns = names
            if dropIns.remove(name) != nil {
                paths.append("\(unitDirectory)/\(name)")
                parts.append((index, .content))
            }
            if leaving != nil {
                for other in [name] + (ImpliedEdges.template(of: name).map { [$0] } ?? []) {
                    paths += Self.otherDirectories.map { "\($0)/\(other)" }
                    parts += Self.otherDirectories.map { _ in (index, .elsewhere) }
                }
            }
            guard !dropIns.isEmpty else { continue }
            paths.append("\(unitDirectory)/\(name).d")
            parts.append((index, .dropIns))
            for dropIn in dropIns.sorted() {
                paths.append("\(unitDirectory)/\(dropIn)")
                parts.append((index, .dropIn(String(dropIn.droppingFirst(bytes: name.utf8.count + 3)))))
            }
        }
        var files = [Result<UnitFiles, HostError>](repeating: .success(UnitFiles()), count: batch.count)
        host.statuses(of: paths) { row, status in
            let (unit, part) = parts[row]
            files[unit] = files[unit].flatMap { known in
                Result { () throws(HostError) in
                    guard let found = try status.get() else { return known }
                    return try known.adding(part, found, at: paths[row], on: host, cache: context.cache)
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
        case .elsewhere:
            if status.type == .regular || status.type == .symbolicLink { files.isBroughtElsewhere = true }
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
