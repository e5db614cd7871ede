extension ObjectBuiltins {
    static func subset(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        switch (arguments[0], arguments[1]) {
        case (.object(let whole), .object(let part)): return .bool(try contains(whole, part, context))
        case (.set(let whole), .set(let part)): return .bool(part.allSatisfy { whole.contains($0) })
        case (.array(let whole), .array(let part)): return .bool(try contains(whole, part, context))
        case (.array(let whole), .set(let part)):
            let found = RegoSet(whole)
            return .bool(part.allSatisfy { found.contains($0) })
        default:
            throw BuiltinError(.type, "both arguments object.subset must be of the same type or array and set")
        }
    }

    /// True when every entry of the part is in the whole, objects, sets and arrays within compared in turn.
    private static func contains(
        _ whole: RegoObject, _ part: RegoObject, _ context: BuiltinContext
    ) throws(BuiltinError) -> Bool {
        for (key, wanted) in part {
            try context.spend()
            guard let found = whole[key] else { return false }
            if found == wanted { continue }
            let isContained: Bool
            switch (found, wanted) {
            case (.object(let found), .object(let wanted)): isContained = try contains(found, wanted, context)
            case (.set(let found), .set(let wanted)): isContained = wanted.allSatisfy { found.contains($0) }
            case (.array(let found), .array(let wanted)): isContained = try contains(found, wanted, context)
            default: isContained = false
            }
            if !isContained { return false }
        }
        return true
    }

    /// True when the part stands in the whole without a gap.
    private static func contains(
        _ whole: RegoArray, _ part: RegoArray, _ context: BuiltinContext
    ) throws(BuiltinError) -> Bool {
        if part.isEmpty { return true }
        guard part.count <= whole.count else { return false }
        for start in 0...(whole.count - part.count) {
            var length = 0
            while length < part.count, whole[start + length] == part[length] { length += 1 }
            try context.spend(steps: length + 1)
            if length == part.count { return true }
        }
        return false
    }
}
