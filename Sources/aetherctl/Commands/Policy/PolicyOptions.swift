import ArgumentParser
import FoundationEssentials
import Rego

/// What every command that loads policies takes.
struct PolicyOptions: ParsableArguments {
    @Flag(name: .customLong("v0-compatible"), help: "Take modules and query as of OPA before 1.0.")
    var isV0 = false

    @Flag(name: .customLong("v1-compatible"), help: "Take modules and query as of OPA 1.0 and later, as without it.")
    var isV1 = false

    @Option(
        name: .long,
        help: ArgumentHelp("Pass over names that match, below what is named.", valueName: "pattern"))
    var ignore: [String] = []

    /// The version of the language.
    var version: RegoVersion { isV0 ? .v0 : .v1 }

    /// The patterns; several may stand in one, with commas between them.
    var patterns: [String] { ignore.flatMap { $0.split(separator: ",").map(String.init) } }

    /// What `opa.runtime` answers.
    static var runtime: RegoObject {
        let environment = ProcessInfo.processInfo.environment.map {
            (key: RegoValue($0.key), value: RegoValue($0.value))
        }
        var runtime = RegoObject()
        runtime.insert("env", .object(RegoObject(environment)))
        runtime.insert("config", .object(RegoObject()))
        return runtime
    }

    /// A duration as Go writes it: `500ms`, `1m30s`.
    static func duration(_ text: String) throws -> Duration {
        let units: [String: Duration] = [
            "ns": .nanoseconds(1), "us": .microseconds(1), "µs": .microseconds(1), "ms": .milliseconds(1),
            "s": .seconds(1), "m": .seconds(60), "h": .seconds(3_600),
        ]
        var total = Duration.zero
        var rest = text[...]
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isNumber || $0 == "." }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { !$0.isNumber && $0 != "." }
            rest = rest.dropFirst(unit.count)
            guard let count = Double(digits), count < 1e9, let one = units[String(unit)] else {
                throw ValidationError("'\(text)' is no duration; write it as 500ms, 10s or 1m30s")
            }
            total += one * count
        }
        guard total > .zero else { throw ValidationError("a time limit is more than 0") }
        return total
    }
}

extension CommandExit {
    /// The code of `opa eval --fail` for a query that is undefined, and of the other commands for an error.
    static let policyFailed = CommandExit.error
    /// The code of `opa eval` for an error, and of `opa test` for a failed test.
    static let policyBroken = CommandExit.differences
}
