/// A condition of an object, following kstatus: `Ready`, `Reconciling`, `Stalled`.
public struct Condition: Codable, Sendable, Hashable {
    /// What the condition is about.
    public var type: ConditionType
    /// Whether it holds.
    public var status: ConditionStatus
    /// A named, documented cause in CamelCase.
    public var reason: Reason
    /// A sentence for people.
    public var message: String
    /// When `status` last changed.
    public var lastTransitionTime: WallTime
    /// The generation of `spec` that the condition speaks of.
    public var observedGeneration: Int64?

    /// Makes a condition.
    public init(
        type: ConditionType, status: ConditionStatus, reason: Reason, message: String, lastTransitionTime: WallTime,
        observedGeneration: Int64? = nil
    ) {
        self.type = type
        self.status = status
        self.reason = reason
        self.message = message
        self.lastTransitionTime = lastTransitionTime
        self.observedGeneration = observedGeneration
    }
}

/// The types of condition.
public enum ConditionType: String, Codable, Sendable, Hashable {
    case ready = "Ready"
    case reconciling = "Reconciling"
    case stalled = "Stalled"
}

/// Whether a condition holds.
public enum ConditionStatus: String, Codable, Sendable, Hashable {
    case `true` = "True"
    case `false` = "False"
    case unknown = "Unknown"
}

/// A condition's reason: an open set, each controller declares its own as static members with documentation.
public struct Reason: RawRepresentable, Hashable, Sendable, Codable {
    /// The CamelCase word that users see.
    public let rawValue: String

    /// Makes a reason.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// What was fetched is in force, and nothing differs.
    public static let converged = Reason(rawValue: "Converged")
}

extension [Condition] {
    /// The condition of a type.
    public subscript(type: ConditionType) -> Condition? { first { $0.type == type } }

    /// Sets a condition; its transition time moves only when the status changes.
    public mutating func set(_ condition: Condition) {
        guard let index = firstIndex(where: { $0.type == condition.type }) else {
            append(condition)
            return
        }
        var next = condition
        if self[index].status == next.status { next.lastTransitionTime = self[index].lastTransitionTime }
        self[index] = next
    }

    /// Sets the three conditions of kstatus for one reason.
    public mutating func set(
        ready: Bool, reconciling: Bool, stalled: Bool, reason: Reason, message: String, at time: WallTime,
        observedGeneration: Int64? = nil
    ) {
        for (type, holds) in [(ConditionType.ready, ready), (.reconciling, reconciling), (.stalled, stalled)] {
            set(
                Condition(
                    type: type, status: holds ? .true : .false, reason: reason, message: message,
                    lastTransitionTime: time, observedGeneration: observedGeneration))
        }
    }

    /// Removes the condition of a type.
    public mutating func remove(_ type: ConditionType) { removeAll { $0.type == type } }
}
