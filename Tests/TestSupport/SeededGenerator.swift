/// A random generator whose sequence follows from its seed (SplitMix64), so that a failing test can be run again.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    /// What the sequence follows from; a failing test prints it.
    public let seed: UInt64
    private var state: UInt64

    /// Begins the sequence of a seed.
    public init(seed: UInt64) {
        self.seed = seed
        state = seed
    }

    /// The next number.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Whether something happens that happens `percent` times out of a hundred.
    public mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

    /// A generator for another part of the test, whose sequence does not depend on how far this one is used.
    public mutating func split() -> SeededGenerator { SeededGenerator(seed: next()) }
}
