internal import CLinux

/// The two ends of a pipe, both close-on-exec.
public struct Pipe: ~Copyable, Sendable {
    /// The end to read from.
    public let reading: FileDescriptor
    /// The end to write to.
    public let writing: FileDescriptor

    /// Opens a pipe.
    public init() throws(LinuxIOError) {
        var ends: [Int32] = [-1, -1]
        try checked(cl_pipe(&ends), "pipe2")
        reading = FileDescriptor(owning: ends[0])
        writing = FileDescriptor(owning: ends[1])
    }
}
