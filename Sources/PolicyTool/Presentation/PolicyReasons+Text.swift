import Rego

extension PolicyReasons {
    /// What the query gives: its value, or its rows.
    private var decision: ReportNode? {
        guard let first = rows.first else { return nil }
        if rows.count == 1, first.bindings.isEmpty, first.expressions.count == 1 {
            return .value(first.expressions[0].value)
        }
        return .array(
            rows.map { row in
                .object([
                    ("expressions", .array(row.expressions.map { .value($0.value) })),
                    (
                        "bindings",
                        .value(.object(RegoObject(row.bindings.map { (key: RegoValue($0.key), value: $0.value) })))
                    ),
                ])
            })
    }

    /// The reasons as JSON.
    public var json: String {
        var members: [(key: String, value: ReportNode)] = [("query", .value(RegoValue(query)))]
        if let decision { members.append(("decision", decision)) }
        members.append(
            (
                "facts",
                .array(
                    facts.map { fact in
                        .object([
                            ("path", .value(.array(RegoArray(fact.path)))),
                            ("reference", .value(RegoValue(fact.reference))), ("value", .value(fact.value)),
                        ])
                    })
            ))
        members.append(("minimal", .value(RegoValue(minimality.rawValue))))
        if !failures.isEmpty {
            members.append(
                (
                    "failed",
                    .array(
                        failures.map { condition in
                            .object([
                                ("text", .value(RegoValue(condition.text))),
                                ("location", TraceText.location(condition.location)),
                            ])
                        })
                ))
        }
        members.append(("evaluations", .value(RegoValue(evaluationCount))))
        return ReportNode.object(members).text + "\n"
    }

    /// The reasons for people.
    public var text: String {
        var text = "\(query) is \(decision.map(Self.line) ?? "undefined")"
        guard !facts.isEmpty else {
            text += ", and would be without any fact\n"
            guard !failures.isEmpty else { return text }
            text += "What did not hold:\n"
            let width = failures.map { place($0).count }.max() ?? 0
            for condition in failures {
                let place = place(condition)
                text += "  \(place)\(String(repeating: " ", count: width - place.count))  \(condition.text)\n"
            }
            return text
        }
        text += " because of\n"
        for fact in facts { text += "  \(fact.reference) = \(fact.value.json)\n" }
        switch minimality {
        case .subset: break
        case .single: text += "None of these can be left out alone; not every subset of them was tried.\n"
        case .unknown: text += "The search was ended: not all of these may be needed.\n"
        }
        return text
    }

    private func place(_ condition: Condition) -> String { "\(condition.location.file):\(condition.location.row)" }

    private static func line(_ node: ReportNode) -> String {
        if case .value(let value) = node { return value.json }
        return node.text
    }
}
