internal import Glibc

/// An address of a network interface.
public struct InterfaceAddress: Sendable, Hashable {
    /// The version of the protocol.
    public enum Family: String, Sendable, Hashable {
        case ipv4
        case ipv6
    }

    /// The name of the interface.
    public let interface: String
    /// The version of the protocol.
    public let family: Family
    /// The bytes, 4 or 16.
    public let bytes: [UInt8]
    /// How many bits name the network.
    public let prefixLength: Int

    /// Makes an address.
    public init(interface: String, family: Family, bytes: [UInt8], prefixLength: Int) {
        self.interface = interface
        self.family = family
        self.bytes = bytes
        self.prefixLength = prefixLength
    }

    /// The addresses that interfaces have now, at most `limit`, in the kernel's order.
    public static func current(limit: Int = 4_096) throws(LinuxIOError) -> [InterfaceAddress] {
        // Safety: the list is glibc's, lives until `freeifaddrs` below, and each link is read before that.
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { throw LinuxIOError(code: Errno(rawValue: errno), call: "getifaddrs") }
        defer { freeifaddrs(list) }
        var found: [InterfaceAddress] = []
        var next = list
        while let entry = next, found.count < limit {
            if let address = address(of: entry.pointee) { found.append(address) }
            next = entry.pointee.ifa_next
        }
        return found
    }

    /// The address as text, for example `192.0.2.7` or `fe80::1`.
    public var text: String {
        var buffer = [CChar](repeating: 0, count: 64)
        let kind = family == .ipv4 ? AF_INET : AF_INET6
        // Safety: the buffer holds the longest address, and the bytes are as many as the family has.
        _ = bytes.withUnsafeBytes { inet_ntop(kind, $0.baseAddress, &buffer, socklen_t(buffer.count)) }
        return String(decoding: buffer.lazy.map { UInt8(bitPattern: $0) }.prefix { $0 != 0 }, as: UTF8.self)
    }

    private static func address(of entry: ifaddrs) -> InterfaceAddress? {
        guard let name = entry.ifa_name, let address = entry.ifa_addr else { return nil }
        let family: Family
        switch Int32(address.pointee.sa_family) {
        case AF_INET: family = .ipv4
        case AF_INET6: family = .ipv6
        default: return nil
        }
        let mask = entry.ifa_netmask.map { bytes(of: $0, family) } ?? []
        return InterfaceAddress(
            interface: String(cString: name), family: family, bytes: bytes(of: address, family),
            prefixLength: mask.reduce(0) { $0 + $1.nonzeroBitCount })
    }

    // Safety: an address of the family has its bytes at the offset that its structure gives them.
    private static func bytes(of address: UnsafeMutablePointer<sockaddr>, _ family: Family) -> [UInt8] {
        let raw = UnsafeRawPointer(address)
        switch family {
        case .ipv4: return Array(UnsafeRawBufferPointer(start: raw + 4, count: 4))
        case .ipv6: return Array(UnsafeRawBufferPointer(start: raw + 8, count: 16))
        }
    }
}
