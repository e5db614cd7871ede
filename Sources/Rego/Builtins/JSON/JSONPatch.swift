/// `json.patch`: RFC 6902 on documents that may hold sets.
enum JSONPatch {
    /// A patch that cannot be applied: the result is undefined, not an error.
    private struct Inapplicable: Error {}

    static func evaluate(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let operations = try arguments.array(1)
        var document: RegoValue? = arguments[0]
        for operation in operations {
            try context.spend()
            do {
                document = try apply(operation, to: document)
            } catch {
                return nil
            }
            try context.charge(bytes: 256)
        }
        return document
    }

    private static func apply(_ operation: RegoValue, to document: RegoValue?) throws -> RegoValue? {
        guard case .object(let object) = operation, case .string(let name)? = object["op"],
            let pathValue = object["path"]
        else { throw Inapplicable() }
        let path = try JSONPath.parse(pathValue)[...]
        switch name.string {
        case "add": return try inserting(try required(object["value"]), at: path, in: document)
        case "remove": return try removing(path, from: document)
        case "replace":
            let without = try removing(path, from: document)
            return try inserting(try required(object["value"]), at: path, in: without)
        case "move":
            let from = try JSONPath.parse(try required(object["from"]))[...]
            let value = try value(at: from, in: document)
            return try inserting(value, at: path, in: try removing(from, from: document))
        case "copy":
            let from = try JSONPath.parse(try required(object["from"]))[...]
            return try inserting(try value(at: from, in: document), at: path, in: document)
        case "test":
            guard try value(at: path, in: document) == required(object["value"]) else { throw Inapplicable() }
            return document
        default: throw Inapplicable()
        }
    }

    private static func required(_ value: RegoValue?) throws -> RegoValue {
        guard let value else { throw Inapplicable() }
        return value
    }

    private static func value(at path: ArraySlice<RegoValue>, in document: RegoValue?) throws -> RegoValue {
        var found = try required(document)
        for key in path { found = try child(found, key) }
        return found
    }

    private static func child(_ value: RegoValue, _ key: RegoValue) throws -> RegoValue {
        switch value {
        case .object(let object): return try required(object[key])
        case .set(let set):
            guard set.contains(key) else { throw Inapplicable() }
            return key
        case .array(let array): return array[try index(key, count: array.count, canEnd: false)]
        default: throw Inapplicable()
        }
    }

    /// The place of a key in an array; the end counts where something is inserted.
    private static func index(_ key: RegoValue, count: Int, canEnd: Bool) throws -> Int {
        var index: Int?
        switch key {
        case .number(let number): index = number.int
        case .string("-"): index = count
        case .string(let string):
            let text = string.string
            index = text == "0" || (!text.hasPrefix("0") && text.utf8.allSatisfy { $0 &- 48 <= 9 }) ? Int(text) : nil
        default: break
        }
        guard let index, index >= 0, index < count || (canEnd && index == count) else { throw Inapplicable() }
        return index
    }

    private static func inserting(
        _ value: RegoValue, at path: ArraySlice<RegoValue>, in document: RegoValue?
    ) throws -> RegoValue {
        guard let key = path.first else { return value }
        let document = try required(document)
        if path.count > 1 {
            return try replacing(key, in: document) { try inserting(value, at: path.dropFirst(), in: $0) }
        }
        switch document {
        case .object(var object):
            object.insert(key, value)
            return .object(object)
        case .set(var set):
            guard key == value else { throw Inapplicable() }
            set.insert(value)
            return .set(set)
        case .array(let array):
            var elements = array.elements
            elements.insert(value, at: try index(key, count: array.count, canEnd: true))
            return .array(RegoArray(elements))
        default: throw Inapplicable()
        }
    }

    private static func removing(_ path: ArraySlice<RegoValue>, from document: RegoValue?) throws -> RegoValue? {
        let document = try required(document)
        guard let key = path.first else { return nil }
        if path.count > 1 {
            return try replacing(key, in: document) { try required(try removing(path.dropFirst(), from: $0)) }
        }
        switch document {
        case .object(var object):
            guard object.remove(key) != nil else { throw Inapplicable() }
            return .object(object)
        case .set(var set):
            guard set.remove(key) else { throw Inapplicable() }
            return .set(set)
        case .array(let array):
            var elements = array.elements
            elements.remove(at: try index(key, count: array.count, canEnd: false))
            return .array(RegoArray(elements))
        default: throw Inapplicable()
        }
    }

    /// The document with one child changed.
    private static func replacing(
        _ key: RegoValue, in document: RegoValue, _ change: (RegoValue) throws -> RegoValue
    ) throws -> RegoValue {
        let changed = try change(try child(document, key))
        switch document {
        case .object(var object):
            object.insert(key, changed)
            return .object(object)
        case .set(var set):
            set.remove(key)
            set.insert(changed)
            return .set(set)
        case .array(var array):
            array.replace(at: try index(key, count: array.count, canEnd: false), with: changed)
            return .array(array)
        default: throw Inapplicable()
        }
    }
}
