import LinuxIO

/// A command to run as a service that exists only while it is needed.
public struct TransientService: Hashable, Sendable {
    /// The command and its arguments, passed on byte for byte: neither `$` nor `%` is expanded.
    ///
    /// The first must be an absolute path.
    public var arguments: [String]
    /// The human's description.
    public var description: String
    /// Environment variables of the command.
    public var environment: [(name: String, value: String)] {
        get { environmentEntries.map { ($0.name, $0.value) } }
        set { environmentEntries = newValue.map { Entry(name: $0.name, value: $0.value) } }
    }
    /// Where the command runs; nil for the root directory.
    public var workingDirectory: String?
    /// After how long systemd stops the command; nil for never.
    public var runTimeMaximum: Duration?
    /// Whether the unit stays after success, so that its exit status can still be read.
    public var remainsAfterExit = true
    /// Whether systemd forgets the unit by itself even when it failed.
    public var isCollectedAfterFailure = false
    /// The user and group to run as; nil for root.
    public var user: String?
    /// The identifier of its lines in the journal; nil for the command's name.
    public var syslogIdentifier: String?
    /// Fields that its lines in the journal get.
    public var logFields: [(name: String, value: String)] {
        get { logFieldEntries.map { ($0.name, $0.value) } }
        set { logFieldEntries = newValue.map { Entry(name: $0.name, value: $0.value) } }
    }

    private var environmentEntries: [Entry] = []
    private var logFieldEntries: [Entry] = []

    private struct Entry: Hashable, Sendable {
        let name: String
        let value: String
    }

    /// Describes a command.
    public init(arguments: [String], description: String) {
        self.arguments = arguments
        self.description = description
    }

    /// The properties as StartTransientUnit takes them.
    func properties() throws(SystemdError) -> [BusValue] {
        guard let executable = arguments.first, executable.isAbsolutePath else {
            throw SystemdError(
                .invalidArgument, "cannot run '\(arguments.first ?? "")' as a service: it is not an absolute path")
        }
        let command = BusValue.structure([
            .string(executable), .strings(arguments), .strings(["no-env-expand"]),
        ])
        var properties: [(String, BusValue)] = [
            ("Description", .string(description)),
            ("Type", .string("oneshot")),
            ("ExecStartEx", .array(of: "(sasas)", [command])),
            ("RemainAfterExit", .boolean(remainsAfterExit)),
            ("StandardOutput", .string("journal")),
            ("StandardError", .string("journal")),
            // RuntimeMaxUSec has no effect on a one-shot: its run time is its start-up time.
            ("TimeoutStartUSec", .uint64(runTimeMaximum?.wholeMicroseconds ?? .max)),
        ]
        if isCollectedAfterFailure { properties.append(("CollectMode", .string("inactive-or-failed"))) }
        if let workingDirectory { properties.append(("WorkingDirectory", .string(workingDirectory))) }
        if let user { properties.append(("User", .string(user))) }
        if let syslogIdentifier { properties.append(("SyslogIdentifier", .string(syslogIdentifier))) }
        if !environmentEntries.isEmpty {
            properties.append(("Environment", .strings(environmentEntries.map { "\($0.name)=\($0.value)" })))
        }
        if !logFieldEntries.isEmpty {
            var lines: [BusValue] = []
            for entry in logFieldEntries {
                try JournalFieldName.check(entry.name)
                lines.append(.bytes(Array("\(entry.name)=\(entry.value)".utf8)))
            }
            properties.append(("LogExtraFields", .array(of: "ay", lines)))
        }
        return properties.map { name, value in .structure([.string(name), .variant(value)]) }
    }
}
