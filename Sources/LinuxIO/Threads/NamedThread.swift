internal import CLinux
internal import Glibc

/// One joinable POSIX thread with a name.
final class NamedThread: Sendable {
    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @Sendable @escaping () -> Void) {
            self.name = name
            self.body = body
        }
    }

    private let thread: pthread_t
    private let isJoined: Monitor<Bool>

    init(name: String, stackSize: Int, _ body: @Sendable @escaping () -> Void) throws(LinuxIOError) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        var result = pthread_attr_setstacksize(&attributes, stackSize)
        guard result == 0 else {
            throw LinuxIOError(code: Errno(rawValue: result), call: "pthread_attr_setstacksize", path: name)
        }
        // Retained here and released by the thread; if it does not start, released below.
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        var thread = pthread_t()
        result = pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument else { return nil }
                // Safety: the argument is the retained start of this very thread.
                let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                _ = cl_thread_set_name(NamedThread.shortened(start.name))
                start.body()
                return nil
            }, start.toOpaque())
        guard result == 0 else {
            start.release()
            throw LinuxIOError(code: Errno(rawValue: result), call: "pthread_create", path: name)
        }
        self.thread = thread
        isJoined = Monitor(false)
    }

    deinit {
        if !isJoined.read({ $0 }) { pthread_detach(thread) }
    }

    /// Waits for the thread to end, once; on the thread itself, and after the first time, it returns at once.
    func join() {
        if pthread_equal(thread, pthread_self()) != 0 { return }
        let isFirst = isJoined.change { joined in
            defer { joined = true }
            return !joined
        }
        if isFirst { pthread_join(thread, nil) }
    }

    /// A name as the kernel takes it: 15 bytes, cut at a character.
    static func shortened(_ name: String) -> String {
        var short = ""
        for character in name where short.utf8.count + character.utf8.count <= 15 { short.append(character) }
        return short
    }
}
