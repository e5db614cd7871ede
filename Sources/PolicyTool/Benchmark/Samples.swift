/// Times that were measured, and how they are distributed.
public struct Samples: Sendable, Hashable {
    /// The times in nanoseconds, the shortest first.
    public let sorted: [Int]

    init(_ values: [Int]) { sorted = values.sorted() }

    /// The mean.
    public var mean: Double {
        sorted.isEmpty ? 0 : sorted.reduce(0) { $0 + Double($1) } / Double(sorted.count)
    }

    /// The standard deviation.
    public var standardDeviation: Double {
        guard sorted.count > 1 else { return 0 }
        let mean = mean
        let sum = sorted.reduce(0.0) { sum, sample in
            let difference = Double(sample) - mean
            return sum + difference * difference
        }
        return (sum / Double(sorted.count - 1)).squareRoot()
    }

    /// The time that a part of them did not exceed: a measured one, never one between two.
    public func percentile(_ part: Double) -> Int {
        guard let last = sorted.last else { return 0 }
        let rank = Int((part * Double(sorted.count)).rounded(.up))
        return rank >= sorted.count ? last : sorted[max(rank, 1) - 1]
    }

    /// The distribution under the names of OPA's histograms.
    var statistics: [(name: String, value: Int)] {
        [
            ("count", sorted.count), ("min", sorted.first ?? 0), ("max", sorted.last ?? 0),
            ("mean", Int(mean.rounded())), ("stddev", Int(standardDeviation.rounded())), ("median", percentile(0.5)),
            ("75%", percentile(0.75)), ("90%", percentile(0.9)), ("95%", percentile(0.95)), ("99%", percentile(0.99)),
            ("99.9%", percentile(0.999)), ("99.99%", percentile(0.9999)),
        ]
    }
}
