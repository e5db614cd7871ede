/// One thing that the style rules out, where it stands, and what to write instead.
struct Finding: CustomStringConvertible {
    let path: String
    let line: Int
    let rule: RuleName
    let message: String
    /// What a size rule measured.
    var size: Int?

    var description: String { "\(path):\(line): \(rule.rawValue), \(message)" }
}

/// The rules; a raw value is what a failure and an allowance say.
enum RuleName: String, CaseIterable {
    case asyncStream = "unbounded stream"
    case blockingCall = "blocking sleep"
    case cImporter = "importer of a C module"
    case classNotFinal = "class"
    case clock = "clock or identifier"
    case compiled = "uncompiled file"
    case dispatch = "dispatch queue"
    case environment = "environment"
    case extensionFile = "extension file"
    case fileSize = "file size"
    case foundation = "Foundation"
    case functionSize = "function size"
    case importMatrix = "import matrix"
    case kindPage = "kind without a page"
    case lineSize = "line size"
    case logMessage = "log message"
    case moduleName = "module name"
    case moduleReadme = "module without README.md"
    case name = "name"
    case output = "print"
    case placeholder = "TODO"
    case safety = "missing Safety comment"
    case swallowed = "swallowed cancellation"
    case testName = "test name"
    case trap = "trap"
    case unstructured = "unstructured task"
}

/// A rule over one file.
typealias FileRule = @Sendable (SourceText) -> [Finding]

/// Every rule that needs one file only.
let fileRules: [FileRule] = [
    bannedPieces, fileSizes, functionSizes, lineSizes, classesNotFinal, unstructuredTasks, unboundedStreams,
    missingSafetyComments, interpolatedLogMessages, placeholders, bannedNames, extensionFiles, testNames,
]

extension SourceText {
    func finding(_ rule: RuleName, at offset: Int, _ message: String, size: Int? = nil) -> Finding {
        Finding(path: path, line: line(of: offset), rule: rule, message: message, size: size)
    }
}
