public import LinuxIO
internal import Synchronization

/// Where the daemon listens, however long the path is.
///
/// A path that does not fit into a socket address is reached through its directory, which is opened once and stays open
/// until `forget`.
public final class SocketLocation: Sendable {
    private static let addressMaximum = 107

    private final class OpenDirectory: Sendable {
        let handle: DirectoryHandle

        init(_ handle: consuming DirectoryHandle) { self.handle = handle }
    }

    /// The path.
    public let path: String
    private let directory = Mutex<OpenDirectory?>(nil)

    /// Makes a location; nothing is opened yet.
    public init(path: String) { self.path = path }

    /// A path of the socket that fits into an address.
    public func address() throws(LinuxIOError) -> String {
        guard path.utf8.count > Self.addressMaximum, let parent = path.parentPath else { return path }
        let name = path.lastPathComponent
        if let open = directory.withLock({ $0 }) { return Self.address(of: name, in: open) }
        let opened = OpenDirectory(try DirectoryHandle(searchablePath: parent))
        let kept = directory.withLock { directory in
            let kept = directory ?? opened
            directory = kept
            return kept
        }
        return Self.address(of: name, in: kept)
    }

    /// Opens the directory anew next time, as it may have been replaced.
    public func forget() { directory.withLock { $0 = nil } }

    /// Why the socket cannot be connected to; nil when it can.
    func connectProblem() -> LinuxIOError? {
        do throws(LinuxIOError) {
            _ = try connectUnix(path, timeout: .milliseconds(200))
            return nil
        } catch {
            return error
        }
    }

    private static func address(of name: Substring, in directory: OpenDirectory) -> String {
        "/proc/self/fd/\(directory.handle.descriptor.rawValue)/\(name)"
    }
}
