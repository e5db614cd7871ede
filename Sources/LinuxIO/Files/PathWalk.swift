internal import CLinux
internal import Glibc

/// Opens a directory one component at a time, and judges every symbolic link on the way.
///
/// A link is followed only if each directory above it, up to the root of the tree, and the one that holds it are owned
/// by root or by this user and writable by no one else: then nobody else can have made it or can exchange it meanwhile.
final class PathWalk {
    private static let linksMaximum = 40
    private static let targetMaximum = 4_096
    private static let depthMaximum = 1_024

    private struct Step {
        let number: Int32
        let isTrusted: Bool
    }

    private let root: Int32
    private let path: String
    private let user: UInt32
    private let isRootTrusted: Bool
    private var steps: [Step] = []

    init(root: borrowing FileDescriptor, path: String) throws(LinuxIOError) {
        self.root = root.rawValue
        self.path = path
        user = UInt32(cl_effective_uid())
        isRootTrusted = try root.status().isGuarded(for: user)
    }

    deinit {
        for step in steps { _ = cl_close(step.number) }
    }

    /// Walks the components and opens what they end in.
    func open(_ components: [String]) throws(LinuxIOError) -> DirectoryHandle {
        var pending = Array(components.reversed())
        var linkCount = 0
        while let component = pending.popLast() {
            if component == ".." {
                // Only the target of a trusted link has these; above the root of the tree is the root.
                if let step = steps.popLast() { _ = cl_close(step.number) }
                continue
            }
            guard let target = try enter(component) else { continue }
            linkCount += 1
            guard linkCount <= Self.linksMaximum else { throw failure(.loop, "too many symbolic links") }
            if target.first == UInt8(ascii: "/") { leaveAll() }
            for part in target.split(separator: UInt8(ascii: "/")).reversed() where part != [0x2e] {
                guard let text = String(validating: part, as: UTF8.self) else {
                    throw failure(.invalid, "a symbolic link on the way leads to a name that is not UTF-8")
                }
                pending.append(text)
            }
            guard pending.count <= Self.depthMaximum else { throw failure(.nameTooLong, nil) }
        }
        return try reopened()
    }

    /// Whether nobody but root and this user can exchange anything in or above the directory that was walked to.
    var isTrusted: Bool { isCurrentTrusted }

    /// Enters a directory, or returns the target of the link that stands in its place.
    private func enter(_ component: String) throws(LinuxIOError) -> [UInt8]? {
        let flags = CL_O_PATH | Int32(O_NOFOLLOW)
        let result = uninterrupted { cl_openat(current, component, flags, 0) }
        let found = FileDescriptor(owning: Int32(try checked(result, "openat", path)))
        let status = try found.status()
        switch status.type {
        case .directory:
            guard steps.count < Self.depthMaximum else { throw failure(.nameTooLong, nil) }
            let isTrusted = isCurrentTrusted && status.isGuarded(for: user)
            steps.append(Step(number: found.release(), isTrusted: isTrusted))
            return nil
        case .symbolicLink:
            guard isCurrentTrusted else {
                throw failure(
                    .untrustedLink, "'\(component)' is a symbolic link where others than root can put one")
            }
            return try target(of: found)
        default:
            throw failure(.notDirectory, nil)
        }
    }

    private func target(of link: borrowing FileDescriptor) throws(LinuxIOError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Self.targetMaximum)
        let count = bytes.withUnsafeMutableBufferPointer { buffer in
            // Safety: the target is written within the array, whose length goes along.
            buffer.withMemoryRebound(to: CChar.self) { cl_readlinkat(link.rawValue, "", $0.baseAddress, $0.count) }
        }
        try checked(count, "readlinkat", path)
        guard count < Self.targetMaximum else { throw failure(.nameTooLong, nil) }
        return Array(bytes[..<count])
    }

    private func reopened() throws(LinuxIOError) -> DirectoryHandle {
        let flags = Int32(O_RDONLY | O_DIRECTORY)
        var result = uninterrupted { cl_openat(current, ".", flags, 0) }
        if result == -Int(EACCES) {
            // Searchable but not readable: names can be operated on, not listed.
            result = uninterrupted { cl_openat(current, ".", CL_O_PATH | Int32(O_DIRECTORY), 0) }
        }
        let number = try checked(result, "openat", path)
        return DirectoryHandle(owning: FileDescriptor(owning: Int32(number)), path: path)
    }

    private var current: Int32 { steps.last?.number ?? root }
    private var isCurrentTrusted: Bool { steps.last?.isTrusted ?? isRootTrusted }

    private func leaveAll() {
        for step in steps { _ = cl_close(step.number) }
        steps.removeAll()
    }

    private func failure(_ code: Errno, _ detail: String?) -> LinuxIOError {
        LinuxIOError(code: code, call: "openat", path: path, detail: detail)
    }
}
