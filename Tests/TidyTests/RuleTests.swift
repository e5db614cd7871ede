import Testing

/// Each rule with what it must find and what it must leave alone.
@Suite("file rules")
struct RuleTests {
    private func findings(_ text: String, path: String = "Sources/Store/A.swift") -> [RuleName] {
        let source = SourceText(path: path, text)
        return fileRules.flatMap { $0(source) }.map(\.rule)
    }

    @Test(arguments: [
        ("let a = try! f()", RuleName.trap),
        ("let a = b as! C", .trap),
        ("print(a)", .output),
        ("let a = Date()", .clock),
        ("let a = Date.now", .clock),
        ("let a = UUID().uuidString", .clock),
        ("try await Task.sleep(for: .seconds(1))", .blockingCall),
        ("usleep(10)", .blockingCall),
        ("DispatchQueue.main", .dispatch),
        ("try? await f()", .swallowed),
        ("getenv(\"A\")", .environment),
        ("Task { await f() }", .unstructured),
        ("Task<Void, Never> { await f() }", .unstructured),
        ("Task(priority: .high) { await f() }", .unstructured),
        ("let t = Task.detached { }", .unstructured),
        ("let s = AsyncStream { c in c.finish() }", .asyncStream),
        ("let s = AsyncStream<Int> { c in c.finish() }", .asyncStream),
        ("let (s, c) = AsyncStream.makeStream(of: Int.self)", .asyncStream),
        ("let s = AsyncThrowingStream<Int, any Error>(Int.self) { c in }", .asyncStream),
        ("let (s, c) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .unbounded)", .asyncStream),
        ("class A {}", .classNotFinal),
        ("public class A {}", .classNotFinal),
        ("open class A {}", .classNotFinal),
        ("struct A: @unchecked Sendable {}", .safety),
        ("nonisolated(unsafe) var a = 1", .safety),
        ("let p: UnsafePointer<Int>", .safety),
        ("logger.info(\"fetched \\(name)\")", .logMessage),
        ("self.logger.log(level: .info, \"fetched \\(name)\", metadata: [:])", .logMessage),
        ("// TODO: later", .placeholder),
        ("// FIXME now", .placeholder),
        ("struct StoreUtils {}", .name),
        ("final class QueueManager {}", .name),
        ("enum StoreImpl {}", .name),
        ("func getName() -> String { name }", .name),
        ("@Test func adds() {}", .testName),
    ])
    func `a bad line is found`(line: String, rule: RuleName) {
        #expect(findings(line) == [rule])
    }

    @Test(arguments: [
        "let a = \"try! print( Task { Date()\"  // try! as! print(x)",
        "let task: Task<Void, Never>",
        "func start() -> Task<Void, Never> { task }",
        "let a = Date(timeIntervalSince1970: 0)",
        "sprint(a); blueprint(b); tryPrint(c)",
        "func hints() -> AsyncStream<Hint> { stream }",
        "let hints: AsyncStream<Hint>",
        "let (s, c) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))",
        "let s = AsyncStream(Int.self, bufferingPolicy: .bufferingOldest(1)) { c in }",
        "let s = AsyncStream(unfolding: { await next() })",
        "public final class A {}",
        "final public class A {}",
        "protocol P: class {}",
        "static func x() {}; class func y() {}",
        "// Safety: confined to the bus thread.\nstruct A: @unchecked Sendable {}",
        "// Safety: lives during the call.\n\n\n\n\nlet p: UnsafePointer<Int>\n\n\nlet q: UnsafePointer<Int>",
        "final class A: @unchecked Sendable {\n// Safety: all is behind the lock.\nvar a = 1 }",
        "withUnsafeBytes(of: a) { f($0) }",
        "logger.info(\"fetched\", metadata: [\"name\": \"\\(name)\"])",
        "errors.error(\"\\(name)\")",
        "// TODO(#12): raise the bound",
        "struct SystemManager {}",
        "func get() {}; func target() {}; let base64: Base64",
        "@Test(arguments: [1]) func `adds one`(n: Int) {}",
    ])
    func `a good line is left alone`(line: String) {
        #expect(findings(line) == [])
    }

