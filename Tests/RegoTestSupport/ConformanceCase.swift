import Glibc
public import Rego

/// One case of OPA's conformance suite.
public struct ConformanceCase: Sendable {
    /// Its name.
    public let note: String
    /// The part of the language that it is about.
    public let category: String
    /// The modules.
    public let modules: [String]
    /// The base document.
    public let data: RegoValue
    /// The input document.
    public let input: RegoValue?
    /// The input document as a term, where it is no JSON.
    public let inputTerm: String?
    /// The query.
    public let query: String
    /// The bindings of the query.
    public let wantResult: [RegoValue]?
    /// The code of the error that is wanted.
    public let wantErrorCode: String?
    /// A part of the text of the error that is wanted.
    public let wantError: String?
    /// Whether arrays are sets, in any order.
    public let sortsBindings: Bool
    /// Whether the failure of a built-in is an error.
    public let isStrict: Bool

    /// Reads a case of the file.
    public init(_ value: RegoValue) {
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
    public static let path: String? = {
        if let named = getenv("REGO_CONFORMANCE") { return String(cString: named) }
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        // A checkout that is reached by a link has other neighbours than its files.
        let roots = [root] + (realpath(root, nil).map { [String(cString: $0)] } ?? [])
        return (roots.map { $0 + "/../shared" } + ["/work/shared"]).map { $0 + "/data/rego/conformance.json" }
            .first { access($0, R_OK) == 0 }
    }()

    /// Whether the suite must be there: CI takes no skipped suite for a passed one.
    public static let isExpected =
        path != nil || getenv("AETHEREDGE_LAB").map { String(cString: $0) == "required" } ?? false

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

    /// The texts of all modules of the suite.
    public static func moduleTexts() throws -> [String] { try all()?.flatMap(\.modules) ?? [] }

    /// Why the case fails when it runs this way, or nil when it passes; a row is the bindings of one solution.
    public func failure(_ run: (ConformanceCase) throws -> [RegoValue]) -> String? {
        do {
            let rows = try run(self)
            if let wantErrorCode { return "no error, wanted \(wantErrorCode); got \(rows)" }
            if let wantError { return "no error, wanted '\(wantError)'; got \(rows)" }
            guard let wantResult else { return nil }
            let wanted = wantResult.map(canonical).sorted()
            let got = rows.map(canonical).sorted()
            return wanted == got ? nil : "wanted \(wanted), got \(got)"
        } catch {
            let failure = ConformanceFailure(error)
            guard wantErrorCode != nil || wantError != nil else { return "error: \(failure.text)" }
            if let wantErrorCode, !failure.codes.contains(wantErrorCode) {
                return "wanted \(wantErrorCode), got error: \(failure.text)"
            }
            if let wantError, !failure.text.contains(wantError) {
                return "wanted '\(wantError)', got error: \(failure.text)"
            }
            return nil
        }
    }

    /// The input, which a term may give.
    public func inputDocument() throws -> RegoValue? {
        guard let inputTerm else { return input }
        return try RegoEngine(modules: []).prepare("x = \(inputTerm)").evaluate().rows.first?.bindings["x"]
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

/// The error that a case ended with.
public struct ConformanceFailure: Error {
    let codes: [String]
    let text: String

    /// An error with these codes.
    public init(codes: [String], text: String) {
        self.codes = codes
        self.text = text
    }

    init(_ error: any Error) {
        if let failure = error as? ConformanceFailure {
            self = failure
            return
        }
        let all = (error as? RegoErrors)?.errors ?? (error as? RegoError).map { [$0] } ?? []
        codes = all.map(\.code.rawValue)
        text = all.isEmpty ? "\(error)" : all.map(\.description).joined(separator: "; ")
    }
}
