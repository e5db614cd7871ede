/// A place in `data` that rules or packages define.
struct RuleNode: Sendable {
    var path: [RegoValue]
    var parent: Int?
    /// The children in the order they were met, with their keys.
    var children: [Int] = []
    var childByKey: [RegoValue: Int] = [:]
    /// The rules whose ground reference is this place, by their indexes.
    var rules: [Int] = []
    /// Whether a package has this path.
    var isPackage = false
    /// The group that gives the document here; set when rules stand here or a node above took them in.
    var group: Int?

    var name: String { RuleNode.format(path) }

    /// The path as a reference: `data.a.b["c d"]`.
    static func format(_ path: [RegoValue]) -> String {
        var text = ""
        for (index, key) in path.enumerated() {
            if case .string(let string) = key {
                let name = string.string
                if index == 0 {
                    text = name
                } else if isIdentifier(name) {
                    text += ".\(name)"
                } else {
                    text += "[\(key.description)]"
                }
            } else {
                text += "[\(key.description)]"
            }
        }
        return text
    }

    static func isIdentifier(_ name: String) -> Bool {
        guard let first = name.utf8.first, Lexer.isLetter(first) else { return false }
        return name.utf8.allSatisfy { Lexer.isLetter($0) || Lexer.isDigit($0) }
    }
}

/// All rules by their place in `data`.
struct RuleTree: Sendable {
    private(set) var nodes: [RuleNode] = [RuleNode(path: ["data"], parent: nil)]

    static let root = 0

    subscript(index: Int) -> RuleNode {
        get { nodes[index] }
        set { nodes[index] = newValue }
    }

    /// The node at a path below `data`, made when it is not there.
    mutating func insert(_ path: some Sequence<RegoValue>) -> Int {
        var current = Self.root
        for key in path {
            if let child = nodes[current].childByKey[key] {
                current = child
                continue
            }
            let child = nodes.count
            nodes.append(RuleNode(path: nodes[current].path + [key], parent: current))
            nodes[current].children.append(child)
            nodes[current].childByKey[key] = child
            current = child
        }
        return current
    }

    /// The node at a path below `data`, if there is one.
    func find(_ path: some Sequence<RegoValue>) -> Int? {
        var current = Self.root
        for key in path {
            guard let child = nodes[current].childByKey[key] else { return nil }
            current = child
        }
        return current
    }

    /// The node and all below it that have rules.
    func rules(below node: Int) -> [Int] {
        var found: [Int] = []
        var waiting = [node]
        while let next = waiting.popLast() {
            found += nodes[next].rules
            waiting += nodes[next].children.reversed()
        }
        return found
    }
}

/// A rule with the module it stands in and its place in `data`.
struct RuleEntry: Sendable {
    var rule: Rule
    var module: Int
    /// The path of the constants that its name starts with, below `data`.
    var prefix: [RegoValue]
    /// What of the name follows the prefix.
    var suffix: [Term]
    var node: Int

    /// Whether the name has a part that is known only in evaluation.
    var isDynamic: Bool { !suffix.isEmpty }
    var isMultiValue: Bool { rule.head.key != nil }
    var isFunction: Bool { rule.head.arguments != nil }
}

extension Term {
    /// The value of a scalar.
    var scalar: RegoValue? {
        switch value {
        case .null: .null
        case .bool(let bool): .bool(bool)
        case .number(let number): .number(number)
        case .string(let string): .string(RegoString(string))
        default: nil
        }
    }
}
