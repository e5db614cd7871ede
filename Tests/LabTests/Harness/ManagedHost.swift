/// A host that runs the installed product on a site repository, with the words of its public surface.
struct ManagedHost {
    let host: LabHost
    let site: SiteRepository

    /// Runs `aetherctl` as root in the host.
    @discardableResult
    func ctl(_ arguments: String..., timeout: Duration = .seconds(120)) async throws -> CommandResult {
        try await host.execute(["aetherctl"] + arguments, timeout: timeout)
    }

    /// `aetherctl status -o json`; null while the daemon does not answer.
    func status() async throws -> JSONValue {
        let result = try await ctl("status", "-o", "json")
        return result.status == 0 ? try JSONValue(parsing: result.output) : .null
    }

    /// `aetherctl get resource NAME -o json`; null when there is none.
    func resource(_ name: String) async throws -> JSONValue {
        let result = try await ctl("get", "resource", name, "-o", "json")
        return result.status == 0 ? try JSONValue(parsing: result.output) : .null
    }

    /// The items of `aetherctl get KIND -o json`.
    func list(_ kind: String) async throws -> [JSONValue] {
        try JSONValue(parsing: try await ctl("get", kind, "-o", "json").checked().output)["items"].items
    }

    /// The `main pid` of a unit, from systemd.
    func mainPID(of unit: String) async throws -> String {
        try await host.succeed("systemctl", "show", "--property=MainPID", "--value", unit)
    }

    /// Waits until what `commit` declares is in force and nothing is left to do.
    func waitUntilConverged(to commit: String, within limit: Duration = .seconds(60)) async throws {
        var last = JSONValue.null
        do {
            try await host.waitUntil("converged to \(commit)", within: limit) {
                last = try await status()
                return last["converged"].bool == true && last["commit"].string == commit
            }
        } catch {
            throw LabError("\(error); the status is \(last)")
        }
    }

    /// Commits, asks for a pass and waits until the commit is in force.
    @discardableResult
    func converge(_ message: String, _ files: [String: String], removing: [String] = []) async throws -> String {
        let commit = try await site.commit(message, files, removing: removing)
        try await ctl("reconcile", "--wait").checked()
        try await waitUntilConverged(to: commit)
        return commit
    }

    /// Waits for a resource to be in a phase, and returns it.
    @discardableResult
    func waitForPhase(_ phase: String, of name: String, within limit: Duration = .seconds(60)) async throws -> JSONValue
    {
        var last = JSONValue.null
        do {
            try await host.waitUntil("\(name) is \(phase)", within: limit) {
                last = try await resource(name)
                return last["status"]["phase"].string == phase
            }
        } catch {
            throw LabError("\(error); it is \(last["status"])")
        }
        return last
    }

    /// Waits until a drift that is newer than `previous` is repaired and recorded, and returns its record.
    func waitForRepair(
        of name: String, after previous: JSONValue = .null, within limit: Duration = .seconds(20)
    ) async throws -> JSONValue {
        var last = JSONValue.null
        do {
            try await host.waitUntil("\(name) is repaired", within: limit, every: .milliseconds(20)) {
                let status = try await resource(name)["status"]
                last = status
                let record = status["lastDrift"]
                return status["phase"].string == "InSync" && record["repairedTime"] != .null && record != previous
            }
        } catch {
            throw LabError("\(error); it is \(last)")
        }
        return last["lastDrift"]
    }

    /// The journal's structured entries about a resource, oldest first.
    func entries(about resource: String) async throws -> [JSONValue] {
        try await host.journal("-t", "aetheredged", "AETHEREDGE_RESOURCE=\(resource)")
    }

    /// Waits for the journal's entry about what a run did to a resource: it comes once the run is ended, a moment after
    /// the repair is recorded.
    func waitForEntry(about resource: String, run: String) async throws -> JSONValue {
        var found = JSONValue.null
        try await host.waitUntil("the journal tells of \(run)", within: .seconds(20)) {
            found = try await entries(about: resource).last { $0["AETHEREDGE_RUN"].string == run } ?? .null
            return found != .null
        }
        return found
    }

    /// The memory that the daemon has held at most, in MB.
    func daemonMemoryPeak() async throws -> Int {
        let pid = try await mainPID(of: "aetheredged.service")
        let status = try await host.read("/proc/\(pid)/status")
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        let kilobytes = line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) }
        guard let kilobytes else { throw LabError("no VmHWM of process \(pid)") }
        return kilobytes / 1024
    }
}

/// Boots a host with the product installed and enabled, on a repository that holds `site`.
///
/// With `waits`, `body` begins once the first commit has converged. `configuration` is a further drop-in.
func withManagedHost<Result: Sendable>(
    name: String, disk: LabHost.Disk = .overlay, site files: [String: String], files others: [String: String] = [:],
    configuration: String = "", waits: Bool = true, _ body: (ManagedHost) async throws -> Result
) async throws -> Result {
    let layer = try await InstalledProduct.layer()
    var placed = others
    placed["/etc/aetheredge/conf.d/50-lab.yaml"] =
        "source:\n  git: \(SiteRepository.path)\n  ref: main\n  interval: 1h\n" + configuration
    return try await withLabHost(name: name, disk: disk, layers: [layer], files: placed, boots: false) { host in
        let managed = ManagedHost(host: host, site: SiteRepository(host: host))
        let commit = try await managed.site.create(files)
        try await host.boot()
        if waits { try await managed.waitUntilConverged(to: commit) }
        return try await body(managed)
    }
}
