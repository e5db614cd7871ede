/// What the simulated host fails at.
package struct SimulatedFault: Sendable {
    /// The path that has the fault, with everything below it.
    package var path: String
    /// The error that calls get.
    package var code: HostError.Code
    /// How many calls pass before the first that fails.
    package var skip: Int
    /// How many calls fail; nil until the fault is cleared.
    package var count: Int?
    /// Whether reading fails too.
    package var affectsReading: Bool

    /// Describes a fault.
    package init(
        path: String, code: HostError.Code, skip: Int = 0, count: Int? = nil, affectsReading: Bool = false
    ) {
        self.path = path
        self.code = code
        self.skip = skip
        self.count = count
        self.affectsReading = affectsReading
    }

    func covers(_ other: String) -> Bool {
        other == path || path == "/"
            || (other.utf8.starts(with: path.utf8) && other.utf8.dropFirst(path.utf8.count).first == 0x2f)
    }

    /// Counts a call on the path and says whether it fails.
    mutating func strikes() -> Bool {
        if skip > 0 {
            skip -= 1
            return false
        }
        guard let left = count else { return true }
        guard left > 0 else { return false }
        count = left - 1
        return true
    }
}
