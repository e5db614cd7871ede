internal import CLinux
internal import Glibc

/// What a descriptor can be waited for, and what it is ready for.
public struct PollEvents: OptionSet, Hashable, Sendable {
    /// The bits of `poll`.
    public let rawValue: Int16

    /// Makes a set from its bits.
    public init(rawValue: Int16) {
        self.rawValue = rawValue
    }

    /// There is something to read.
    public static let readable = PollEvents(rawValue: Int16(POLLIN))
    /// Writing does not wait.
    public static let writable = PollEvents(rawValue: Int16(POLLOUT))
    /// Something out of the ordinary, for example a change of `/proc/self/mountinfo`.
    public static let exceptional = PollEvents(rawValue: Int16(POLLPRI))
    /// The descriptor has failed (answers only).
    public static let failed = PollEvents(rawValue: Int16(POLLERR))
    /// The other side is gone (answers only).
    public static let hungUp = PollEvents(rawValue: Int16(POLLHUP))
    /// The descriptor is not open (answers only).
    public static let notOpen = PollEvents(rawValue: Int16(POLLNVAL))
}

/// A set of descriptors that a thread waits on.
public struct Poll: Sendable {
    private var entries: [cl_poll] = []

    /// Makes an empty set.
    public init() {}

    /// Adds a descriptor, which must stay open while it is in the set, and returns its index.
    @discardableResult
    public mutating func add(_ descriptor: Int32, for events: PollEvents = .readable) -> Int {
        entries.append(cl_poll(descriptor: descriptor, events: events.rawValue, returned: 0))
        return entries.count - 1
    }

    /// How many descriptors there are.
    public var count: Int { entries.count }

    /// Waits until one is ready or the time is over, and returns how many are; nil waits for ever.
    ///
    /// A signal does not end the waiting, nor lengthen it.
    @discardableResult
    public mutating func wait(timeout: Duration? = nil) throws(LinuxIOError) -> Int {
        let deadline = timeout.map { monotonicNow() + $0 }
        while true {
            let left = deadline.map { max($0 - monotonicNow(), .zero) } ?? .zero
            let (seconds, attoseconds) = left.components
            let result = entries.withUnsafeMutableBufferPointer {
                // Safety: the array is as long as the call is told and is not touched meanwhile.
                cl_ppoll($0.baseAddress, $0.count, seconds, attoseconds / 1_000_000_000, deadline == nil ? 1 : 0)
            }
            if result == -Int(EINTR) { continue }
            return try checked(result, "ppoll")
        }
    }

    /// What the last wait found for the descriptor at an index.
    public func ready(_ index: Int) -> PollEvents {
        PollEvents(rawValue: entries[index].returned)
    }
}

/// An event counter that wakes a thread out of `Poll`.
public final class EventDescriptor: Sendable {
    private let descriptor: FileDescriptor

    /// Opens a counter at zero.
    public init() throws(LinuxIOError) {
        descriptor = FileDescriptor(owning: Int32(try checked(cl_eventfd(), "eventfd")))
    }

    /// The descriptor to poll; readable once signalled.
    public var rawValue: Int32 { descriptor.rawValue }

    /// Makes it readable; from any thread, and never waits.
    public func signal() {
        var one: UInt64 = 1
        // A full counter is readable already: nothing is lost.
        _ = cl_write(descriptor.rawValue, &one, 8)
    }

    /// Makes it unreadable again and answers whether it was signalled.
    @discardableResult
    public func drain() -> Bool {
        var value: UInt64 = 0
        return cl_read(descriptor.rawValue, &value, 8) == 8
    }
}
