public import Model

/// A run as the journal keeps it: the truth of which the `WorkflowRun` object is published.
public struct RunRecord: Sendable, Hashable {
    /// The run's name, unique for ever on this host.
    public var name: String
    /// The order of runs; higher is newer.
    public var sequence: Int64
    /// The plan that was shown; what is applied is checked against its hash (I5).
    public var plan: Plan
    /// The hash of the plan.
    public var planHash: String
    /// Who asked: `controller`, or a user as `uid:name`.
    public var requestedBy: String
    /// The phase.
    public var phase: RunPhase
    /// Why it waits, failed or was rolled back.
    public var message: String?
    /// When the record was made.
    public var createdTime: WallTime
    /// When the first step began.
    public var startTime: WallTime?
    /// When the run settled.
    public var completionTime: WallTime?

    /// Makes a record.
    public init(
        name: String, sequence: Int64, plan: Plan, planHash: String, requestedBy: String, phase: RunPhase,
        message: String? = nil, createdTime: WallTime, startTime: WallTime? = nil, completionTime: WallTime? = nil
    ) {
        self.name = name
        self.sequence = sequence
        self.plan = plan
        self.planHash = planHash
        self.requestedBy = requestedBy
        self.phase = phase
        self.message = message
        self.createdTime = createdTime
        self.startTime = startTime
        self.completionTime = completionTime
    }
}

/// One step of a run: one operation of one change.
public struct StepRecord: Sendable {
    private var content: Content
    /// How far it came.
    public var state: StepState
    /// Why it failed.
    public var message: String?

    /// Makes a record.
    public init(
        index: Int, resource: ResourceID, operation: Operation, undo: UndoRecord, state: StepState = .intended,
        message: String? = nil
    ) {
        content = Content(index: index, resource: resource, operation: operation, undo: undo)
        self.state = state
        self.message = message
    }

    /// The position in the run; steps are undone from the highest to the lowest.
    public var index: Int { content.index }
    /// The resource that the step belongs to.
    public var resource: ResourceID { content.resource }
    /// What is done.
    public var operation: Operation { content.operation }

    /// How to go back; durable before the first effect (I2).
    public var undo: UndoRecord {
        get { content.undo }
        set { content = Content(index: index, resource: resource, operation: operation, undo: newValue) }
    }
}

extension StepRecord: Codable, Hashable {
    private struct Fields: Codable, Sendable, Hashable {
        var index: Int
        var resource: ResourceID
        var operation: Operation
        var undo: UndoRecord
        var state: StepState
        var message: String?
    }

    /// Held by reference, for a run hands thousands of steps from hand to hand.
    private final class Content: Sendable {
        let index: Int
        let resource: ResourceID
        let operation: Operation
        let undo: UndoRecord

        init(index: Int, resource: ResourceID, operation: Operation, undo: UndoRecord) {
            self.index = index
            self.resource = resource
            self.operation = operation
            self.undo = undo
        }
    }

    private var fields: Fields {
        Fields(
            index: index, resource: resource, operation: operation, undo: undo, state: state, message: message)
    }

    /// Reads what `encode` wrote.
    public init(from decoder: any Decoder) throws {
        let fields = try Fields(from: decoder)
        self.init(
            index: fields.index, resource: fields.resource, operation: fields.operation, undo: fields.undo,
            state: fields.state, message: fields.message)
    }

    /// Writes every property under its name.
    public func encode(to encoder: any Encoder) throws { try fields.encode(to: encoder) }

    /// Whether two have the same properties.
    public static func == (left: Self, right: Self) -> Bool { left.fields == right.fields }

    /// Hashes every property.
    public func hash(into hasher: inout Hasher) { fields.hash(into: &hasher) }
}

/// How far a step came.
///
/// A step found `intended` after a crash has an unknown effect: recovery observes to settle it.
public enum StepState: String, Codable, Sendable, Hashable, CaseIterable {
    /// Can transition to `done`, `failed` or `undone`.
    case intended
    /// Can transition to `undone`.
    case done
    /// The effect did not happen, or was taken back at once.
    case failed
    case undone
}

