public import Rego

/// A parsed module as `opa parse` prints it.
public struct SyntaxTree: Sendable {
    private let module: RegoModule

    /// The tree of a module.
    public init(_ module: RegoModule) { self.module = module }

    /// Whether each node of the JSON says where it stands.
    public var hasLocations = false
    /// Whether comments are part of the tree.
    public var hasComments = true

    /// Takes what `opa parse --json-include` takes: names of elements with commas between them, those that are left out
    /// with a minus sign.
    public mutating func include(_ elements: String) {
        for element in elements.split(separator: ",") {
            let isIncluded = !element.hasPrefix("-")
            if element.hasSuffix("locations") { hasLocations = isIncluded }
            if element.hasSuffix("comments") { hasComments = isIncluded }
        }
    }

    /// The tree as JSON.
    public var json: String {
        module.value(hasLocations: hasLocations, hasComments: hasComments).json(indent: "  ") + "\n"
    }

    /// The tree for people: a node on a line, indented below the one it belongs to.
    public var text: String {
        var printer = TreePrinter()
        printer.module(module.value, commentCount: hasComments ? module.commentLines.count : 0)
        return printer.output
    }
}

/// Prints nodes of the tree, each below the one that it is part of.
private struct TreePrinter {
    var output = ""
    private var depth = 0

    private mutating func line(_ text: String, _ inner: (inout TreePrinter) -> Void = { _ in }) {
        output += String(repeating: " ", count: depth) + text + "\n"
        depth += 1
        inner(&self)
        depth -= 1
    }

    mutating func module(_ value: RegoValue, commentCount: Int) {
        line("module") { printer in
            printer.line("package") { $0.ref(value["package"]?["path"]) }
            for declaration in value["imports"].elements {
                printer.line("import") { printer in
                    printer.term(declaration["path"])
                    printer.line(declaration["alias"]?.string ?? "")
                }
            }
            for rule in value["rules"].elements { printer.rule(rule) }
            for _ in value["annotations"].elements { printer.line("annotations") }
            for _ in 0..<commentCount { printer.line("comment") }
        }
    }

    private mutating func rule(_ value: RegoValue) {
        line("rule") { printer in
            printer.line("head") { printer in
                let head = value["head"]
                printer.ref(head?["ref"])
                let arguments = head?["args"].elements ?? []
                if !arguments.isEmpty { printer.line("args") { printer in arguments.forEach { printer.term($0) } } }
                printer.term(head?["value"])
            }
            printer.body(value["body"])
            if let branch = value["else"] { printer.rule(branch) }
        }
    }

    private mutating func body(_ value: RegoValue?) {
        line("body") { printer in
            for expression in value.elements { printer.expression(expression) }
        }
    }

    private mutating func expression(_ value: RegoValue) {
        let sign = value["negated"] == true ? "negated " : ""
        line("expr \(sign)index=\(value["index"]?.int ?? 0)") { printer in
            switch value["terms"] {
            case .array(let terms)?:
                for term in terms { printer.term(term) }
            case let terms? where terms["symbols"] != nil:
                printer.line("somedecl") { printer in
                    for symbol in terms["symbols"].elements { printer.term(symbol) }
                }
            case let terms? where terms["domain"] != nil:
                printer.line("every") { printer in
                    printer.term(terms["key"])
                    printer.term(terms["value"])
                    printer.term(terms["domain"])
                    printer.body(terms["body"])
                }
            case let terms: printer.term(terms)
            }
            for modifier in value["with"].elements {
                printer.line("with") { printer in
                    printer.term(modifier["target"])
                    printer.term(modifier["value"])
                }
            }
        }
    }

    private mutating func ref(_ terms: RegoValue?) {
        line("ref") { printer in
            for term in terms.elements { printer.term(term) }
        }
    }

    private mutating func term(_ node: RegoValue?) {
        guard let node, let type = node["type"]?.string else { return }
        let value = node["value"]
        switch type {
        case "null", "boolean", "number", "string": line(value?.description ?? "null")
        case "var": line(value?.string ?? "")
        case "object":
            line(type) { printer in
                for pair in value.elements { for term in pair.elements { printer.term(term) } }
            }
        case "arraycomprehension", "setcomprehension", "objectcomprehension":
            line(type) { printer in
                printer.term(value?["term"])
                printer.term(value?["key"])
                printer.term(value?["value"])
                printer.body(value?["body"])
            }
        case "templatestring":
            line(type) { printer in
                for part in value?["parts"].elements ?? [] {
                    if part["terms"] == nil { printer.term(part) } else { printer.expression(part) }
                }
            }
        default:
            line(type) { printer in
                for inner in value.elements { printer.term(inner) }
            }
        }
    }
}

extension RegoValue {
    fileprivate var elements: ContiguousArray<RegoValue> {
        if case .array(let array) = self { return array.elements }
        return []
    }
}

extension RegoValue? {
    fileprivate var elements: ContiguousArray<RegoValue> { self?.elements ?? [] }
}
