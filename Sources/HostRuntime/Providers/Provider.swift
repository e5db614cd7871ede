public import Model

/// What one resource type needs: to observe, and to say what a difference takes.
///
/// Providers have no state; nothing in them changes a host, for differences are lowered to `Operation`s that the
/// executor alone performs (I1).
///
/// Four implementations: `FileProvider`, `DirectoryProvider`, `SymlinkProvider`, `UnitProvider`.
public protocol Provider: Sendable {
    /// The type that it manages.
    static var type: ResourceType { get }

    /// Observes resources of its type. Blocks. Each resource has its own result; one failing does not stop the others.
    /// Same host state, same observations.
    static func observe(
        _ batch: [DeclaredResource], on host: some HostReading, context: ObservationContext
    ) -> [(ResourceID, Result<Observation, HostError>)]

    /// What will be observed once the declaration holds, given what is observed now: attributes that are not declared
    /// stay. Throws what makes the declaration impossible here, with what to do about it. Pure.
    static func expected(
        from observation: Observation, to declared: DeclaredResource, context: PlanContext
    ) throws(HostError) -> Observation

    /// The change that turns the observation into the declaration, or nil when nothing differs. Pure; throws as
    /// `expected` does. Dependencies are left to the planner.
    static func change(
        from observation: Observation, to declared: DeclaredResource, context: PlanContext
    ) throws(HostError) -> Change?
}
