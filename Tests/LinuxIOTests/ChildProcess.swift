import Glibc
import LinuxIO

/// A shell that runs a script with a pipe as its standard input, so that a test decides when it goes on.
final class ChildShell {
    let pid: Int32
    private var gate: Int32
    private var isReaped = false

    init(_ script: String) throws {
        let pipe = try Pipe()
        gate = try pipe.writing.duplicate().release()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, pipe.reading.rawValue, 0)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // Safety: the copies end with the array, after the spawn has read them.
        let arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sh"), strdup("-c"), strdup(script), nil]
        defer { for argument in arguments { free(argument) } }
        var pid: Int32 = 0
        let result = posix_spawn(&pid, "/bin/sh", &actions, nil, arguments, environ)
        guard result == 0 else { throw LinuxIOError(code: Errno(rawValue: result), call: "posix_spawn") }
        self.pid = pid
    }

    deinit {
        close(gate)
        if !isReaped { waitpid(pid, nil, 0) }
    }

    /// Lets a `read` of the script return.
    func open() {
        _ = "\n".withCString { Glibc.write(gate, $0, 1) }
    }

    /// Ends the script's input and waits until it is over.
    func wait() {
        close(gate)
        gate = -1
        waitpid(pid, nil, 0)
        isReaped = true
    }
}
