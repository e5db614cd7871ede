/// One thing that reads what others wrote.
///
/// A target takes any bytes. It fails by trapping, by taking long, or, in the suite, by throwing; an error that the
/// code under test throws for bad input is caught by the target, for that is what it is for.
struct FuzzTarget: Sendable {
    /// The name, which is also that of the folder of its inputs.
    let name: String
    /// Works on an input.
    let run: @Sendable (_ input: [UInt8]) async throws -> Void

    static let all: [FuzzTarget] = [
        .yaml, .json, .patch, .apply, .selector, .http, .token, .protobuf, .host, .kernel, .unit, .bus, .row,
        .inflate, .audit, .database, .regoLexer, .regoParser, .regoCompiler, .regoEvaluator, .regoBuiltins, .regoRegex,
        .regoValues,
    ]
}

/// What a target found wrong without a trap.
struct FuzzFinding: Error, CustomStringConvertible {
    let description: String

    /// What is told of a finding: the target, what is wrong, and the input, from which it can be made again anywhere.
    static func report(of message: String, in target: FuzzTarget, for input: [UInt8]) -> String {
        let shown = input.prefix(4096).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let rest = input.count > 4096 ? "…" : ""
        return "fuzz: target '\(target.name)' found: \(message)\n"
            + "fuzz: the input has \(input.count) bytes: \(shown)\(rest)"
    }

    /// Throws unless something holds.
    static func require(_ holds: Bool, _ description: @autoclosure () -> String) throws {
        guard holds else { throw FuzzFinding(description: description()) }
    }
}

extension [UInt8] {
    /// The parts between NUL bytes, as text; at least `count` of them.
    func texts(_ count: Int) -> [String] {
        let parts = split(separator: 0, omittingEmptySubsequences: false)
        let texts = parts.map { String(decoding: $0, as: UTF8.self) }
        return texts + Array<String>(repeating: "", count: Swift.max(0, count - texts.count))
    }
}
