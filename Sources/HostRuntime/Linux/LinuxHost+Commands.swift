internal import LinuxIO
internal import Systemd

extension LinuxHost {
    /// Where a command without a path is looked for.
    static let searchPath = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]
    /// How much of a command's output is kept, from its end.
    static let outputMaximum = 16_384

    /// Runs a command to its end: as a transient unit on a host with systemd, else as a child in a process group of
    /// its own.
    public func run(
        _ arguments: [String], name: String, timeoutSeconds: Int, permit: borrowing MutationPermit
    ) throws(HostError) -> CommandResult {
        guard let command = arguments.first, !command.isEmpty, !arguments.contains(where: { $0.utf8.contains(0) })
        else {
            throw HostError(.unsafePath, "cannot run a command: it is empty or holds a NUL")
        }
        guard let executable = Self.executable(command) else {
            return CommandResult(status: 127, output: "\(command): command not found")
        }
        let whole = [executable] + arguments.dropFirst()
        if let systemd { return try runUnit(whole, name, timeoutSeconds, systemd) }
        var environment = ["PATH=" + Self.searchPath.joined(separator: ":"), "LANG=C.UTF-8"]
        if !root.isHostRoot { environment.append("AETHEREDGE_ROOT=" + root.path) }
        return try ChildCommand(arguments: whole, environment: environment, outputMaximum: Self.outputMaximum)
            .run(timeout: .seconds(timeoutSeconds))
    }

    private static func executable(_ command: String) -> String? {
        if command.utf8.contains(UInt8(ascii: "/")) { return command.isAbsolutePath ? command : nil }
        return searchPath.lazy.map { $0 + "/" + command }.first(where: ChildCommand.isExecutable)
    }

    /// A transient unit outlives this process, and is found by its name.
    private func runUnit(
        _ arguments: [String], _ name: String, _ timeoutSeconds: Int, _ systemd: SystemdConnection
    ) throws(HostError) -> CommandResult {
        let tried = "run '\(arguments[0])'"
        var service = TransientService(arguments: arguments, description: "AetherEdge: \(arguments[0])")
        service.environment = [("LANG", "C.UTF-8")]
        service.runTimeMaximum = .seconds(timeoutSeconds)
        let unit: UnitName
        do throws(SystemdError) {
            unit = try UnitName(name.hasSuffix(".service") ? name : "aetheredge-run-\(name).service")
            let manager = try systemd.manager()
            // What a run before a crash left under the name.
            _ = try? manager.stop(unit, timeout: .seconds(10))
            try? manager.resetFailed(unit)
            _ = try manager.startTransient(unit, service, timeout: .seconds(timeoutSeconds + 10))
            let properties = try manager.unit(unit)
            let lines =
                (try? JournalReader.lastLines(ofUnit: unit, count: 50, invocationID: properties.invocationID)) ?? []
            _ = try? manager.stop(unit, timeout: .seconds(10))
            try? manager.resetFailed(unit)
            let status =
                properties.service.map { $0.execMainCode == 1 ? $0.execMainStatus : 128 + $0.execMainStatus } ?? 255
            let output = String(lines.joined(separator: "\n").suffix(Self.outputMaximum))
            if properties.result == "timeout" {
                throw SystemdError(.timedOut, "it did not end within \(timeoutSeconds) s and was stopped; \(output)")
            }
            return CommandResult(status: status, output: output)
        } catch {
            throw Self.hostError(error, tried)
        }
    }
}
