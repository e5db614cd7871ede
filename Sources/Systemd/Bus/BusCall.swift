/// A method call, ready to be sent.
public struct BusCall: Sendable {
    /// The bus name of the receiver; nil for a peer connection.
    public var destination: String?
    /// The object.
    public var path: String
    /// The interface of the method.
    public var interface: String
    /// The method.
    public var member: String
    /// The arguments, in order.
    public var arguments: [BusValue]

    /// Makes a call.
    public init(
        destination: String?, path: String, interface: String, member: String, arguments: [BusValue] = []
    ) {
        self.destination = destination
        self.path = path
        self.interface = interface
        self.member = member
        self.arguments = arguments
    }

    /// What the call is, for messages: `Interface.Member on /path`.
    var summary: String { "\(interface).\(member) on \(path)" }
}
