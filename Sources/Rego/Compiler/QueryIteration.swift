/// Finds whether a query looks for keys: where a variable stands behind the head of a reference, or `walk` is called.
///
/// Comprehensions look for keys by themselves and do not count.
enum QueryIteration {
    static func stands(in expression: Expr, globals: [String: ModuleScope.Global]) -> Bool {
        let inModifiers = expression.with.contains { stands(in: $0.value, globals) }
        if inModifiers { return true }
        return switch expression.kind {
        case .term(let term): stands(in: term, globals)
        case .some: false
        case .someIn(let key, let value, let domain):
            ([value, domain] + (key.map { [$0] } ?? [])).contains { stands(in: $0, globals) }
        case .every(_, _, let domain, let body):
            stands(in: domain, globals) || body.contains { stands(in: $0, globals: globals) }
        }
    }

    private static func stands(in term: Term, _ globals: [String: ModuleScope.Global]) -> Bool {
        guard StackBounds.hasRoom else { return false }
        return switch term.value {
        case .null, .bool, .number, .string, .variable, .arrayComprehension, .setComprehension, .objectComprehension:
            false
        case .ref(let reference):
            reference.terms.dropFirst().contains { isSearched($0, globals) || stands(in: $0, globals) }
                || (reference.terms.first.map { stands(in: $0, globals) } ?? false)
        case .array(let terms), .set(let terms): terms.contains { stands(in: $0, globals) }
        case .object(let items): items.contains { stands(in: $0.key, globals) || stands(in: $0.value, globals) }
        case .call(.named(let function), let arguments):
            isRelation(function) || arguments.contains { stands(in: $0, globals) }
        case .call(.operator, let arguments): arguments.contains { stands(in: $0, globals) }
        case .template(let parts, _):
            parts.contains { part in
                if case .expression(let expression) = part { return stands(in: expression, globals: globals) }
                return false
            }
        }
    }

    private static func isSearched(_ key: Term, _ globals: [String: ModuleScope.Global]) -> Bool {
        guard case .variable(let name) = key.value else { return false }
        return globals[name] == nil && name != "input" && name != "data"
    }

    private static func isRelation(_ function: Term) -> Bool {
        guard case .variable(let name) = function.value else { return false }
        return Builtins.all[name]?.isRelation ?? false
    }
}
