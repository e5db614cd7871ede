/// A signal that arrived.
public struct BusSignal: Sendable {
    /// The unique bus name of the sender; nil on a peer connection.
    public let sender: String?
    /// The object that it is about.
    public let path: String
    /// The interface.
    public let interface: String
    /// The name of the signal.
    public let member: String
    /// What it carries.
    public let arguments: [BusValue]
}

/// What a connection tells its owner, on the bus thread.
public enum BusEvent: Sendable {
    /// A signal arrived.
    case signal(BusSignal)
    /// The connection is gone and every call has failed; it is the last event.
    ///
    /// Whether to connect again is the owner's choice.
    case disconnected(SystemdError)
}
