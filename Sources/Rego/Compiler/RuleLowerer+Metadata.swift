extension RuleLowerer {
    /// The constant that a call of `rego.metadata` stands for, or nil when it is another call.
    func metadata(_ name: String, _ span: Span) -> RegoValue? {
        guard name == "rego.metadata.rule" || name == "rego.metadata.chain" else { return nil }
        guard let rule, !isLocal("rego") else { return name == "rego.metadata.rule" ? .object(RegoObject()) : [] }
        return name == "rego.metadata.rule" ? compiler.ruleMetadata(rule) : compiler.metadataChain(rule)
    }
}

extension Compiler {
    private func annotations(_ rule: Int, scope: String) -> [RegoObject] {
        let entry = rules[rule]
        let module = modules[entry.module]
        return entry.rule.annotations.map { module.annotations[$0] }.filter { $0.scope == scope }.map(\.value)
    }

    /// What the METADATA block directly before a rule says.
    func ruleMetadata(_ rule: Int) -> RegoValue {
        .object(annotations(rule, scope: "rule").last ?? RegoObject())
    }

    /// What METADATA blocks say of a rule, its document, its package and the packages above.
    func metadataChain(_ rule: Int) -> RegoValue {
        let entry = rules[rule]
        let path = entry.prefix
        var chain: [RegoValue] = []
        func append(_ annotation: RegoObject?, _ path: [RegoValue]) {
            var link = RegoObject()
            link.insert("path", .array(RegoArray(path)))
            if let annotation { link.insert("annotations", .object(annotation)) }
            chain.append(.object(link))
        }
        append(annotations(rule, scope: "rule").last, path)
        for other in tree[entry.node].rules {
            for annotation in annotations(other, scope: "document") { append(annotation, path) }
        }
        let package = scopes[entry.module].package
        appendPackages(package, scope: "package", append)
        for length in stride(from: package.count, through: 1, by: -1) {
            appendPackages(Array(package[..<length]), scope: "subpackages", append)
        }
        return .array(RegoArray(chain))
    }

    private func appendPackages(
        _ path: [RegoValue], scope: String, _ append: (RegoObject?, [RegoValue]) -> Void
    ) {
        for (index, module) in modules.enumerated() where scopes[index].package == path {
            for annotation in module.annotations where annotation.scope == scope && annotation.rule == nil {
                append(annotation.value, path)
            }
        }
    }
}
