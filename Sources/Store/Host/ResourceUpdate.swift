public import Model

/// What was learnt of one resource, to be written into its row.
///
/// What is nil of `declared`, `drift`, `run` and `beforeAdoption` stays as the row has it.
public struct ResourceUpdate: Sendable, Hashable {
    /// The resource.
    public var id: ResourceID
    /// The phase.
    public var phase: ResourcePhase
    /// Why it is in the phase; nil clears it.
    public var reason: Reason?
    /// A sentence for the reason; nil clears it.
    public var message: String?
    /// The declaration, where it may be another than the row's; without it nothing is written where there is no row.
    public var declared: DeclaredResource?
    /// A drift that was noticed or repaired.
    public var drift: DriftRecord? {
        get { noticed.drift }
        set { noticed = newValue.map { .drift($0) } ?? .nothing }
    }
    /// The run that changed the resource.
    public var run: String?
    /// What was there before the resource was managed.
    public var beforeAdoption: BeforeAdoption?
    private var noticed: Noticed

    /// Held by reference: few updates of thousands have one.
    private indirect enum Noticed: Sendable, Hashable {
        case nothing
        case drift(DriftRecord)

        var drift: DriftRecord? {
            if case .drift(let drift) = self { drift } else { nil }
        }
    }

    /// How a row's memory of what was there before changes.
    public enum BeforeAdoption: Sendable, Hashable {
        /// Kept only where no run has changed the resource yet.
        case first(StateBefore)
        /// Kept in the place of what is known; nil forgets it.
        case replacing(StateBefore?)
    }

    /// Makes an update.
    public init(
        _ id: ResourceID, phase: ResourcePhase, reason: Reason? = nil, message: String? = nil,
        declared: DeclaredResource? = nil, drift: DriftRecord? = nil, run: String? = nil,
        beforeAdoption: BeforeAdoption? = nil
    ) {
        self.id = id
        self.phase = phase
        self.reason = reason
        self.message = message
        self.declared = declared
        noticed = drift.map { .drift($0) } ?? .nothing
        self.run = run
        self.beforeAdoption = beforeAdoption
    }
}
