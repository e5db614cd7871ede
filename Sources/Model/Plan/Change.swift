/// One resource's part of a plan.
public struct Change: Codable, Sendable, Hashable {
    /// The resource.
    public var resource: ResourceID
    /// What is done, in one word.
    public var action: ChangeAction
    /// Each attribute that differs.
    public var fields: [FieldDifference]
    /// A unified diff of small text content, bounded; nil for binary or large content.
    public var contentDiff: String?
    /// Digest of everything that was observed of the resource.
    public var before: ContentDigest
    /// Digest of everything that will be observed once the change is made.
    public var after: ContentDigest
    /// How far the change can be undone.
    public var undo: UndoKind
    /// How much the change can hurt.
    public var risk: Risk
    /// The operations, in order.
    public var operations: [Operation]
    /// Resources of the same plan that come first.
    public var dependencies: [ResourceID]
    /// Why it is made, where that is another reason than the plan's: a removal among changes; no part of a plan's hash.
    public var cause: PlanCause?
    /// Who caused the drift that the change repairs; no part of a plan's hash.
    public var actor: DriftActor?

    /// Makes a change.
    public init(
        resource: ResourceID, action: ChangeAction, fields: [FieldDifference], contentDiff: String? = nil,
        before: ContentDigest, after: ContentDigest, undo: UndoKind, risk: Risk, operations: [Operation],
        dependencies: [ResourceID] = [], cause: PlanCause? = nil, actor: DriftActor? = nil
    ) {
        self.resource = resource
        self.action = action
        self.fields = fields
        self.contentDiff = contentDiff
        self.before = before
        self.after = after
        self.undo = undo
        self.risk = risk
        self.operations = operations
        self.dependencies = dependencies
        self.cause = cause
        self.actor = actor
    }
}

/// What a change does.
public enum ChangeAction: String, Codable, Sendable, Hashable, CaseIterable {
    case create
    case update
    case replace
    case remove
    case restart
    case reload
}

/// One attribute that differs, as people read it.
public struct FieldDifference: Codable, Sendable, Hashable {
    /// The attribute, such as `mode`.
    public var field: String
    /// What was observed; nil when absent.
    public var observed: String?
    /// What is declared; nil when it goes away.
    public var declared: String?

    /// Makes a difference.
    public init(field: String, observed: String?, declared: String?) {
        self.field = field
        self.observed = observed
        self.declared = declared
    }
}

/// How far a change can be undone.
public enum UndoKind: String, Codable, Sendable, Hashable {
    /// The state before is restored.
    case exact
    /// Another action brings an equivalent state back.
    case compensating
    /// There is no way back.
    case none
}

/// How much a change can hurt.
public enum Risk: String, Codable, Sendable, Hashable, Comparable {
    case low
    case medium
    case high

    /// Orders low before high.
    public static func < (left: Risk, right: Risk) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .low: 0
        case .medium: 1
        case .high: 2
        }
    }
}
