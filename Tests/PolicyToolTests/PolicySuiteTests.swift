import FoundationEssentials
import PolicyTool
import Rego
import RegoTestSupport
import TestSupport
import Testing

@Suite("Conformance by command")
struct PolicySuiteTests {
    @Test(.needsConformanceSuite) func `every case of the suite passes by files and printed JSON`() throws {
        try withTemporaryDirectory("policy-suite") { directory in
            var number = 0
            let run = try ConformanceRun("conformance by command") { item in
                number += 1
                return try Self.rows(of: item, in: "\(directory)/\(number)")
            }
            #expect(run.failures == 0)
            #expect(run.count > 0, "no case has the text of REGO_CASES in its note")
        }
    }

    /// Puts the case into files, and reads what `policy eval --format json` prints for it.
    private static func rows(of item: ConformanceCase, in directory: String) throws -> [RegoValue] {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        for (index, module) in item.modules.enumerated() {
            try Data(module.utf8).write(to: URL(fileURLWithPath: "\(directory)/test-\(index).rego"))
        }
        try Data(item.data.jsonBytes).write(to: URL(fileURLWithPath: "\(directory)/data.json"))
        var query = PolicyQuery(item.query)
        query.failsOnBuiltinErrors = item.isStrict
        let printed = query.report(data: [directory], input: try input(of: item, in: directory)).text(as: .json)
        let report = try RegoValue(json: printed.output)
        if case .array(let errors)? = report["errors"] {
            let lines = errors.map { error in
                let location = error["location"]
                let file = location?["file"]?.string?.split(separator: "/").last.map(String.init) ?? ""
                let place = file.isEmpty ? "" : "\(file):\(location?["row"]?.int ?? 0): "
                return "\(place)\(error["code"]?.string ?? ""): \(error["message"]?.string ?? "")"
            }
            throw ConformanceFailure(
                codes: errors.compactMap { $0["code"]?.string }, text: lines.joined(separator: "; "))
        }
        guard case .array(let rows)? = report["result"] else { return [] }
        return rows.map { $0["bindings"] ?? .object(RegoObject()) }
    }

    /// The input as its file holds it; a term that is no JSON cannot come from a file.
    private static func input(of item: ConformanceCase, in directory: String) throws -> RegoValue? {
        guard let input = try item.inputDocument() else { return nil }
        guard input == input.jsonValue else { return input }
        // Not below the directory: there it would be a document.
        let path = directory + ".input"
        try Data(input.jsonBytes).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try PolicyLoader.input(at: path)
    }
}
