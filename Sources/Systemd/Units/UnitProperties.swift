/// What the service manager says of one unit.
public struct UnitProperties: Hashable, Sendable {
    /// The unit's first name; differs from the name that was asked for if that is an alias.
    public let id: String
    /// Whether its definition was loaded.
    public let loadState: LoadState
    /// Why it was not loaded, if it was not.
    public let loadError: String?
    /// Whether it is up.
    public let activeState: ActiveState
    /// What it is doing in the words of its type, such as `running` or `exited`.
    public let subState: String
    /// Whether its file is enabled, as the manager remembers it for a loaded unit until it reloads.
    ///
    /// ``SystemManager/unitFileState(_:timeout:)`` looks at the links anew.
    public let unitFileState: UnitFileState
    /// Its file; nil if it has none.
    public let fragmentPath: String?
    /// Its drop-in files, in the order in which they apply.
    public let dropInPaths: [String]
    /// Whether its files differ from what was loaded, so that the manager must reload.
    public let needsDaemonReload: Bool
    /// The identifier of its current or last activation, 32 hexadecimal digits; nil before the first.
    public let invocationID: String?
    /// When its state last changed, in microseconds of the wall clock; zero if never.
    public let stateChangeTimestamp: UInt64
    /// The units that start it.
    public let triggeredBy: [String]
    /// Its pending job; nil if there is none.
    public let job: UInt32?
    /// The result of its last activation, such as `success` or `exit-code`; nil for types that have none.
    public let result: String?
    /// What only a service has; nil for other types and for a unit that is not loaded.
    public let service: ServiceProperties?
}

/// What the service manager says of a service beyond what it says of every unit.
public struct ServiceProperties: Hashable, Sendable {
    /// How it says that it is up: `simple`, `exec`, `forking`, `oneshot`, `dbus`, `notify`, `idle`.
    public let type: String
    /// Its main process; nil if none runs.
    public let mainPID: Int32?
    /// How its last main process ended, as `si_code`: 1 exited, 2 killed, 3 dumped; zero if none has.
    public let execMainCode: Int32
    /// The exit status, or the signal, of its last main process.
    public let execMainStatus: Int32
    /// How often systemd has restarted it on its own.
    public let restartCount: UInt32
    /// What it last said of itself with `STATUS=`; empty if nothing.
    public let statusText: String
}

extension UnitProperties {
    static let wanted: Set<String> = [
        "Id", "LoadState", "LoadError", "ActiveState", "SubState", "UnitFileState", "FragmentPath", "DropInPaths",
        "NeedDaemonReload", "InvocationID", "StateChangeTimestamp", "TriggeredBy", "Job", "Result",
        "Type", "MainPID", "ExecMainCode", "ExecMainStatus", "NRestarts", "StatusText",
    ]

    init(name: UnitName, _ properties: [String: BusValue]) throws(SystemdError) {
        func text(_ key: String) throws(SystemdError) -> String {
            guard let text = properties[key]?.text else {
                throw SystemdError(.invalidReply, "the service manager did not give '\(key)' of '\(name)'")
            }
            return text
        }
        let isLoaded = try text("LoadState") == LoadState.loaded.rawValue
        id = try text("Id")
        loadState = LoadState(rawValue: try text("LoadState"))
        loadError = properties["LoadError"]?.elements?.last?.text.flatMap { $0.isEmpty ? nil : $0 }
        activeState = ActiveState(rawValue: try text("ActiveState"))
        subState = try text("SubState")
        unitFileState = UnitFileState(rawValue: try text("UnitFileState"))
        let path = try text("FragmentPath")
        fragmentPath = path.isEmpty ? nil : path
        dropInPaths = properties["DropInPaths"]?.texts ?? []
        needsDaemonReload = properties["NeedDaemonReload"]?.truth ?? false
        invocationID = Self.hexadecimal(properties["InvocationID"])
        stateChangeTimestamp = properties["StateChangeTimestamp"]?.integer.map { UInt64(clamping: $0) } ?? 0
        triggeredBy = properties["TriggeredBy"]?.texts ?? []
        let jobID = properties["Job"]?.elements?.first?.integer ?? 0
        job = jobID == 0 ? nil : UInt32(clamping: jobID)
        result = properties["Result"]?.text
        service = name.type == .service && isLoaded ? try ServiceProperties(name: name, properties) : nil
    }

    private static func hexadecimal(_ value: BusValue?) -> String? {
        guard case .bytes(let bytes)? = value, bytes.count == 16, bytes.contains(where: { $0 != 0 }) else { return nil }
        return String(
            decoding: bytes.flatMap { [hexadecimalDigit($0 >> 4), hexadecimalDigit($0 & 0x0f)] }, as: UTF8.self)
    }
}

extension ServiceProperties {
    fileprivate init(name: UnitName, _ properties: [String: BusValue]) throws(SystemdError) {
        guard let type = properties["Type"]?.text, let mainPID = properties["MainPID"]?.integer,
            let code = properties["ExecMainCode"]?.integer, let status = properties["ExecMainStatus"]?.integer,
            let restarts = properties["NRestarts"]?.integer
        else {
            throw SystemdError(.invalidReply, "the service manager did not give every property of '\(name)'")
        }
        self.type = type
        self.mainPID = mainPID == 0 ? nil : Int32(clamping: mainPID)
        execMainCode = Int32(clamping: code)
        execMainStatus = Int32(clamping: status)
        restartCount = UInt32(clamping: restarts)
        statusText = properties["StatusText"]?.text ?? ""
    }
}