/// What was there before a step, with everything that bringing it back needs.
public struct UndoRecord: Codable, Sendable, Hashable {
    /// The name beside the target under which new content is prepared and old content is displaced.
    public var temporaryName: String?
    /// The state before.
    public var before: StateBefore

    /// Makes a record.
    public init(temporaryName: String? = nil, before: StateBefore) {
        self.temporaryName = temporaryName
        self.before = before
    }
}

/// The state of a path or unit before a step.
public indirect enum StateBefore: Codable, Sendable, Hashable {
    /// Nothing was there.
    case absent
    /// A regular file.
    case file(FileBefore)
    /// A directory; with everything in it when the step removes it.
    case directory(metadata: FileMetadata, attributes: [ExtendedAttribute], entries: [NamedState])
    /// A symbolic link.
    case symlink(target: String, metadata: FileMetadata)
    /// A FIFO, socket or device node, which can be removed and made again.
    case special(mode: UInt32, device: UInt64, metadata: FileMetadata)
    /// Owner, group, mode and attributes of what stays where it is, for a step that changes only these.
    case metadata(FileMetadata, attributes: [ExtendedAttribute])
    /// A unit.
    case unit(UnitBefore)
    /// The step has no state of its own, as a daemon-reload.
    case none
}

/// A regular file before a step.
public struct FileBefore: Codable, Sendable, Hashable {
    /// Owner, group and mode.
    public var metadata: FileMetadata
    /// Extended attributes, ACLs among them.
    public var attributes: [ExtendedAttribute]
    /// The bytes, kept in the content store before the record is written.
    public var content: DeclaredContent
    /// Which inode it was, to notice a writer that came in between.
    public var identity: FileIdentity

    /// Makes a record.
    public init(
        metadata: FileMetadata, attributes: [ExtendedAttribute], content: DeclaredContent, identity: FileIdentity
    ) {
        self.metadata = metadata
        self.attributes = attributes
        self.content = content
        self.identity = identity
    }
}

/// Which version of a file was seen; two equal identities a clock tick apart are the same bytes.
public struct FileIdentity: Codable, Sendable, Hashable {
    /// The device.
    public var device: UInt64
    /// The inode.
    public var inode: UInt64
    /// The size.
    public var size: Int64
    /// The time of the last change of content, nanoseconds since 1970.
    public var modified: Int64
    /// The time of the last change of the inode, nanoseconds since 1970.
    public var changed: Int64

    /// Makes an identity.
    public init(device: UInt64, inode: UInt64, size: Int64, modified: Int64, changed: Int64) {
        self.device = device
        self.inode = inode
        self.size = size
        self.modified = modified
        self.changed = changed
    }
}

/// One extended attribute.
public struct ExtendedAttribute: Codable, Sendable, Hashable {
    /// The name with its namespace.
    public var name: String
    /// The value.
    public var value: [UInt8]

    /// Makes an attribute.
    public init(name: String, value: [UInt8]) {
        self.name = name
        self.value = value
    }
}

/// A state under a name of a directory.
public struct NamedState: Codable, Sendable, Hashable {
    /// The name.
    public var name: String
    /// The state.
    public var state: StateBefore

    /// Makes an entry.
    public init(name: String, state: StateBefore) {
        self.name = name
        self.state = state
    }
}

/// A unit before a step, or before it was first managed.
public struct UnitBefore: Codable, Sendable, Hashable {
    /// systemd's ActiveState; empty when it is not known.
    public var activeState: String
    /// systemd's UnitFileState.
    public var unitFileState: String
    /// What was at the paths of the unit's own file and drop-ins before they were first written, by path below the
    /// directory of unit files; none where it is a step's.
    public var files: [NamedState]?

    /// Makes a record.
    public init(activeState: String, unitFileState: String, files: [NamedState]? = nil) {
        self.activeState = activeState
        self.unitFileState = unitFileState
        self.files = files
    }
}
