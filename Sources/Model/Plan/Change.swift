/// One resource's part of a plan.
public struct Change: Sendable {
    private var content: Content

    /// Makes a change.
    public init(
        resource: ResourceID, action: ChangeAction, fields: [FieldDifference], contentDiff: String? = nil,
        before: ContentDigest, after: ContentDigest, undo: UndoKind, risk: Risk, operations: [Operation],
        dependencies: [ResourceID] = [], cause: PlanCause? = nil, actor: DriftActor? = nil
    ) {
        content = Content(
            Fields(
                resource: resource, action: action, fields: fields, contentDiff: contentDiff, before: before,
                after: after, undo: undo, risk: risk, operations: operations, dependencies: dependencies, cause: cause,
                actor: actor))
    }

    private mutating func change(_ body: (inout Fields) -> Void) {
        var fields = content.fields
        body(&fields)
        content = Content(fields)
    }
}

extension Change {
    /// The resource.
    public var resource: ResourceID {
        get { content.fields.resource }
        set { change { $0.resource = newValue } }
    }

    /// What is done, in one word.
    public var action: ChangeAction {
        get { content.fields.action }
        set { change { $0.action = newValue } }
    }

    /// Each attribute that differs.
    public var fields: [FieldDifference] {
        get { content.fields.fields }
        set { change { $0.fields = newValue } }
    }

    /// A unified diff of small text content, bounded; nil for binary or large content.
    public var contentDiff: String? {
        get { content.fields.contentDiff }
        set { change { $0.contentDiff = newValue } }
    }

    /// Digest of everything that was observed of the resource.
    public var before: ContentDigest {
        get { content.fields.before }
        set { change { $0.before = newValue } }
    }

    /// Digest of everything that will be observed once the change is made.
    public var after: ContentDigest {
        get { content.fields.after }
        set { change { $0.after = newValue } }
    }

    /// How far the change can be undone.
    public var undo: UndoKind {
        get { content.fields.undo }
        set { change { $0.undo = newValue } }
    }

    /// How much the change can hurt.
    public var risk: Risk {
        get { content.fields.risk }
        set { change { $0.risk = newValue } }
    }

    /// The operations, in order.
    public var operations: [Operation] {
        get { content.fields.operations }
        set { change { $0.operations = newValue } }
    }

    /// Resources of the same plan that come first.
    public var dependencies: [ResourceID] {
        get { content.fields.dependencies }
        set { change { $0.dependencies = newValue } }
    }

    /// Why it is made, where that is another reason than the plan's: a removal among changes; no part of a plan's hash.
    public var cause: PlanCause? {
        get { content.fields.cause }
        set { change { $0.cause = newValue } }
    }

    /// Who caused the drift that the change repairs; no part of a plan's hash.
    public var actor: DriftActor? {
        get { content.fields.actor }
        set { change { $0.actor = newValue } }
    }
}

extension Change: Codable, Hashable {
    private struct Fields: Codable, Sendable, Hashable {
        var resource: ResourceID
        var action: ChangeAction
        var fields: [FieldDifference]
        var contentDiff: String?
        var before: ContentDigest
        var after: ContentDigest
        var undo: UndoKind
        var risk: Risk
        var operations: [Operation]
        var dependencies: [ResourceID]
        var cause: PlanCause?
        var actor: DriftActor?
    }

    /// Held by reference, for a run hands thousands of changes from step to step.
    private final class Content: Sendable {
        let fields: Fields

        init(_ fields: Fields) { self.fields = fields }
    }

    /// Reads what `encode` wrote.
    public init(from decoder: any Decoder) throws { content = Content(try Fields(from: decoder)) }

    /// Writes every property under its name.
    public func encode(to encoder: any Encoder) throws { try content.fields.encode(to: encoder) }

    /// Whether two have the same properties.
    public static func == (left: Self, right: Self) -> Bool {
        left.content === right.content || left.content.fields == right.content.fields
    }

    /// Hashes every property.
    public func hash(into hasher: inout Hasher) { content.fields.hash(into: &hasher) }
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
