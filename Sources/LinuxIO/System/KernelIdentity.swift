internal import Glibc

/// What `uname` says of the kernel that runs.
public struct KernelIdentity: Sendable, Hashable {
    /// The system, `Linux`.
    public let name: String
    /// The release, for example `6.1.0-18-amd64`.
    public let release: String
    /// The architecture, for example `x86_64`.
    public let machine: String

    /// Makes an identity.
    public init(name: String, release: String, machine: String) {
        self.name = name
        self.release = release
        self.machine = machine
    }

    /// The kernel that runs, as this process sees it.
    public static func current() -> KernelIdentity {
        var info = utsname()
        // The call fails on a bad address only.
        _ = uname(&info)
        return KernelIdentity(
            name: withUnsafeBytes(of: info.sysname, text), release: withUnsafeBytes(of: info.release, text),
            machine: withUnsafeBytes(of: info.machine, text))
    }

    // Safety: the buffer is a field of the structure that the kernel filled, read while it lives.
    private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
