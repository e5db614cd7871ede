internal import LinuxIO

/// Turns an error of the kernel into one that an operator can act on.
struct LinuxFailure {
    let verb: String
    let path: String
    let root: RootDirectory

    func hostError(_ error: LinuxIOError) -> HostError {
        let (code, reason) = explain(error)
        return HostError(code, "cannot \(verb) '\(path)': \(reason)")
    }

    private func explain(_ error: LinuxIOError) -> (HostError.Code, String) {
        switch error.code {
        case .noEntry: (.notFound, "it or a directory on the way does not exist")
        case .notDirectory: (.wrongType, "a name on the way is not a directory")
        case .exists: (.exists, "something is there already")
        case .notEmpty: (.notEmpty, "the directory is not empty")
        case .isDirectory: (.wrongType, "it is a directory")
        case .notRegular: (.wrongType, "it is not a regular file" + detail(error))
        case .untrustedLink, .loop:
            (.unsafePath, "it leads through a symbolic link that others than root can replace" + detail(error))
        case .plantedLink:
            (
                .unsafePath,
                "it is a hard link to a file that has other names, and others than root can make one there; remove it"
            )
        case .unguarded:
            (
                .unsafePath,
                "others than root can exchange files in its directory, so that nothing there is given set-id bits or "
                    + "capabilities in place; declare its content, or protect the directory"
            )
        case .again: (.changed, "another process holds a lease on it; it is tried again")
        case .readOnly:
            (.readOnly, "its file system is mounted read-only; remount it with 'mount -o remount,rw \(mountPoint)'")
        case .notPermitted, .access: (.notPermitted, refusal(error))
        case .noSpace: (.noSpace, "no space or no inodes are left on the file system at '\(mountPoint)'; make room")
        case .quotaExceeded: (.noSpace, "the disk quota at '\(mountPoint)' is used up; make room or raise it")
        case .busy: (.unsafePath, "it is a mount point or in use by the kernel; unmount it first")
        case .crossDevice: (.unsafePath, "it is a mount point, or its directory was moved meanwhile")
        case .stale: (.changed, "it was replaced while it was opened")
        case .fileTooBig, .overflow: (.tooLarge, "it is too large" + detail(error))
        case .nameTooLong: (.tooLarge, "its name or path is too long")
        case .invalid where error.call == "renameat2":
            (.unavailable, "the file system at '\(mountPoint)' cannot exchange names in one step (RENAME_EXCHANGE)")
        case .invalid: (.unsafePath, "it is not a path that can be managed" + detail(error))
        case .notSupported, .noSystemCall:
            (.unavailable, "the file system or kernel does not support it (\(error.call))")
        default: (.inputOutput, "\(error.call) failed: \(error.code)" + detail(error))
        }
    }

    private func detail(_ error: LinuxIOError) -> String { error.detail.map { " (\($0))" } ?? "" }

    /// Why the kernel refused: an attribute of the file or of its directory, else a missing privilege.
    private func refusal(_ error: LinuxIOError) -> String {
        let directory = path.parentPath ?? "/"
        for place in [path, directory] {
            guard let status = try? root.status(of: place) else { continue }
            let shown = place == path ? "it" : "its directory '\(place)'"
            if status.isImmutable { return "\(shown) is immutable; run 'chattr -i \(place)' if it is to be managed" }
            if status.isAppendOnly { return "\(shown) is append-only; run 'chattr -a \(place)' if it is to be managed" }
        }
        return "permission denied (\(error.call)); this needs root, or a security module forbids it"
    }

    /// Where the file system of the path is mounted; the path itself when that cannot be told.
    private var mountPoint: String {
        var place = path
        while true {
            if let status = try? root.status(of: place),
                let mount = try? MountInformation.current().first(where: {
                    $0.id == status.mountID && status.mountID != 0
                })
            {
                return mount.mountPoint
            }
            guard let parent = place.parentPath, parent != place else { return path }
            place = parent
        }
    }
}
