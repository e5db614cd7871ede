/// `object.get`, `object.keys`, `object.remove`, `object.filter`, `object.union`, `object.union_n`, `object.subset`.
enum ObjectBuiltins {
    private static let keyList = RegoType.either(.array(.any), .set(.any), .anyObject)
    private static let collection = RegoType.either(.array(.any), .set(.any), .anyObject)

    static let declarations: [BuiltinDeclaration] = [
        BuiltinDeclaration("object.get", [.anyObject, .any, .any], .any, evaluate: value),
        BuiltinDeclaration("object.keys", [.anyObject], .set(.any), evaluate: keys),
        BuiltinDeclaration("object.remove", [.anyObject, keyList], .any, evaluate: remove),
        BuiltinDeclaration("object.filter", [.anyObject, keyList], .any, evaluate: filter),
        BuiltinDeclaration("object.union", [.anyObject, .anyObject], .any, evaluate: union),
        BuiltinDeclaration("object.union_n", [.array(.anyObject)], .any, evaluate: unionAll),
        BuiltinDeclaration("object.subset", [collection, collection], .any, evaluate: subset),
    ]

    static func value(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let object = try arguments.object(0)
        guard case .array(let path) = arguments[1] else { return object[arguments[1]] ?? arguments[2] }
        var found = arguments[0]
        for key in path {
            guard let next = found[key] else { return arguments[2] }
            found = next
        }
        return found
    }

    static func keys(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let object = try arguments.object(0)
        try context.charge(bytes: object.count * 24)
        return .set(RegoSet(object.keys))
    }

    static func remove(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let object = try arguments.object(0)
        let keys = try keySet(arguments)
        var made = RegoObject()
        for (key, value) in object where !keys.contains(key) { made.insert(key, value) }
        return .object(made)
    }

    static func filter(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let object = try arguments.object(0)
        let keys = try keySet(arguments)
        var made = RegoObject()
        for (key, value) in object where keys.contains(key) { made.insert(key, value) }
        return .object(made)
    }

    static func union(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        .object(try merge(try arguments.object(0), try arguments.object(1), context))
    }

    static func unionAll(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        var made = RegoObject()
        for element in try arguments.array(0) {
            guard case .object(let object) = element else {
                throw BuiltinError.element(1, of: arguments[0], element, "object")
            }
            made = try merge(made, object, context)
        }
        return .object(made)
    }

    /// The entries of both, the right one's where both have a key, merged where both are objects.
    private static func merge(
        _ left: RegoObject, _ right: RegoObject, _ context: BuiltinContext
    ) throws(BuiltinError) -> RegoObject {
        try context.charge(bytes: (left.count + right.count) * 40)
        var made = left
        for (key, value) in right {
            if case .object(let new) = value, case .object(let old)? = left[key] {
                try context.spend()
                made.insert(key, .object(try merge(old, new, context)))
            } else {
                made.insert(key, value)
            }
        }
        return made
    }

    private static func keySet(_ arguments: [RegoValue]) throws(BuiltinError) -> RegoSet {
        switch arguments[1] {
        case .array(let array): return RegoSet(array)
        case .set(let set): return set
        case .object(let object): return RegoSet(object.keys)
        default: throw BuiltinError.operand(2, arguments[1], "object", "set", "array")
        }
    }
}
