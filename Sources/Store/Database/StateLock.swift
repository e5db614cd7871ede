import LinuxIO
import Synchronization

/// Keeps a second daemon off the same state; the kernel releases it whatever becomes of the process.
final class StateLock: Sendable {
    private let file: Mutex<FileDescriptor?>

    /// Locks the state beside a database; throws `.unavailable` while another process has it.
    init(path: String) throws(StoreError) {
        let (directory, name) = DatabaseOpening.split(path)
        let isFree: Bool
        do throws(LinuxIOError) {
            let handle = try DirectoryHandle(trustedPath: directory)
            let opened = try handle.openForWriting(name + ".lock", permissions: 0o600)
            isFree = try opened.lockExclusively()
            file = Mutex(opened)
        } catch {
            throw StoreError(file: error, act: "lock the state in '\(directory)'")
        }
        guard isFree else {
            throw StoreError(
                .unavailable, "cannot open '\(path)': another process has it open; stop the other aetheredged first")
        }
    }

    /// Lets another process have the state.
    func release() {
        file.withLock { file in
            // A child that is about to be executed may hold a copy of the descriptor: closing it is not enough.
            try? file?.unlock()
            file = nil
        }
    }
}
