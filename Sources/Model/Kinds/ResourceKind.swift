/// One managed resource; a read-only projection of the host's state.
public enum ResourceKind: Kind {
    /// What is declared.
    public struct Spec: Codable, Sendable, Hashable {
        /// The readable identity, such as `file:/etc/motd`.
        public var id: String
        /// The type.
        public var type: ResourceType
        /// The blueprint that declares it.
        public var blueprint: String
        /// The declared attributes as they are compared.
        public var attributes: ResourceAttributes

        /// Makes a spec.
        public init(id: String, type: ResourceType, blueprint: String, attributes: ResourceAttributes) {
            self.id = id
            self.type = type
            self.blueprint = blueprint
            self.attributes = attributes
        }
    }

    /// What was observed.
    public struct Status: Codable, Sendable, Hashable {
        /// The phase.
        public var phase: ResourcePhase?
        /// Why it is in the phase, for any but `InSync`.
        public var message: String?
        /// When the phase last changed.
        public var lastTransitionTime: WallTime?
        /// The last drift.
        public var lastDrift: DriftRecord?
        /// The run that last changed the resource.
        public var lastRun: String?
        /// Declarations of the resource that a person approved, newest first.
        public var approved: [ApprovedDeclaration]?
        /// Set while the resource is paused.
        public var paused: Pause?
        /// Ready, Reconciling, Stalled.
        public var conditions: [Condition]?

        /// Makes an empty status.
        public init() {}
    }

    /// Names and columns.
    public static let descriptor = KindDescriptor(
        kind: "Resource", plural: "resources", singular: "resource", shortNames: ["res"], isReadOnly: true,
        columns: [
            PrinterColumn("PHASE", path: ["status", "phase"]),
            PrinterColumn("BLUEPRINT", path: ["spec", "blueprint"]),
            PrinterColumn("MESSAGE", path: ["status", "message"], priority: 1),
        ],
        summary: "Resource is one managed thing on the host, declared against observed.")
}

/// The phase of a resource.
public enum ResourcePhase: String, Codable, Sendable, Hashable, CaseIterable {
    case inSync = "InSync"
    case drifted = "Drifted"
    case pending = "Pending"
    case failed = "Failed"
    case ignored = "Ignored"
}

/// A drift, its author and its repair.
public struct DriftRecord: Codable, Sendable, Hashable {
    /// When it was noticed.
    public var time: WallTime
    /// When it was repaired.
    public var repairedTime: WallTime?
    /// The run that repaired it.
    public var run: String?
    /// Who caused it, or why that is not known.
    public var actor: DriftActor

    /// Makes a record.
    public init(time: WallTime, repairedTime: WallTime? = nil, run: String? = nil, actor: DriftActor) {
        self.time = time
        self.repairedTime = repairedTime
        self.run = run
        self.actor = actor
    }
}

/// Who caused a drift.
///
/// Either the process fields are set, or `unknown` says why they are not.
public struct DriftActor: Codable, Sendable, Hashable {
    /// The process.
    public var pid: Int32?
    /// Its short name.
    public var comm: String?
    /// Its executable.
    public var exe: String?
    /// Its command line, bounded.
    public var commandLine: String?
    /// Its user.
    public var uid: UInt32?
    /// The user who logged in, if any.
    public var loginUID: UInt32?
    /// The unit that it belongs to.
    public var unit: String?
    /// The login session that it belongs to.
    public var session: String?
    /// The processes from which it descends, the parent first; nil when none was found below PID 1.
    public var ancestors: [Ancestor]?
    /// `observed` when the kernel named the process, `correlated` when time and arguments did.
    public var confidence: String?
    /// Why the author is not known.
    public var unknown: String?

    /// A process from which an actor descends.
    public struct Ancestor: Codable, Sendable, Hashable {
        /// The process.
        public var pid: Int32
        /// Its short name.
        public var comm: String
        /// Its executable.
        public var exe: String?

        /// Makes an ancestor.
        public init(pid: Int32, comm: String, exe: String? = nil) {
            self.pid = pid
            self.comm = comm
            self.exe = exe
        }
    }

    /// Makes an actor with nothing known yet.
    public init() {}

    /// Makes an actor that is not known, with the reason.
    public init(unknown: String) { self.unknown = unknown }
}
