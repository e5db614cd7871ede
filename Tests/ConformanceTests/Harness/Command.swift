import FoundationEssentials
import Glibc
import TestSupport

/// What a program that has ended left.
struct CommandResult: Sendable, CustomStringConvertible {
    let arguments: [String]
    let status: Int32
    let output: String
    let error: String

    var isSuccess: Bool { status == 0 }
    /// Everything, for the message of a test that fails.
    var description: String {
        "\(arguments.joined(separator: " ")) -> \(status)\noutput: \(output)\nerror: \(error)"
    }
}

/// Runs programs in one environment, with their files in one directory.
struct Command: Sendable {
    let directory: String
    var environment: [String: String]

    /// Runs a program to its end; one that takes too long is killed and fails.
    func run(
        _ arguments: [String], input: String? = nil, atMost time: Duration = .seconds(60)
    ) async throws -> CommandResult {
        let (directory, environment) = (directory, environment)
        return try await onOwnThread {
            let stem = directory + "/command-\(UInt64.random(in: 0 ... .max))"
            if let input { try write(input, to: stem + ".in") }
            let child = try ChildProcess.start(
                arguments, environment: environment, input: input == nil ? .null : .file(stem + ".in"),
                output: .file(stem + ".out"), error: .file(stem + ".err"))
            let status = child.wait(atMost: time)
            if status == nil { child.stop(atMost: .zero) }
            return CommandResult(
                arguments: arguments, status: status ?? -1, output: try read(stem + ".out"),
                error: try read(stem + ".err") + (status == nil ? "\n(killed after \(time))" : ""))
        }
    }

    /// Starts a program that goes on, and waits until a line of what it tells holds a text.
    func start(_ arguments: [String], name: String, until text: String) async throws -> ChildProcess {
        let (directory, environment) = (directory, environment)
        return try await onOwnThread {
            let stem = directory + "/" + name
            let child = try ChildProcess.start(
                arguments, environment: environment, output: .file(stem + ".out"), error: .file(stem + ".err"))
            let deadline = ContinuousClock.now + .seconds(30)
            while ContinuousClock.now < deadline {
                if try read(stem + ".out").contains(text) || read(stem + ".err").contains(text) { return child }
                if let status = child.wait(atMost: .milliseconds(5)) {
                    throw ConformanceError("'\(name)' ended with \(status): \(try read(stem + ".err"))")
                }
            }
            child.stop()
            throw ConformanceError("'\(name)' never told '\(text)': \(try read(stem + ".err"))")
        }
    }
}

/// Reads a file; nothing where there is none yet.
func read(_ path: String) throws -> String {
    guard access(path, F_OK) == 0 else { return "" }
    return String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
}

/// Writes a file.
func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: URL(filePath: path))
}
