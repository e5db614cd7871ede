public import Rego

/// What one repetition of a benchmark measured.
public struct BenchmarkResult: Sendable {
    /// The time of each run in nanoseconds, the shortest first; reading the clock is in it.
    public let samples: [Int]
    /// How long all of them took, in nanoseconds.
    public let elapsed: Int
    /// What one run used up of its limits.
    public let usage: RegoResults.Usage

    init(samples: [Int], elapsed: Int, usage: RegoResults.Usage) {
        self.samples = samples.sorted()
        self.elapsed = elapsed
        self.usage = usage
    }

    /// The mean time of a run.
    public var mean: Double {
        samples.isEmpty ? 0 : samples.reduce(0) { $0 + Double($1) } / Double(samples.count)
    }

    /// The standard deviation of the samples.
    public var standardDeviation: Double {
        guard samples.count > 1 else { return 0 }
        let mean = mean
        let sum = samples.reduce(0.0) { sum, sample in
            let difference = Double(sample) - mean
            return sum + difference * difference
        }
        return (sum / Double(samples.count - 1)).squareRoot()
    }

    /// The time that a part of the runs did not exceed: a measured one, never one between two.
    public func percentile(_ part: Double) -> Int {
        guard let last = samples.last else { return 0 }
        let rank = Int((part * Double(samples.count)).rounded(.up))
        return rank >= samples.count ? last : samples[max(rank, 1) - 1]
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
