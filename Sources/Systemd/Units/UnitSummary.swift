/// One line of the service manager's list of units.
public struct UnitSummary: Hashable, Sendable {
    /// The name that the manager lists it under.
    public let id: String
    /// The human's description.
    public let description: String
    /// Whether its definition was loaded.
    public let loadState: LoadState
    /// Whether it is up.
    public let activeState: ActiveState
    /// What it is doing in the words of its type.
    public let subState: String
    /// The type of its pending job, such as `start`; nil if there is none.
    public let jobType: String?

    /// Takes one `(ssssssouso)`.
    init(_ value: BusValue) throws(SystemdError) {
        guard let members = value.elements, members.count == 10, let id = members[0].text,
            let description = members[1].text, let load = members[2].text, let active = members[3].text,
            let sub = members[4].text, let job = members[7].integer
        else {
            throw SystemdError(.invalidReply, "the service manager listed a unit in an unknown shape")
        }
        self.id = id
        self.description = description
        loadState = LoadState(rawValue: load)
        activeState = ActiveState(rawValue: active)
        subState = sub
        jobType = job == 0 ? nil : members[8].text
    }
}
