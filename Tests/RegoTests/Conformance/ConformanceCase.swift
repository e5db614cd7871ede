import Glibc
import Rego

/// One case of OPA's conformance suite.
struct ConformanceCase {
    let note: String
    let category: String
    let modules: [String]
    let data: RegoValue
    let input: RegoValue?
    let inputTerm: String?
    let query: String
    let wantResult: [RegoValue]?
    let wantErrorCode: String?
    let wantError: String?
    let sortsBindings: Bool
    let isStrict: Bool

    init(_ value: RegoValue) {
        func text(_ key: RegoValue) -> String? { value[key]?.string }
        func list(_ key: RegoValue) -> [RegoValue]? {
            guard case .array(let array)? = value[key] else { return nil }
            return Array(array)
        }
        note = text("note") ?? ""
        category = text("category") ?? ""
        modules = (list("modules") ?? []).compactMap(\.string)
        data = value["data"] ?? .object(RegoObject())
        input = value["input"]
        inputTerm = text("input_term")
        query = text("query") ?? ""
        wantResult = list("want_result")
        wantErrorCode = text("want_error_code")
        wantError = text("want_error")
        sortsBindings = value["sort_bindings"] == true
        isStrict = value["strict_error"] == true
    }

    /// The file of the suite: the one that REGO_CONFORMANCE names, else `shared/data/rego/conformance.json` beside the
    /// checkout or in `/work`; nil where there is none.
    static let path: String? = {
        if let named = getenv("REGO_CONFORMANCE") { return String(cString: named) }
        let root = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        // A checkout that is reached by a link has other neighbours than its files.
        let roots = [root] + (realpath(root, nil).map { [String(cString: $0)] } ?? [])
        return (roots.map { $0 + "/../shared" } + ["/work/shared"]).map { $0 + "/data/rego/conformance.json" }
            .first { access($0, R_OK) == 0 }
    }()

    /// Whether the suite must be there: CI takes no skipped suite for a passed one.
    static let isExpected = path != nil || getenv("AETHEREDGE_LAB").map { String(cString: $0) == "required" } ?? false

    /// All cases of the suite; nil where its file cannot be read.
    static func all() throws -> [ConformanceCase]? {
        guard let path, let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        guard case .array(let list) = try RegoValue(json: bytes) else { return nil }
        return list.map(ConformanceCase.init)
    }

    /// Why the case fails, or nil when it passes.
    func failure() -> String? {
        do {
            let rows = try run()
            if let wantErrorCode { return "no error, wanted \(wantErrorCode); got \(rows)" }
            if let wantError { return "no error, wanted '\(wantError)'; got \(rows)" }
            guard let wantResult else { return nil }
            let wanted = wantResult.map(canonical).sorted()
            let got = rows.map(canonical).sorted()
            return wanted == got ? nil : "wanted \(wanted), got \(got)"
        } catch {
            let all = (error as? RegoErrors)?.errors ?? (error as? RegoError).map { [$0] } ?? []
            let text = all.isEmpty ? "\(error)" : all.map(\.description).joined(separator: "; ")
            guard wantErrorCode != nil || wantError != nil else { return "error: \(text)" }
            if let wantErrorCode, !all.contains(where: { $0.code.rawValue == wantErrorCode }) {
                return "wanted \(wantErrorCode), got error: \(text)"
            }
            if let wantError, !text.contains(wantError) { return "wanted '\(wantError)', got error: \(text)" }
            return nil
        }
    }

    private func run() throws -> [RegoValue] {
        var parsed: [RegoModule] = []
        for (index, module) in modules.enumerated() {
            parsed.append(try RegoModule(parsing: module, name: "test-\(index).rego"))
        }
        let engine = try RegoEngine(modules: parsed, data: data)
        var input = input
        if let inputTerm {
            input = try RegoEngine(modules: []).prepare("x = \(inputTerm)").evaluate().rows.first?.bindings["x"]
        }
        var world = BuiltinContext.World()
        world.lookup = { name in name == "localhost" ? ["127.0.0.1", "::1"] : [name] }
        // A fixed time, at which the certificates of the suite are valid.
        let options = EvaluationOptions(
            limits: EvaluationOptions.Limits(steps: 20_000_000), isStrict: isStrict, now: 1_750_000_000_000_000_000,
            seed: 7, world: world)
        let results = try engine.prepare(query).evaluate(input: input, options: options)
        return results.rows.map { row in
            .object(RegoObject(row.bindings.map { (key: RegoValue($0.key), value: $0.value.jsonValue) }))
        }
    }

    /// A row with the arrays that stood for sets in one order.
    private func canonical(_ row: RegoValue) -> RegoValue {
        guard sortsBindings, case .object(let object) = row else { return row }
        return .object(
            RegoObject(
                object.map { entry in
                    guard case .array(let array) = entry.value else { return (key: entry.key, value: entry.value) }
                    return (key: entry.key, value: .array(RegoArray(array.sorted())))
                }))
    }
}
