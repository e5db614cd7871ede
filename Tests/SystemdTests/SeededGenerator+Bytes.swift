import TestSupport

extension SeededGenerator {
    /// Bytes of an alphabet, up to a length.
    mutating func bytes(of alphabet: [UInt8], upTo length: Int) -> [UInt8] {
        (0..<Int.random(in: 0...length, using: &self)).map { _ in
            alphabet.randomElement(using: &self) ?? 0
        }
    }
}
