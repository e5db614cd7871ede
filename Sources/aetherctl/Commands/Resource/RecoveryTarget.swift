import Glibc
import LinuxIO
import Model

/// Where recovered bytes go: standard output, or a file that did not exist.
struct RecoveryTarget: ~Copyable {
    private let console: Console
    private let path: String?
    private let descriptor: FileDescriptor?
    private var hasher = ContentHasher()
    private var isFinished = false

    init(file path: String?, _ console: Console) throws {
        self.console = console
        self.path = path
        guard let path else {
            descriptor = nil
            return
        }
        // The bytes may be anybody's secret: nobody else reads them until their new owner decides so.
        let number = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard number >= 0 else {
            let reason = errno == EEXIST ? "it exists; choose another name" : String(cString: strerror(errno))
            throw CommandFailure("cannot write '\(path)': \(reason)")
        }
        descriptor = FileDescriptor(owning: number)
    }

    deinit {
        if let path, !isFinished { unlink(path) }
    }

    mutating func write(_ bytes: [UInt8]) throws {
        hasher.update(bytes)
        if let path {
            do {
                try descriptor?.writeAll(bytes)
            } catch {
                throw CommandFailure("cannot write '\(path)': \(error)")
            }
            return
        }
        if console.terminal.isOutputTerminal, Self.isBinary(bytes) {
            throw CommandFailure(
                "the bytes are binary and standard output is a terminal; write them with --output FILE")
        }
        try console.write(bytes: bytes)
    }

    /// Checks that the bytes are those that were asked for.
    mutating func finish(expecting content: DeclaredContent) throws {
        let digest = hasher.finish()
        guard digest == content.digest else {
            throw CommandFailure("the daemon sent other bytes than it keeps: \(digest) instead of \(content.digest)")
        }
        do {
            try descriptor?.sync()
        } catch {
            throw CommandFailure("cannot write '\(path ?? "")': \(error)")
        }
        isFinished = true
    }

    /// Whether a terminal would act on the bytes.
    ///
    /// A character that the end of a chunk cuts is no sign of it.
    static func isBinary(_ bytes: [UInt8]) -> Bool {
        bytes.contains { $0 < 0x20 && ![0x09, 0x0A, 0x0D].contains($0) || $0 == 0x7F }
            || (0...3).allSatisfy { String(validating: bytes.dropLast($0), as: UTF8.self) == nil }
    }
}
