public import Rego

/// What came of a run of tests.
public struct TestReport: Sendable {
    /// The tests in the order of their files.
    public let results: [TestResult]
    /// The lines that the tests reached, when that was asked for.
    public internal(set) var coverage: PolicyCoverage?

    /// Whether a test failed, or was not run; with `acceptsPlanned`, those that are only planned do not count.
    public func hasFailed(acceptsPlanned: Bool) -> Bool {
        results.contains { result in
            switch result.outcome {
            case .passed: false
            case .planned: !acceptsPlanned
            case .failed, .broken: true
            }
        }
    }
}

/// What came of one test.
public struct TestResult: Sendable {
    /// What a test can come to.
    public enum Outcome: Sendable, Hashable {
        /// It held.
        case passed
        /// It did not hold.
        case failed
        /// It is to be written, and was not run.
        case planned
        /// It could not be evaluated.
        case broken([PolicyProblem])
    }

    /// The test.
    public let test: RegoTest
    /// What came of it.
    public internal(set) var outcome: Outcome
    /// How long it took.
    public internal(set) var duration = Duration.zero
    /// What it printed.
    public internal(set) var output = ""
    /// What was measured, where that was asked for and the test holds.
    public internal(set) var benchmark: BenchmarkResult?
    /// Its cases, where it has some.
    public internal(set) var cases: [TestCase] = []

    init(_ test: RegoTest) {
        self.test = test
        outcome = test.isPlanned ? .planned : .passed
    }
}

/// One case of a test such as `test_x[case]`.
public struct TestCase: Sendable {
    /// The key.
    public let name: String
    /// The cases below it, for keys that follow each other.
    public private(set) var cases: [TestCase] = []
    private var holds: Bool

    /// The cases that a value says something of: those that are true hold.
    init(name: String, value: RegoValue) {
        self.name = name
        guard case .object(let object) = value else {
            holds = value == true
            return
        }
        holds = true
        cases = object.map { TestCase(name: Self.text($0.key), value: $0.value) }
    }

    /// Whether the case, or one below it, does not hold.
    public var hasFailed: Bool { cases.isEmpty ? !holds : cases.contains(where: \.hasFailed) }

    /// A case that must be there: where it is not, it failed.
    mutating func expect(_ names: RegoValue) {
        guard case .array(let array) = names else { return }
        expect(array.elements.map(Self.text)[...])
    }

    private mutating func expect(_ names: ArraySlice<String>) {
        guard let first = names.first else { return }
        let index =
            cases.firstIndex { $0.name == first }
            ?? {
                let place = cases.firstIndex { first.utf8.lexicographicallyPrecedes($0.name.utf8) } ?? cases.count
                cases.insert(TestCase(name: first, value: false), at: place)
                return place
            }()
        cases[index].expect(names.dropFirst())
    }

    private static func text(_ key: RegoValue) -> String { key.string ?? key.json }
}
