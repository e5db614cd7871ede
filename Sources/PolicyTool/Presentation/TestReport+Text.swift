import FoundationEssentials
import Rego

extension TestReport {
    private static let rule = String(repeating: "-", count: 80) + "\n"

    /// The report for people: what did not pass, or with `isVerbose` every test, and how many there were.
    ///
    /// A test that was measured is a line as Go's benchmarks print it, under Go's name for it with `hasGoNames`.
    public func text(isVerbose: Bool, hasGoNames: Bool = false, hasMemory: Bool = true) -> String {
        var text = ""
        var lastFile = ""
        for result in results where isVerbose || result.outcome != .passed || result.benchmark != nil {
            if let benchmark = result.benchmark {
                let name = "\(result.test.package).\(result.test.name)"
                text += benchmark.line(
                    name: hasGoNames ? BenchmarkResult.name(of: name) : name, hasMemory: hasMemory)
                continue
            }
            let place = result.test.location
            if !lastFile.isEmpty, lastFile != place.file { text += "\n" }
            lastFile = place.file
            text += "\(place.file):\(place.row):\n" + result.line + "\n"
            for inner in result.cases { text += inner.lines(isVerbose: isVerbose, indent: "  ") }
            if !result.output.isEmpty { text += "\n" + Self.indented(result.output) + "\n" }
            if case .broken(let problems) = result.outcome {
                text += "  " + PolicyProblems(problems, isLoading: false).text + "\n"
            }
        }
        if !text.isEmpty { text += Self.rule }
        return text + summary
    }

    /// The line of the first test that did not pass, which takes the place of coverage; nil when all passed.
    public var firstFailure: String? {
        results.first { $0.outcome != .passed && $0.outcome != .planned }?.line
    }

    private var summary: String {
        var counts: [String: Int] = [:]
        for result in results {
            let leaves = result.cases.flatMap(\.leaves)
            if !leaves.isEmpty, result.outcome == .passed || result.outcome == .failed {
                for leaf in leaves { counts[leaf.hasFailed ? "FAIL" : "PASS", default: 0] += 1 }
            } else {
                counts[result.word, default: 0] += 1
            }
        }
        let total = counts.values.reduce(0, +)
        return ["PASS", "FAIL", "SKIPPED", "ERROR"].compactMap { word in
            counts[word].map { "\(word): \($0)/\(total)\n" }
        }.joined()
    }

    private static func indented(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).dropLast(text.hasSuffix("\n") ? 1 : 0)
            .map { "  \($0)\n" }.joined()
    }

    /// The report as JSON.
    public var json: String { ReportNode.array(results.map(\.node)).text + "\n" }
}

extension TestResult {
    fileprivate var word: String {
        switch outcome {
        case .passed: "PASS"
        case .failed: "FAIL"
        case .planned: "SKIPPED"
        case .broken: "ERROR"
        }
    }

    fileprivate var line: String {
        let name = "\(test.package).\(test.name): \(word)"
        return outcome == .planned ? name : name + " (\(duration.goText))"
    }

    fileprivate var node: ReportNode {
        let place: [(key: String, value: ReportNode)] = [
            ("file", .value(RegoValue(test.location.file))), ("row", .value(RegoValue(test.location.row))),
            ("col", .value(RegoValue(test.location.column))),
        ]
        var members: [(key: String, value: ReportNode)] = [
            ("location", .object(place)), ("package", .value(RegoValue(test.package))),
            ("name", .value(RegoValue(test.name))),
        ]
        switch outcome {
        case .passed: break
        case .failed: members.append(("fail", .value(true)))
        case .planned: members.append(("skip", .value(true)))
        case .broken(let problems):
            members.append(("error", problems.count == 1 ? problems[0].node : .array(problems.map(\.node))))
        }
        members.append(("duration", .value(RegoValue(Int(duration / .nanoseconds(1))))))
        if let benchmark {
            members.append(("benchmark_result", benchmark.node(hasMetrics: false, hasMemory: true)))
        }
        // Bytes are in base64, as Go has them.
        if !output.isEmpty { members.append(("output", .value(RegoValue(Data(output.utf8).base64EncodedString())))) }
        if !cases.isEmpty { members.append(("sub_results", TestCase.node(cases))) }
        return .object(members)
    }
}

extension TestCase {
    fileprivate var leaves: [TestCase] { cases.isEmpty ? [self] : cases.flatMap(\.leaves) }

    fileprivate func lines(isVerbose: Bool, indent: String) -> String {
        guard isVerbose || hasFailed else { return "" }
        let own = indent + "\(name): \(hasFailed ? "FAIL" : "PASS")\n"
        return own + cases.map { $0.lines(isVerbose: isVerbose, indent: indent + "  ") }.joined()
    }

    fileprivate static func node(_ cases: [TestCase]) -> ReportNode {
        .object(
            cases.map { item in
                var members: [(key: String, value: ReportNode)] = []
                if !item.cases.isEmpty { members.append(("sub_results", node(item.cases))) }
                members.append(("name", .value(RegoValue(item.name))))
                if item.hasFailed { members.append(("fail", .value(true))) }
                return (item.name, .object(members))
            })
    }
}

extension Duration {
    /// The duration as Go writes it: `1.5ms`.
    var goText: String {
        let nanoseconds = Int(self / .nanoseconds(1))
        let units = [(1_000_000_000, 9, "s"), (1_000_000, 6, "ms"), (1_000, 3, "µs")]
        for (size, digits, name) in units where nanoseconds >= size {
            var fraction = String(nanoseconds % size)
            fraction = String(repeating: "0", count: digits - fraction.count) + fraction
            while fraction.hasSuffix("0") { fraction.removeLast() }
            return "\(nanoseconds / size)" + (fraction.isEmpty ? "" : "." + fraction) + name
        }
        return "\(nanoseconds)ns"
    }
}
