import ControlClient
import Model

/// Follows a pass that was asked for until it is over.
struct PassFollower {
    /// The time before the second question; each further one waits twice as long, up to the longest.
    private static let shortestInterval = Duration.milliseconds(4)
    private static let longestInterval = Duration.milliseconds(128)
    /// How long a daemon that does not answer is waited for: it may be restarting.
    private static let patience = Duration.seconds(15)

    private let client: APIClient
    private let console: Console
    private let format: OutputFormat
    private let clock = ContinuousClock()

    init(_ client: APIClient, _ console: Console, _ format: OutputFormat) {
        self.client = client
        self.console = console
        self.format = format
    }

    /// Waits if that is wanted, shows the result and says how to exit.
    func finish(_ receipt: ReconcileReceipt, _ options: WaitOptions) async throws -> CommandExit {
        guard options.wait else {
            try console.show(receipt, as: format) { "pass \(receipt.pass) was asked for; see 'aetherctl status'" }
            return .fine
        }
        let progress = try await follow(receipt.pass, limit: options.limit)
        guard let result = progress.result else {
            throw CommandFailure("pass \(receipt.pass) is over without a result; see 'aetherctl status'")
        }
        let status = CommandExit(result)
        let sentence = PassText.sentence(progress, result)
        switch format {
        case .table, .wide:
            if status == .error || status == .denied { throw CommandFailure(sentence, status: status) }
            try console.write(sentence.onOneLine)
        case .json, .yaml: try console.show(progress, as: format) { "" }
        }
        return status
    }

    private func follow(_ pass: Int64, limit: Duration?) async throws -> PassProgress {
        let end = limit.map { clock.now.advanced(by: $0) }
        var line = ProgressLine(console)
        var interval = Self.shortestInterval
        var lastAnswer = clock.now
        while true {
            do throws(ControlClientError) {
                let progress = try await client.passProgress(pass)
                lastAnswer = clock.now
                if progress.isOver {
                    try? line.clear()
                    return progress
                }
                try? line.show(PassText.activity(progress))
            } catch {
                guard error.isRetriable, clock.now - lastAnswer < Self.patience else { throw error }
            }
            if let end, clock.now >= end {
                try line.clear()
                throw CommandFailure(
                    "pass \(pass) is not over yet; it goes on: see 'aetherctl status' and 'aetherctl runs'")
            }
            try await clock.sleep(for: interval)
            interval = min(interval * 2, Self.longestInterval)
        }
    }
}
