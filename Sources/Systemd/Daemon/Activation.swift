import CSystemd
import Glibc

/// A socket that the service manager passed to this process.
public struct ActivatedSocket: Hashable, Sendable {
    /// The descriptor, closed on exec.
    ///
    /// It belongs to whoever took it from ``Activation/sockets()``, who closes it.
    public let descriptor: Int32
    /// The name that `FileDescriptorName=` gives; the name of the socket unit unless it says otherwise.
    public let name: String
}

/// Socket activation.
public enum Activation {
    /// Takes the sockets that were passed to this process, in order; none if it was started in another way.
    ///
    /// They are taken once: the variables leave the environment, so that no child believes that they are for it. Call
    /// it before other threads start, because changing the environment is not safe beside reading it.
    public static func sockets() throws(SystemdError) -> [ActivatedSocket] {
        // Safety: libsystemd allocates the list, and `release` frees it.
        var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        let count = try SystemdError.check(
            sd_listen_fds_with_names(1, &names), "cannot take the sockets that the service manager passed")
        defer { release(names) }
        return (0..<Int(count)).map { index in
            ActivatedSocket(
                descriptor: firstDescriptor + Int32(index), name: names?[index].map { String(cString: $0) } ?? "unknown"
            )
        }
    }

    /// SD_LISTEN_FDS_START: what is passed follows standard input, output and error.
    private static let firstDescriptor: Int32 = 3

    /// Safety: the list and its texts were allocated for the caller, and end with a null pointer.
    private static func release(_ names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) {
        guard let names else { return }
        var index = 0
        while let name = names[index] {
            free(name)
            index += 1
        }
        free(names)
    }
}
