internal import CLinux
internal import Glibc

/// Groups of kernel messages of which only the coming matters, such as those of addresses that came and went.
public final class NetlinkGroup: Sendable {
    /// So many messages are taken at once; more are there the next time.
    private static let messagesMaximum = 4_096

    private let descriptor: FileDescriptor

    /// Listens to groups of a protocol, by their bits.
    public init(protocol family: Int32, groups: UInt32) throws(LinuxIOError) {
        descriptor = FileDescriptor(owning: Int32(try checked(cl_netlink_socket(family), "socket")))
        try checked(cl_bind_netlink(descriptor.rawValue, groups), "bind", "netlink")
    }

    /// The descriptor to poll; readable when there are messages.
    public var rawValue: Int32 { descriptor.rawValue }

    /// Takes what waits, without waiting, and answers whether the kernel said anything, or more than could be held.
    public func take() -> Bool {
        var isTold = false
        var byte: UInt8 = 0
        for _ in 0..<Self.messagesMaximum {
            var sender: UInt32 = 0
            // Safety: the kernel fills at most the one byte; the rest of a message is dropped.
            let count = uninterrupted { cl_receive_netlink(descriptor.rawValue, &byte, 1, &sender) }
            if count == -Int(EAGAIN) { return isTold }
            guard count >= 0 || count == -Int(ENOBUFS) else { return true }
            // Nobody but the kernel is believed.
            if count < 0 || sender == 0 { isTold = true }
        }
        return true
    }
}
