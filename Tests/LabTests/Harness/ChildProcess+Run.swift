import Glibc
import TestSupport

/// How much a command may write before it is stopped.
private let outputLimit = 256 << 20

extension ChildProcess {
    /// Runs a command to its end, feeding it `input`, and throws when it has not ended after `timeout`.
    static func run(
        _ arguments: [String], environment: [String: String] = labEnvironment, input: [UInt8] = [], timeout: Duration
    ) async throws -> CommandResult {
        try await onOwnThread {
            try runBlocking(arguments, environment: environment, input: input, timeout: timeout)
        }
    }

    private static func runBlocking(
        _ arguments: [String], environment: [String: String], input: [UInt8], timeout: Duration
    ) throws -> CommandResult {
        let deadline = ContinuousClock.now + timeout
        let stdin = try ChildPipe()
        let stdout = try ChildPipe()
        let stderr = try ChildPipe()
        let child = try start(
            arguments, environment: environment, input: .descriptor(stdin.reading),
            output: .descriptor(stdout.writing), error: .descriptor(stderr.writing))
        stdin.reading.close()
        stdout.writing.close()
        stderr.writing.close()

        var streams = Streams(input: input, stdin: stdin.writing, stdout: stdout.reading, stderr: stderr.reading)
        var status: Int32?
        while status == nil {
            // Output ends with the process unless a descendant keeps it open, so both are watched.
            streams.exchange(milliseconds: streams.isOpen ? 20 : 2)
            status = child.pollStatus()
            let isTooMuch = streams.output.count + streams.errors.count > outputLimit
            if status == nil, isTooMuch || ContinuousClock.now > deadline {
                child.killGroup()
                _ = child.wait(until: .now + .seconds(5))
                streams.exchange(milliseconds: 0)
                let reason = isTooMuch ? "wrote more than \(outputLimit) bytes" : "did not end within \(timeout)"
                let partial = CommandResult(
                    command: arguments.joined(separator: " "), status: -1,
                    standardOutput: streams.output, standardError: streams.errors)
                throw LabError("a command \(reason): \(partial)")
            }
        }
        while streams.exchange(milliseconds: 0) {}
        return CommandResult(
            command: arguments.joined(separator: " "), status: status ?? -1,
            standardOutput: streams.output, standardError: streams.errors)
    }
}

/// The parent's ends of a child's standard streams.
private struct Streams {
    var input: [UInt8]
    var written = 0
    var output: [UInt8] = []
    var errors: [UInt8] = []
    let stdin: OwnedDescriptor
    let stdout: OwnedDescriptor
    let stderr: OwnedDescriptor

    init(input: [UInt8], stdin: OwnedDescriptor, stdout: OwnedDescriptor, stderr: OwnedDescriptor) {
        self.input = input
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr
        for descriptor in [stdin, stdout, stderr] { descriptor.makeNonBlocking() }
        if input.isEmpty { stdin.close() }
    }

    var isOpen: Bool { stdin.isOpen || stdout.isOpen || stderr.isOpen }

    /// Moves what can be moved now; false when nothing was.
    @discardableResult
    mutating func exchange(milliseconds: Int32) -> Bool {
        var polled = [
            pollfd(fd: stdin.number, events: Int16(POLLOUT), revents: 0),
            pollfd(fd: stdout.number, events: Int16(POLLIN), revents: 0),
            pollfd(fd: stderr.number, events: Int16(POLLIN), revents: 0),
        ]
        guard poll(&polled, 3, milliseconds) > 0 else { return false }
        var hasMoved = false
        if polled[0].revents != 0 { hasMoved = feed() || hasMoved }
        if polled[1].revents != 0 { hasMoved = stdout.drain(into: &output) || hasMoved }
        if polled[2].revents != 0 { hasMoved = stderr.drain(into: &errors) || hasMoved }
        return hasMoved
    }

    private mutating func feed() -> Bool {
        let count = input[written...].withUnsafeBytes { write(stdin.number, $0.baseAddress, $0.count) }
        if count > 0 { written += count }
        let isRefused = count < 0 && errno != EAGAIN && errno != EINTR
        if isRefused || written == input.count { stdin.close() }
        return count > 0
    }
}
