public import Rego

/// What files held: modules, and documents merged into one.
public struct PolicySources: Sendable {
    /// The base document.
    public private(set) var documents = RegoObject()
    private var modulesByPath: [String: RegoModule] = [:]
    /// What the files of modules hold, by their paths.
    private(set) var texts: [String: [UInt8]] = [:]

    /// Holds nothing.
    public init() {}

    /// The modules, in order of their files' paths.
    public var modules: [RegoModule] {
        modulesByPath.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map(\.value)
    }

    /// Adds a module; a file that is named twice is one.
    mutating func add(_ module: RegoModule, path: String, bytes: [UInt8]) {
        var key = path[...]
        while key.hasPrefix("/") { key = key.dropFirst() }
        while key.hasSuffix("/") { key = key.dropLast() }
        modulesByPath[String(key)] = module
        texts[String(key)] = bytes
    }

    /// Adds a document below a path of keys.
    mutating func add(_ document: RegoValue, below keys: [String], path: String) throws(PolicyProblem) {
        var value = document
        for key in keys.reversed() { value = .object(RegoObject([(key: RegoValue(key), value: value)])) }
        guard case .object(let object) = value else {
            throw PolicyProblem("\(path): document must be of type object")
        }
        guard let merged = Self.merged(documents, object) else { throw PolicyProblem("\(path): merge error") }
        documents = merged
    }

    /// Both objects in one; nil where both have a value under one key that is not an object in both.
    private static func merged(_ left: RegoObject, _ right: RegoObject) -> RegoObject? {
        if left.isEmpty { return right }
        var result = left
        for (key, value) in right {
            guard let other = left[key] else {
                result.insert(key, value)
                continue
            }
            guard case .object(let first) = other, case .object(let second) = value,
                let both = merged(first, second)
            else { return nil }
            result.insert(key, .object(both))
        }
        return result
    }

    /// The rules that stand where the base document has something already, as `opa eval` refuses them.
    var conflicts: [PolicyProblem] {
        guard !documents.isEmpty else { return [] }
        var found: Set<[String]> = []
        var problems: [PolicyProblem] = []
        for module in modules {
            for head in module.ruleHeads where isTaken(head.path) && found.insert(head.path).inserted {
                let path = head.path.joined(separator: "/")
                problems.append(
                    PolicyProblem(
                        "conflicting rule for data path \(path) found", code: RegoError.Code.compile.rawValue,
                        location: head.location))
            }
        }
        return problems
    }

    private func isTaken(_ path: [String]) -> Bool {
        var value = RegoValue.object(documents)
        for key in path {
            guard case .object(let object) = value else { return true }
            guard let next = object[key] else { return false }
            value = next
        }
        return true
    }
}
