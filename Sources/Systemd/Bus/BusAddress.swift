/// Where a bus connection goes.
public struct BusAddress: Hashable, Sendable, CustomStringConvertible {
    /// The D-Bus address, such as `unix:path=/run/dbus/system_bus_socket`.
    public let address: String
    /// Whether a message bus is at the other end, rather than a single peer.
    public let isMessageBus: Bool

    /// The address, for messages.
    public var description: String { address }

    /// The system message bus.
    public static let systemBus = bus(at: "unix:path=/run/dbus/system_bus_socket")

    /// The socket of PID 1 itself, which needs no message bus and admits root only.
    public static let privateSocket = peer(at: "unix:path=/run/systemd/private")

    /// A message bus at a D-Bus address.
    public static func bus(at address: String) -> BusAddress {
        BusAddress(address: address, isMessageBus: true)
    }

    /// A single peer at a D-Bus address.
    public static func peer(at address: String) -> BusAddress {
        BusAddress(address: address, isMessageBus: false)
    }
}
