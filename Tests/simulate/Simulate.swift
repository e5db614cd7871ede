import Glibc
import Simulation
import Synchronization

/// Plays seeds of the simulation: `simulate 1..10000`, `simulate --trace 7`, `simulate --bug planHash 1..1000`.
///
/// Exits 0 when every invariant held in every seed, 1 when one did not, 64 for usage. Progress is on stderr; the
/// summary, and a failing seed as a test, are on stdout.
@main struct Simulate {
    static func main() async throws {
        guard let options = Options(Array(CommandLine.arguments.dropFirst())) else {
            Output.error(
                "usage: simulate [--trace] [--failures N] [--bug undoAfterApply|eventAsTruth|planHash] FIRST..LAST")
            exit(64)
        }
        if options.isTraced { try await trace(options) }
        try await campaign(options)
    }

    /// Prints everything that happens in the first seed.
    private static func trace(_ options: Options) async throws {
        var generator = ScriptGenerator(seed: options.seeds.lowerBound)
        let script = generator.script()
        Output.line("\(script)")
        for line in try await World.play(script, bug: options.bug, keepsTrace: true).trace { Output.line(line) }
    }

    private static func campaign(_ options: Options) async throws {
        let start = ContinuousClock.now
        let count = options.seeds.count
        let result = try await Campaign(
            seeds: options.seeds, bug: options.bug, failureLimit: options.failureLimit
        ).run(
            began: { task, seed in Trap.note(seed, task: task) },
            ended: { played in
                guard played.isMultiple(of: 100) else { return }
                Output.error("\(played) of \(count) seeds, \((ContinuousClock.now - start).components.seconds) s")
            })
        for (seed, violation) in result.failures { Output.error("seed \(seed): \(violation)") }
        for (seed, violation) in result.failures.prefix(1) {
            Output.error("making it smaller")
            var generator = ScriptGenerator(seed: seed)
            var minimiser = Minimiser(generator.script(), invariant: violation.invariant, bug: options.bug)
            let script = try await minimiser.minimised()
            let report = try await World.play(script, bug: options.bug, keepsTrace: options.isTraced)
            for line in report.trace { Output.line(line) }
            Output.line(script.test)
            Output.line("seed \(seed): \(report.violation ?? violation)")
        }
        let seconds = (ContinuousClock.now - start).components.seconds
        Output.line(
            "\(result.seeds) seeds, \(result.calls) calls, \(result.failures.count) failed, \(seconds) s, "
                + "digest \(String(result.digest, radix: 16))")
        exit(result.failures.isEmpty ? 0 : 1)
    }
}

/// What the command line asks for.
private struct Options {
    var seeds: ClosedRange<UInt64>
    var bug: PlantedBug?
    var isTraced = false
    var failureLimit = 1

    init?(_ arguments: [String]) {
        var range: ClosedRange<UInt64>?
        var index = 0
        while index < arguments.count {
            switch arguments[index] {
            case "--trace": isTraced = true
            case "--failures":
                index += 1
                guard index < arguments.count, let limit = Int(arguments[index]), limit > 0 else { return nil }
                failureLimit = limit
            case "--bug":
                index += 1
                guard index < arguments.count, let planted = PlantedBug(rawValue: arguments[index]) else { return nil }
                bug = planted
            default:
                let ends = arguments[index].split(separator: ".").compactMap { UInt64($0) }
                guard let first = ends.first, let last = ends.last, first <= last, ends.count <= 2 else { return nil }
                range = first...last
            }
            index += 1
        }
        guard let range else { return nil }
        seeds = range
    }
}

/// Lines for people.
private enum Output {
    static func line(_ text: String) { write(text + "\n", to: 1) }
    static func error(_ text: String) { write(text + "\n", to: 2) }

    private static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written <= 0 { return }
            bytes = bytes.dropFirst(written)
        }
    }
}

/// Says which seeds were played when the product trapped.
private enum Trap {
    private static let first = Atomic<UInt64>(0)
    private static let second = Atomic<UInt64>(0)

    static func note(_ seed: UInt64, task: Int) {
        if task == 0 { first.store(seed, ordering: .relaxed) } else { second.store(seed, ordering: .relaxed) }
        for number in [SIGILL, SIGTRAP, SIGSEGV] {
            signal(number) { number in
                Output.error(
                    "trapped while seeds \(Trap.first.load(ordering: .relaxed)) and "
                        + "\(Trap.second.load(ordering: .relaxed)) were played")
                signal(number, SIG_DFL)
                raise(number)
            }
        }
    }
}
