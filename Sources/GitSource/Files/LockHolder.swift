internal import Glibc
internal import LinuxIO
internal import Synchronization

/// Keeps a lock until it is released.
final class LockHolder: Sendable {
    private let descriptor: Mutex<FileDescriptor?>

    init(_ descriptor: consuming FileDescriptor) {
        self.descriptor = Mutex(descriptor)
    }

    /// Frees the lock at once: closing alone leaves it to a program that is being started meanwhile and still has a
    /// copy of the descriptor.
    func release() {
        descriptor.withLock { descriptor in
            if let number = descriptor?.rawValue { flock(number, LOCK_UN) }
            descriptor = nil
        }
    }
}
