internal import CLinux
internal import Glibc
internal import Synchronization

/// The kernel's own account of processes: each start, program, change of user and end, in order, however short they
/// live.
///
/// It speaks in the initial namespaces of processes and network only, to whoever may administer the network
/// (`CAP_NET_ADMIN`). A filter in the kernel leaves out threads and all other kinds of events.
public final class ProcessConnector: Sendable {
    /// What is held of events that nobody took yet, by the kernel; some five thousand.
    private static let receiveBuffer = 4 << 20
    /// So many messages are taken at once; where there are more, what is known would be behind for ever.
    private static let messagesMaximum = 65_536
    private static let connector: Int32 = 11
    private static let groupOfProcesses: UInt32 = 1

    private enum Operation: UInt32 {
        case listen = 1
        case ignore = 2
    }

    private let descriptor: FileDescriptor
    private let buffer = Mutex([UInt8](repeating: 0, count: 8_192))

    /// Listens; throws where the kernel refuses, or does not answer as it does in other namespaces.
    public init() throws(LinuxIOError) {
        descriptor = FileDescriptor(owning: Int32(try checked(cl_netlink_socket(Self.connector), "socket")))
        try Self.attachFilter(to: descriptor.rawValue)
        try checked(cl_bind_netlink(descriptor.rawValue, Self.groupOfProcesses), "bind", "the process connector")
        try checked(
            cl_force_receive_buffer(descriptor.rawValue, Int32(Self.receiveBuffer)), "setsockopt",
            "the process connector")
        let mark = UInt32(bitPattern: getpid())
        try Self.ask(.listen, mark: mark, on: descriptor.rawValue)
        // The kernel answers before the request returns, or never.
        let answer = take().answers.first { $0.mark == mark &+ 1 }
        guard let answer else {
            throw LinuxIOError(
                code: .notSupported, call: "listen", path: "the process connector",
                detail: "it does not answer here; it speaks in the initial namespaces only")
        }
        guard answer.error == 0 else {
            throw LinuxIOError(
                code: Errno(rawValue: Int32(bitPattern: answer.error)), call: "listen", path: "the process connector")
        }
    }

    deinit {
        // Kernels before 6.6 go on making events for listeners that have gone without a word.
        try? Self.ask(.ignore, mark: 0, on: descriptor.rawValue)
    }

    /// The descriptor to poll; readable when there are events.
    public var rawValue: Int32 { descriptor.rawValue }

    /// Takes what waits, without waiting.
    func read() -> ProcessEventBatch { take() }

    private func take() -> ProcessEventBatch {
        let number = descriptor.rawValue
        return buffer.withLock { bytes in
            var all = ProcessEventBatch()
            for _ in 0..<Self.messagesMaximum {
                var sender: UInt32 = 0
                let count = bytes.withUnsafeMutableBytes { buffer in
                    // Safety: the kernel fills at most the array.
                    uninterrupted { cl_receive_netlink(number, buffer.baseAddress, buffer.count, &sender) }
                }
                if count == -Int(EAGAIN) { return all }
                // ENOBUFS: events came faster than they were taken.
                guard count >= 0, count <= bytes.count else {
                    all.isLost = true
                    if count == -Int(ENOBUFS) || count > 0 { continue }
                    return all
                }
                // Nobody but the kernel is believed.
                guard sender == 0 else { continue }
                let batch = bytes.withUnsafeBytes { buffer in
                    // Safety: the parser gets only what the kernel filled.
                    ProcessEventParser.parse(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                }
                all.events += batch.events
                all.answers += batch.answers
                all.isLost = all.isLost || batch.isLost
            }
            all.isLost = true
            return all
        }
    }

    private static func ask(_ operation: Operation, mark: UInt32, on descriptor: Int32) throws(LinuxIOError) {
        var message: [UInt8] = []
        func append(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value) { message.append(contentsOf: $0) }
        }
        // struct nlmsghdr: length, type, flags, number, sender; struct cn_msg: id, number, mark, length, flags.
        append(UInt32(40))
        append(UInt16(3))
        append(UInt16(0))
        for value: UInt32 in [0, 0, 1, 1, 0, mark] { append(value) }
        append(UInt16(4))
        append(UInt16(0))
        append(operation.rawValue)
        let result = message.withUnsafeBytes { buffer in
            // Safety: the array is as long as the call is told and is not touched meanwhile.
            uninterrupted { cl_send(descriptor, buffer.baseAddress, buffer.count) }
        }
        try checked(result, "send", "the process connector")
    }

    /// Lets answers, programs, changes of user, and the starts and ends of processes through.
    ///
    /// A classic BPF program: numbers are loaded as if they were big-endian.
    private static func attachFilter(to descriptor: Int32) throws(LinuxIOError) {
        let (load, move, equals, equalsIndex, answer): (UInt16, UInt16, UInt16, UInt16, UInt16) = (
            0x20, 0x07, 0x15, 0x1d, 0x06
        )
        func step(_ code: UInt16, _ value: UInt32, _ ifTrue: UInt8 = 0, _ ifFalse: UInt8 = 0) -> cl_filter {
            cl_filter(code: code, if_true: ifTrue, if_false: ifFalse, value: value)
        }
        let program = [
            step(load, 36),
            step(equals, UInt32(0).bigEndian, 12, 0),
            step(equals, UInt32(0x2).bigEndian, 11, 0),
            step(equals, UInt32(0x4).bigEndian, 10, 0),
            step(equals, UInt32(0x1).bigEndian, 1, 0),
            step(equals, UInt32(0x8000_0000).bigEndian, 4, 9),
            // A start: the child's number is that of its process.
            step(load, 60),
            step(move, 0),
            step(load, 64),
            step(equalsIndex, 0, 4, 5),
            // An end: the same of the process.
            step(load, 52),
            step(move, 0),
            step(load, 56),
            step(equalsIndex, 0, 0, 1),
            step(answer, .max),
            step(answer, 0),
        ]
        let result = program.withUnsafeBufferPointer { code in
            // Safety: the kernel copies the program, whose length goes along.
            cl_attach_filter(descriptor, code.baseAddress, UInt16(code.count))
        }
        try checked(result, "setsockopt", "the process connector")
    }
}
