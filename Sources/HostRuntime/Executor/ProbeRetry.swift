/// Tries a probe until it passes or its time is over, a little later each time.
struct ProbeRetry: Sendable {
    /// What became of one try.
    enum Attempt: Sendable, Equatable {
        case passed
        /// It did not pass, for this reason, and may the next time.
        case failed(String)
        /// It cannot pass, for this reason, however often it is tried.
        case hopeless(String)
    }

    /// The first pause: a service that is just being started answers soon.
    let delayInitial = Duration.milliseconds(50)
    /// The longest pause, so that a service that took its time is seen within a second.
    let delayMaximum = Duration.seconds(1)

    /// Why the probe did not pass within the time, as the last try said; nil when it passed.
    ///
    /// `attempt` is given the time that is left; no try begins later.
    func run(
        on clock: some Clock<Duration>, within seconds: Int, _ attempt: (Duration) async -> Attempt
    ) async -> String? {
        let deadline = clock.now.advanced(by: .seconds(seconds))
        var delay = delayInitial
        var tries = 0
        var reason = ""
        while clock.now < deadline {
            tries += 1
            switch await attempt(clock.now.duration(to: deadline)) {
            case .passed: return nil
            case .hopeless(let why): return why
            case .failed(let why): reason = why
            }
            let next = clock.now.advanced(by: delay)
            guard next < deadline else { break }
            do { try await clock.sleep(until: next, tolerance: nil) } catch {
                return "\(reason); then it was cancelled"
            }
            delay = min(delay * 2, delayMaximum)
        }
        return "\(reason); tried \(tries == 1 ? "once" : "\(tries) times") within \(seconds) s"
    }
}
