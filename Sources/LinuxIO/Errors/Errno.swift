internal import CLinux
internal import Glibc

/// An error number of the kernel.
public struct Errno: Hashable, Sendable, RawRepresentable {
    /// The number, as in `errno.h`; negative for the codes that this module adds.
    public let rawValue: Int32

    /// Makes an error number.
    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// The symbolic name, for example `ENOENT`.
    public var name: String {
        switch self {
        case .notRegular: return "ENOTREG"
        case .untrustedLink: return "EUNTRUSTED"
        case .plantedLink: return "EPLANTED"
        case .unguarded: return "EUNGUARDED"
        default: break
        }
        guard let text = cl_error_name(rawValue) else { return "E\(rawValue)" }
        return String(cString: text)
    }

    /// The text that the C library has for it, for example `No such file or directory`.
    public var text: String {
        switch self {
        case .notRegular: return "Not a regular file"
        case .untrustedLink: return "Symbolic link in a directory that others can write"
        case .plantedLink: return "Hard link in a directory that others can write"
        case .unguarded: return "Directory that others can write"
        default: break
        }
        guard let text = cl_error_text(rawValue) else { return "Unknown error \(rawValue)" }
        return String(cString: text)
    }
}

extension Errno: CustomStringConvertible {
    /// The text and the name, for example `No such file or directory (ENOENT)`.
    public var description: String { "\(text) (\(name))" }
}

extension Errno {
    /// EPERM.
    public static let notPermitted = Errno(rawValue: EPERM)
    /// ENOENT.
    public static let noEntry = Errno(rawValue: ENOENT)
    /// ESRCH.
    public static let noProcess = Errno(rawValue: ESRCH)
    /// EINTR.
    public static let interrupted = Errno(rawValue: EINTR)
    /// EIO.
    public static let inputOutput = Errno(rawValue: EIO)
    /// ENXIO.
    public static let noDeviceOrAddress = Errno(rawValue: ENXIO)
    /// E2BIG.
    public static let tooBig = Errno(rawValue: E2BIG)
    /// EBADF.
    public static let badDescriptor = Errno(rawValue: EBADF)
    /// EAGAIN.
    public static let again = Errno(rawValue: EAGAIN)
    /// ENOMEM.
    public static let noMemory = Errno(rawValue: ENOMEM)
    /// EACCES.
    public static let access = Errno(rawValue: EACCES)
    /// EBUSY.
    public static let busy = Errno(rawValue: EBUSY)
    /// EEXIST.
    public static let exists = Errno(rawValue: EEXIST)
    /// EXDEV.
    public static let crossDevice = Errno(rawValue: EXDEV)
    /// ENODEV.
    public static let noDevice = Errno(rawValue: ENODEV)
    /// ENOTDIR.
    public static let notDirectory = Errno(rawValue: ENOTDIR)
    /// EISDIR.
    public static let isDirectory = Errno(rawValue: EISDIR)
    /// EINVAL.
    public static let invalid = Errno(rawValue: EINVAL)
    /// ENFILE.
    public static let tooManyFilesInSystem = Errno(rawValue: ENFILE)
    /// EMFILE.
    public static let tooManyFiles = Errno(rawValue: EMFILE)
    /// EFBIG.
    public static let fileTooBig = Errno(rawValue: EFBIG)
    /// ENOSPC.
    public static let noSpace = Errno(rawValue: ENOSPC)
    /// EROFS.
    public static let readOnly = Errno(rawValue: EROFS)
    /// EMLINK.
    public static let tooManyLinks = Errno(rawValue: EMLINK)
    /// EPIPE.
    public static let brokenPipe = Errno(rawValue: EPIPE)
    /// ERANGE.
    public static let outOfRange = Errno(rawValue: ERANGE)
    /// ENAMETOOLONG.
    public static let nameTooLong = Errno(rawValue: ENAMETOOLONG)
    /// ENOSYS.
    public static let noSystemCall = Errno(rawValue: ENOSYS)
    /// ENOTEMPTY.
    public static let notEmpty = Errno(rawValue: ENOTEMPTY)
    /// ELOOP.
    public static let loop = Errno(rawValue: ELOOP)
    /// ENODATA.
    public static let noData = Errno(rawValue: ENODATA)
    /// EOVERFLOW.
    public static let overflow = Errno(rawValue: EOVERFLOW)
    /// EOPNOTSUPP.
    public static let notSupported = Errno(rawValue: EOPNOTSUPP)
    /// EADDRINUSE.
    public static let addressInUse = Errno(rawValue: EADDRINUSE)
    /// ECONNREFUSED.
    public static let connectionRefused = Errno(rawValue: ECONNREFUSED)
    /// ESHUTDOWN.
    public static let shutDown = Errno(rawValue: ESHUTDOWN)
    /// ETIMEDOUT.
    public static let timedOut = Errno(rawValue: ETIMEDOUT)
    /// ESTALE.
    public static let stale = Errno(rawValue: ESTALE)
    /// EDQUOT.
    public static let quotaExceeded = Errno(rawValue: EDQUOT)
    /// ECANCELED.
    public static let canceled = Errno(rawValue: ECANCELED)

    /// The name is of something other than a regular file, and so was not opened.
    public static let notRegular = Errno(rawValue: -1)
    /// A parent of the path is a symbolic link that somebody else could have put there, and so was not followed.
    public static let untrustedLink = Errno(rawValue: -2)
    /// The name is one of several of a file, somebody else could have made it, and so the file was left alone.
    public static let plantedLink = Errno(rawValue: -3)
    /// Others can exchange the file in its directory, so that it is given no privilege by its name.
    public static let unguarded = Errno(rawValue: -4)
}
