/// Paths into documents, as `json.filter`, `json.remove` and `json.patch` take them.
enum JSONPath {
    /// A text with slashes, or an array of keys.
    static func parse(_ value: RegoValue) throws(BuiltinError) -> [RegoValue] {
        switch value {
        case .string(let string):
            if string.isEmpty { return [] }
            let path = string.utf8.drop { $0 == UInt8(ascii: "/") }
            let parts = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            return (parts.isEmpty ? [[]] : parts).map { .string(RegoString(utf8: unescaped(Array($0)))) }
        case .array(let array): return Array(array)
        default:
            throw BuiltinError.operand(
                2,
                message: "must be one of {set, array} containing string paths or array of path segments but got "
                    + value.typeName)
        }
    }

    private static func unescaped(_ part: [UInt8]) -> [UInt8] {
        var made: [UInt8] = []
        var offset = 0
        while offset < part.count {
            if part[offset] == UInt8(ascii: "~"), offset + 1 < part.count,
                part[offset + 1] == 48 || part[offset + 1] == 49
            {
                made.append(part[offset + 1] == 48 ? UInt8(ascii: "~") : UInt8(ascii: "/"))
                offset += 2
            } else {
                made.append(part[offset])
                offset += 1
            }
        }
        return made
    }

    /// The paths of the second operand as a tree, whose leaves are null.
    static func tree(_ operand: RegoValue) throws(BuiltinError) -> RegoObject {
        let list: ContiguousArray<RegoValue>
        switch operand {
        case .array(let array): list = array.elements
        case .set(let set): list = set.sorted
        default: throw BuiltinError.operand(2, operand, "set", "array")
        }
        var tree = RegoObject()
        for element in list { insert(try parse(element)[...], into: &tree) }
        return tree
    }

    private static func insert(_ path: ArraySlice<RegoValue>, into tree: inout RegoObject) {
        guard let key = path.first else { return }
        if path.count == 1 {
            tree.insert(key, .null)
            return
        }
        var inner = RegoObject()
        switch tree[key] {
        case .null?: return
        case .object(let known)?: inner = known
        default: break
        }
        insert(path.dropFirst(), into: &inner)
        tree.insert(key, .object(inner))
    }
}