    @Test func `print and the environment are for executables`() {
        #expect(findings("print(a)", path: "Sources/aetherctl/A.swift") == [])
        #expect(findings("getenv(a)", path: "Sources/aetheredged/A.swift") == [])
        #expect(findings("print(a)", path: "Tests/StoreTests/A.swift") == [.output])
    }

    @Test func `a Safety comment covers what is close below it, and the function that it stands in`() {
        #expect(findings("// Safety: x.\n\n\n\n\n\n\nlet p: UnsafePointer<Int>") == [.safety])
        let function =
            "func f(\na: UnsafePointer<Int>\n) {\n// Safety: x.\n\n\n\n\n\n\n\nlet p: UnsafePointer<Int>\n}\n"
        #expect(findings(function) == [])
        #expect(findings(function + "\n\n\n\n\n\nlet p: UnsafePointer<Int>") == [.safety])
    }

    @Test func `sizes are found one past their maximum and not at it`() {
        let lines = { (count: Int) in String(repeating: "a\n", count: count) }
        #expect(findings(lines(fileLinesMaximum)) == [])
        #expect(findings(lines(fileLinesMaximum + 1)) == [.fileSize])

        let wide = { (count: Int) in String(repeating: "é", count: count) }
        #expect(findings(wide(lineCharactersMaximum)) == [])
        #expect(findings("a\n" + wide(lineCharactersMaximum + 1)) == [.lineSize])

        let function = { (count: Int) in
            "func f(a: () -> Int) async throws\n    -> [A]\nwhere B: C {\n" + lines(count - 4) + "}\n"
        }
        #expect(findings(function(functionLinesMaximum)) == [])
        #expect(findings(function(functionLinesMaximum + 1)) == [.functionSize])
        #expect(findings("init?(a: Int) {\n" + lines(functionLinesMaximum) + "}") == [.functionSize])
    }

    @Test func `a requirement of a protocol and a call of init have no body`() {
        let body = "{\n" + String(repeating: "a\n", count: 80) + "}\n"
        #expect(findings("protocol P {\nfunc f() async throws -> A\n}\nstruct S " + body) == [])
        #expect(findings("let a = A.init(b)\nlet c = D " + body) == [])
    }

    @Test func `names of files are looked at too`() {
        #expect(findings("", path: "Sources/Store/StringUtils.swift") == [.name])
        #expect(findings("", path: "Sources/Store/Row+Helpers.swift") == [.name, .extensionFile])
        #expect(findings("extension Row {}", path: "Sources/Store/Row+Watch.swift") == [])
        #expect(findings("extension Model.Row {}", path: "Sources/Store/Row+Watch.swift") == [])
        #expect(findings("extension Rows {}", path: "Sources/Store/Row+Watch.swift") == [.extensionFile])
    }

    @Test func `a finding names its line`() {
        let source = SourceText(path: "Sources/Store/A.swift", "a\n/*\n*/ b\nlet c = try! d\n")
        let lines = fileRules.flatMap { $0(source) }.map(\.description)
        #expect(
            lines == [
                "Sources/Store/A.swift:4: trap, handle the error, or trap with a sentence that says why it cannot be"
            ])
    }

    @Test func `an allowance covers what it measured, and has to follow when that shrinks`() {
        let finding = { (size: Int) in Finding(path: "a", line: 1, rule: .fileSize, message: "", size: size) }
        let allowance = Allowance(path: "a", rule: .fileSize, limit: 500, reason: "a table")
        #expect(remaining([finding(500)], after: [allowance]).isEmpty)
        #expect(remaining([finding(501)], after: [allowance]).map(\.size) == [501])
        #expect(remaining([finding(450)], after: [allowance]).map(\.message) == ["lower its allowance to 450"])
        #expect(remaining([], after: [allowance]).map(\.message) == ["its allowance is not needed; remove it"])
        let other = Finding(path: "b", line: 1, rule: .fileSize, message: "", size: 450)
        #expect(remaining([finding(500), other], after: [allowance]).map(\.path) == ["b"])
    }
}
