import Glibc

/// Why a conversation with systemd, its journal or the bus did not succeed.
public struct SystemdError: Error, CustomStringConvertible {
    /// What kind of failure it is; an open set.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The name of the code, as logs and statuses show it.
        public let name: String

        /// Makes a code from its name.
        public init(_ name: String) {
            self.name = name
        }

        /// The name of the code.
        public var description: String { name }

        /// There is no bus, no service manager or no journal to talk to.
        public static let unavailable = Code("Unavailable")
        /// The connection went while the call was under way; whether it took effect is unknown.
        public static let disconnected = Code("Disconnected")
        /// No answer, or no end of a job, before the deadline; whether it took effect is unknown.
        public static let timedOut = Code("TimedOut")
        /// The caller's argument is not one that systemd could accept; nothing was sent.
        public static let invalidArgument = Code("InvalidArgument")
        /// The other side answered with something that does not have the agreed shape.
        public static let invalidReply = Code("InvalidReply")
        /// The other side refused for want of privilege.
        public static let accessDenied = Code("AccessDenied")
        /// The unit, job or file does not exist.
        public static let notFound = Code("NotFound")
        /// The unit is masked.
        public static let masked = Code("Masked")
        /// The unit's file has no `[Install]` section, so it cannot be enabled.
        public static let notInstallable = Code("NotInstallable")
        /// The job ended while nobody could see its result; observe the unit.
        public static let jobLost = Code("JobLost")
        /// Too many calls are waiting, here or on the other side.
        public static let overloaded = Code("Overloaded")
        /// The other side refused for a reason that its D-Bus error name gives.
        public static let rejected = Code("Rejected")
        /// A system call or a library call failed.
        public static let failed = Code("Failed")
    }

    /// The kind of failure.
    public let code: Code
    /// What was tried, on what, and why it failed.
    public let message: String
    /// The name of the D-Bus error, if a peer sent one.
    public let busErrorName: String?
    /// The failure beneath this one.
    public let cause: (any Error)?

    /// Makes an error.
    public init(_ code: Code, _ message: String, busErrorName: String? = nil, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.busErrorName = busErrorName
        self.cause = cause
    }

    /// Whether the same call may succeed later without anything else changing.
    public var isRetriable: Bool {
        switch code {
        case .unavailable, .disconnected, .timedOut, .overloaded, .jobLost: true
        default: false
        }
    }

    /// The message.
    public var description: String { message }
}

extension SystemdError {
    /// An error for a negative-errno result of a C call.
    static func of(_ result: Int32, code: Code? = nil, _ tried: String) -> SystemdError {
        let number = result < 0 ? -result : result
        let reason = String(cString: strerror(number))
        return SystemdError(code ?? Code(errno: number), "\(tried): \(reason)")
    }

    /// Throws unless the result of a C call is zero or positive.
    @discardableResult
    static func check(_ result: Int32, _ tried: @autoclosure () -> String) throws(SystemdError) -> Int32 {
        guard result >= 0 else { throw of(result, tried()) }
        return result
    }

    /// An error that a peer sent.
    static func ofBus(name: String, message: String, _ tried: String) -> SystemdError {
        SystemdError(Code(busErrorName: name), "\(tried): \(message) (\(name))", busErrorName: name)
    }
}

extension SystemdError.Code {
    init(errno number: Int32) {
        self =
            switch number {
            case ENOENT, ECONNREFUSED, EHOSTDOWN, ENODATA: .unavailable
            case ENOTCONN, ECONNRESET, EPIPE, ESHUTDOWN: .disconnected
            case ETIMEDOUT, ETIME: .timedOut
            case EINVAL: .invalidArgument
            case EBADMSG, ENXIO: .invalidReply
            case EACCES, EPERM: .accessDenied
            case ENOBUFS: .overloaded
            default: .failed
            }
    }

    init(busErrorName name: String) {
        let codes: [String: Self] = [
            "org.freedesktop.systemd1.NoSuchUnit": .notFound,
            "org.freedesktop.systemd1.NoSuchJob": .notFound,
            "org.freedesktop.systemd1.UnitMasked": .masked,
            "org.freedesktop.DBus.Error.UnknownObject": .notFound,
            "org.freedesktop.DBus.Error.FileNotFound": .notFound,
            "org.freedesktop.DBus.Error.AccessDenied": .accessDenied,
            "org.freedesktop.DBus.Error.AuthFailed": .accessDenied,
            "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired": .accessDenied,
            "org.freedesktop.DBus.Error.ServiceUnknown": .unavailable,
            "org.freedesktop.DBus.Error.NameHasNoOwner": .unavailable,
            "org.freedesktop.DBus.Error.NoReply": .unavailable,
            "org.freedesktop.DBus.Error.NoServer": .unavailable,
            "org.freedesktop.DBus.Error.Disconnected": .disconnected,
            "org.freedesktop.DBus.Error.Timeout": .timedOut,
            "org.freedesktop.DBus.Error.TimedOut": .timedOut,
            "org.freedesktop.DBus.Error.LimitsExceeded": .overloaded,
            "org.freedesktop.DBus.Error.InvalidArgs": .invalidArgument,
        ]
        self = codes[name] ?? .rejected
    }
}
