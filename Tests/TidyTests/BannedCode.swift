/// A piece of code that may not stand anywhere but in some folders.
struct BannedCode: Sendable {
    let code: String
    let rule: RuleName
    let message: String
    /// The paths that it may stand below.
    var exempt: [String] = []

    func findings(in source: SourceText) -> [Finding] {
        guard !exempt.contains(where: { source.path.hasPrefix($0) }) else { return [] }
        return source.occurrences(of: code).map { source.finding(rule, at: $0, message) }
    }
}

private let executables = ["Sources/aetheredged/", "Sources/aetherctl/", "Tests/"]

/// Code that has a better replacement everywhere.
let bannedCode: [BannedCode] = [
    BannedCode(code: "Task.sleep", rule: .blockingCall, message: "wait for an event, or sleep on an injected clock"),
    BannedCode(code: "Thread.sleep", rule: .blockingCall, message: "wait for an event, or sleep on an injected clock"),
    BannedCode(
        code: "usleep", rule: .blockingCall, message: "wait for an event with poll(2), or sleep on an injected clock"),
    BannedCode(
        code: "nanosleep", rule: .blockingCall, message: "wait for an event with poll(2), or sleep on an injected clock"
    ),
    BannedCode(code: "Date()", rule: .clock, message: "take the time from the injected clock"),
    BannedCode(code: "Date.now", rule: .clock, message: "take the time from the injected clock"),
    BannedCode(code: "UUID()", rule: .clock, message: "take the identifier from the injected source"),
    BannedCode(
        code: "DispatchQueue", rule: .dispatch, message: "use a task group, or a named thread for blocking work"),
    BannedCode(
        code: "print(", rule: .output, message: "log a constant message, or throw", exempt: ["Sources/aetherctl/"]),
    BannedCode(
        code: "try!", rule: .trap, message: "handle the error, or trap with a sentence that says why it cannot be"),
    BannedCode(code: "as!", rule: .trap, message: "use 'as?' and handle nil"),
    BannedCode(code: "try? await", rule: .swallowed, message: "catch the error and let CancellationError through"),
    BannedCode(code: "getenv", rule: .environment, message: "decode configuration once in main", exempt: executables),
    BannedCode(
        code: "ProcessInfo.processInfo.environment", rule: .environment, message: "decode configuration once in main",
        exempt: executables),
]

@Sendable func bannedPieces(_ source: SourceText) -> [Finding] {
    bannedCode.flatMap { $0.findings(in: source) }
}
