internal import CLinux
internal import Glibc

/// The directory that holds a name, and the name.
public struct ParentDirectory: ~Copyable, Sendable {
    /// The open directory.
    public let directory: DirectoryHandle
    /// The last component of the path.
    public let name: String
}

/// An open directory that several hold.
public final class SharedDirectory: Sendable {
    /// The open directory.
    public let handle: DirectoryHandle

    init(_ handle: consuming DirectoryHandle) { self.handle = handle }
}

/// A directory tree that paths are resolved beneath: `/`, or the directory that `--root` names.
///
/// Paths are absolute within the tree; `..` is refused in them, and a symbolic link among the parents leads to where it
/// would if the tree were `/`. A link is followed only if it stands where nobody but root and this user could have put
/// it; the last component is never followed.
public final class RootDirectory: Sendable {
    /// Where the tree is, as given.
    public let path: String
    let descriptor: FileDescriptor

    /// Opens the tree.
    public init(path: String) throws(LinuxIOError) {
        self.path = path
        let flags = Int32(O_RDONLY | O_DIRECTORY)
        let number = try checked(uninterrupted { cl_openat(Int32(AT_FDCWD), path, flags, 0) }, "openat", path)
        descriptor = FileDescriptor(owning: Int32(number))
    }

    /// Whether this is the host's own root, and not another tree.
    public var isHostRoot: Bool { path == "/" }

    /// Opens a directory.
    public func openDirectory(_ path: String) throws(LinuxIOError) -> DirectoryHandle {
        let components = try Self.components(of: path)
        return try open(Self.joined(components))
    }

    /// Opens the directory that holds the last component of a path, and gives that component's name.
    ///
    /// The root itself has no parent and fails with EINVAL.
    public func openParent(of path: String) throws(LinuxIOError) -> ParentDirectory {
        let place = try Self.placeBelowRoot(path)
        return ParentDirectory(directory: try open(place.parent), name: place.name)
    }

    /// Opens what `openParent` does, to be held by several.
    public func openSharedParent(of path: String) throws(LinuxIOError) -> (directory: SharedDirectory, name: String) {
        let place = try Self.placeBelowRoot(path)
        return (SharedDirectory(try open(place.parent)), place.name)
    }

    /// The status of what a path stands for, or nil if there is nothing.
    public func status(of path: String) throws(LinuxIOError) -> FileStatus? {
        guard let place = try Self.place(of: path) else {
            do throws(LinuxIOError) { return try descriptor.status() } catch { throw located(error, path) }
        }
        do throws(LinuxIOError) {
            return try open(place.parent).status(of: place.name)
        } catch  where error.isAbsence {
            return nil
        }
    }

    /// Reads a whole regular file of at most `limit` bytes, or nil if there is none.
    public func readFile(_ path: String, limit: Int) throws(LinuxIOError) -> [UInt8]? {
        do throws(LinuxIOError) {
            let place = try openParent(of: path)
            do throws(LinuxIOError) {
                return try place.directory.openForReading(place.name).readAll(limit: limit)
            } catch {
                throw place.directory.located(error, place.name)
            }
        } catch  where error.isAbsence {
            return nil
        }
    }

    /// Opens a directory by a path of plain components.
    private func open(_ path: String) throws(LinuxIOError) -> DirectoryHandle {
        let relative = path == "/" ? "." : String(Substring(path.utf8.dropFirst()))
        let resolve = UInt64(RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS)
        let result = uninterrupted {
            cl_openat2(descriptor.rawValue, relative, UInt64(O_RDONLY | O_DIRECTORY), 0, resolve)
        }
        // A symbolic link among the parents, or a kernel or filter without the call: one component at a time.
        if [ELOOP, ENOSYS, EPERM, EAGAIN, EACCES].contains(Int32(truncatingIfNeeded: -result)) {
            return try PathWalk(root: descriptor, path: path).open(try Self.components(of: path))
        }
        let number = try checked(result, "openat2", path)
        return DirectoryHandle(owning: FileDescriptor(owning: Int32(number)), path: path)
    }

    private func located(_ error: LinuxIOError, _ path: String) -> LinuxIOError {
        LinuxIOError(code: error.code, call: error.call, path: path, detail: error.detail)
    }
}

extension RootDirectory {
    /// The components of an absolute path; repeated slashes and `.` are dropped, `..` is refused.
    static func components(of path: String) throws(LinuxIOError) -> [String] {
        guard path.utf8.first == UInt8(ascii: "/") else {
            throw LinuxIOError(code: .invalid, call: "openat2", path: path, detail: "not an absolute path")
        }
        var components: [String] = []
        // Split by bytes: a slash with a combining mark after it is still a slash to the kernel.
        for bytes in path.utf8.split(separator: UInt8(ascii: "/")) {
            let part = Substring(bytes)
            if part == "." { continue }
            guard FileName.isValid(String(part)) else {
                let isLong = bytes.count > FileName.lengthMaximum
                throw LinuxIOError(
                    code: isLong ? .nameTooLong : .invalid, call: "openat2", path: path,
                    detail: "'\(part)' is not a file name that may stand in a path")
            }
            components.append(String(part))
        }
        return components
    }

    /// The directory that holds the last component of a path, and that component; nil for the root.
    private static func place(of path: String) throws(LinuxIOError) -> (parent: String, name: String)? {
        if let start = plainNameStart(of: path) {
            let name = path.utf8.index(path.utf8.startIndex, offsetBy: start)
            let parent = start == 1 ? "/" : String(Substring(path.utf8[..<path.utf8.index(before: name)]))
            return (parent, String(Substring(path.utf8[name...])))
        }
        var components = try components(of: path)
        return components.popLast().map { (joined(components), $0) }
    }

    private static func placeBelowRoot(_ path: String) throws(LinuxIOError) -> (parent: String, name: String) {
        guard let place = try place(of: path) else {
            throw LinuxIOError(code: .invalid, call: "openat2", path: path, detail: "the root has no parent")
        }
        return place
    }

    /// Where the last component begins of an absolute path whose components may all stand as they are; nil for any
    /// other path, which `components` takes apart.
    ///
    /// Most paths are of this kind, and every operation on a file begins with one.
    private static func plainNameStart(of path: String) -> Int? {
        // Safety: the bytes are read within the closure only.
        path.utf8.withContiguousStorageIfAvailable { bytes in
            guard bytes.count > 1, bytes[0] == UInt8(ascii: "/") else { return nil }
            var start = 1
            for position in 1...bytes.count where position == bytes.count || bytes[position] == UInt8(ascii: "/") {
                guard FileName.isValid(utf8: bytes[start..<position]) else { return nil }
                if position < bytes.count { start = position + 1 }
            }
            return start
        } ?? nil
    }

    static func joined(_ components: [String]) -> String {
        "/" + components.joined(separator: "/")
    }
}
