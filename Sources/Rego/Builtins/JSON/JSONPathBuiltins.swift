/// `json.filter` and `json.remove`.
enum JSONPathBuiltins {
    private static let paths = RegoType.collection(.either(.string, .array(.any)))

    static let declarations: [BuiltinDeclaration] = [
        BuiltinDeclaration("json.filter", [.anyObject, paths], .any, evaluate: filter),
        BuiltinDeclaration("json.remove", [.anyObject, paths], .any, evaluate: remove),
        BuiltinDeclaration(
            "json.patch",
            [
                .any,
                .array(
                    .object(
                        [.init("op", .string), .init("path", .any)], key: .any, value: .any)),
            ], .any, evaluate: JSONPatch.evaluate),
    ]

    static func filter(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        _ = try arguments.object(0)
        return try filtered(arguments[0], .object(try JSONPath.tree(arguments[1])), context)
    }

    private static func filtered(
        _ value: RegoValue, _ tree: RegoValue, _ context: BuiltinContext
    ) throws(BuiltinError) -> RegoValue {
        guard case .object(let tree) = tree else { return value }
        try context.spend()
        switch value {
        case .array(let array):
            var made = RegoArray()
            for (index, element) in array.enumerated() {
                if let inner = tree[String(index)] { made.append(try filtered(element, inner, context)) }
            }
            return .array(made)
        case .set(let set):
            var made = RegoSet()
            for member in set {
                if let inner = tree[member] { made.insert(try filtered(member, inner, context)) }
            }
            return .set(made)
        case .object(let object):
            var made = RegoObject()
            for (key, inner) in tree {
                if let found = object[key] { made.insert(key, try filtered(found, inner, context)) }
            }
            return .object(made)
        default: return value
        }
    }

    static func remove(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        _ = try arguments.object(0)
        return try removed(arguments[0], .object(try JSONPath.tree(arguments[1])), context)
    }

    /// What is left of a value; nil when it goes itself.
    private static func removed(
        _ value: RegoValue, _ tree: RegoValue?, _ context: BuiltinContext
    ) throws(BuiltinError) -> RegoValue? {
        guard let tree else { return value }
        if tree == .null { return nil }
        guard case .object(let tree) = tree else { return value }
        try context.spend()
        switch value {
        case .object(let object):
            var made = RegoObject()
            for (key, inner) in object {
                if let left = try removed(inner, tree[key], context) { made.insert(key, left) }
            }
            return .object(made)
        case .set(let set):
            var made = RegoSet()
            for member in set {
                if let left = try removed(member, tree[member], context) { made.insert(left) }
            }
            return .set(made)
        case .array(let array):
            var made = RegoArray()
            for (index, element) in array.enumerated() {
                if let left = try removed(element, tree[String(index)], context) { made.append(left) }
            }
            return .array(made)
        default: return value
        }
    }
}
