internal import CLinux
internal import Glibc

/// A process from which another descends.
public struct ProcessAncestor: Sendable, Hashable {
    /// The number of the process.
    public var pid: Int32
    /// The name that it gave itself.
    public var comm: String
    /// The file that it executes, if that can be seen.
    public var executable: String?

    /// Makes an ancestor.
    public init(pid: Int32, comm: String, executable: String? = nil) {
        self.pid = pid
        self.comm = comm
        self.executable = executable
    }
}

extension ProcessInformation {
    /// So many ancestors are told.
    package static let ancestorsMaximum = 4

    /// The living ancestors of a process below PID 1, the parent first.
    ///
    /// One that is older than its child is its parent: a number that was given to another process meanwhile belongs to
    /// a younger one.
    package static func ancestors(of process: ProcessInformation) -> [ProcessAncestor] {
        var found: [ProcessAncestor] = []
        var (next, bornBefore) = (process.parentPID, process.startTime)
        while next > 1, found.count < ancestorsMaximum {
            guard let parent = parent(next), parent.stat.startTime <= bornBefore else { break }
            found.append(ProcessAncestor(pid: next, comm: parent.stat.comm, executable: parent.executable))
            (next, bornBefore) = (parent.stat.parentPID, parent.stat.startTime)
        }
        return found
    }

    private static func parent(_ pid: Int32) -> (stat: ProcessStat, executable: String?)? {
        let result = uninterrupted {
            cl_openat(Int32(AT_FDCWD), "/proc/\(pid)", CL_O_PATH | Int32(O_DIRECTORY), 0)
        }
        guard result >= 0 else { return nil }
        let directory = FileDescriptor(owning: Int32(result))
        guard let bytes = contents("stat", in: directory, limit: 4_096),
            let stat = ProcessStat(String(decoding: bytes, as: UTF8.self)), stat.pid == pid
        else { return nil }
        return (stat, executable(in: directory))
    }
}
