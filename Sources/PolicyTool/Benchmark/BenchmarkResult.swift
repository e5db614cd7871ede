public import Rego

/// What one repetition of a benchmark measured.
public struct BenchmarkResult: Sendable {
    /// The time of each run in nanoseconds, the shortest first; reading the clock is in it.
    public var samples: [Int] { times.sorted }
    /// How the times are distributed.
    public let times: Samples
    /// How long all of them took, in nanoseconds.
    public let elapsed: Int
    /// What one run used up of its limits.
    public let usage: RegoResults.Usage

    init(samples: [Int], elapsed: Int, usage: RegoResults.Usage) {
        times = Samples(samples)
        self.elapsed = elapsed
        self.usage = usage
    }

    /// How many runs are measured at most.
    private static let sampleMaximum = 10_000_000

    /// Measures one run after the other for a time, after a time in which what is made once is made.
    init(duration: Duration, warmUp: Duration, usage: RegoResults.Usage, _ run: () throws -> Void) rethrows {
        let clock = ContinuousClock()
        let warm = clock.now + warmUp
        while clock.now < warm { try run() }
        var samples: [Int] = []
        let start = clock.now
        var before = start
        while samples.count < Self.sampleMaximum, before - start < duration {
            try run()
            let after = clock.now
            samples.append(Int((after - before) / .nanoseconds(1)))
            before = after
        }
        self.init(samples: samples, elapsed: Int((before - start) / .nanoseconds(1)), usage: usage)
    }

    /// Where the true median lies with 95 % confidence, by the ranks of the samples.
    public var medianInterval: ClosedRange<Int> {
        guard let first = samples.first, let last = samples.last else { return 0...0 }
        let half = Double(samples.count) / 2
        let spread = 1.96 * Double(samples.count).squareRoot() / 2
        let low = Int((half - spread).rounded(.down))
        let high = Int((half + spread).rounded(.up))
        return (low < 0 ? first : samples[low])...(high >= samples.count ? last : samples[high])
    }
}
