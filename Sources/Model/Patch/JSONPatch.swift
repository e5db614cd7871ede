/// A list of changes to a JSON value (RFC 6902).
///
/// It is applied as a whole or not at all.
public struct JSONPatch: Sendable, Hashable {
    /// One change.
    public enum Operation: Sendable, Hashable {
        case add(JSONPointer, JSONValue)
        case remove(JSONPointer)
        case replace(JSONPointer, JSONValue)
        case move(from: JSONPointer, to: JSONPointer)
        case copy(from: JSONPointer, to: JSONPointer)
        case test(JSONPointer, JSONValue)
    }

    /// The most changes of one patch.
    public static let maximumOperations = 10_000

    /// The changes, in order.
    public let operations: [Operation]

    /// Reads a patch; throws `.invalidObject` that names the change.
    public init(json: JSONValue) throws(ModelError) {
        guard case .array(let elements) = json else {
            throw ModelError(.invalidObject, "a JSON patch is a list, not \(json.typeName)")
        }
        guard elements.count <= Self.maximumOperations else {
            throw ModelError(
                .tooLarge, "the JSON patch has \(elements.count) changes; the limit is \(Self.maximumOperations)")
        }
        var operations: [Operation] = []
        for (index, element) in elements.enumerated() {
            do {
                operations.append(try Self.operation(element))
            } catch {
                throw ModelError(error.code, "change \(index + 1) of the JSON patch: \(error.message)")
            }
        }
        self.operations = operations
    }

    /// The value with the changes applied; throws `.invalidObject` that names the change that cannot be made.
    public func applied(to value: JSONValue) throws(ModelError) -> JSONValue {
        var result = value
        for (index, operation) in operations.enumerated() {
            do {
                try Self.apply(operation, to: &result)
            } catch {
                throw ModelError(error.code, "change \(index + 1) of the JSON patch: \(error.message)")
            }
        }
        return result
    }

    private static func operation(_ element: JSONValue) throws(ModelError) -> Operation {
        let path = try JSONPointer(parsing: try element.requiredString("path"))
        let name = try element.requiredString("op")
        switch name {
        case "add": return .add(path, try value(of: element))
        case "remove": return .remove(path)
        case "replace": return .replace(path, try value(of: element))
        case "test": return .test(path, try value(of: element))
        case "move": return .move(from: try JSONPointer(parsing: try element.requiredString("from")), to: path)
        case "copy": return .copy(from: try JSONPointer(parsing: try element.requiredString("from")), to: path)
        default:
            let known = ["add", "remove", "replace", "move", "copy", "test"]
            throw ModelError(
                .invalidObject,
                "there is no operation '\(name.shownInMessage)'" + Suggestion.clause(for: name, among: known))
        }
    }

    private static func value(of element: JSONValue) throws(ModelError) -> JSONValue {
        guard let value = element["value"] else {
            throw ModelError(.invalidObject, "cannot read field 'value': the field is missing")
        }
        return value
    }

    private static func apply(_ operation: Operation, to root: inout JSONValue) throws(ModelError) {
        switch operation {
        case .add(let path, let value): try root.add(value, at: path.tokens[...], path)
        case .remove(let path): _ = try root.remove(at: path.tokens[...], path)
        case .replace(let path, let value): try root.replace(with: value, at: path.tokens[...], path)
        case .copy(let from, let path): try root.add(try root.value(at: from), at: path.tokens[...], path)
        case .move(let from, let path):
            guard from == path || !path.tokens.starts(with: from.tokens) else {
                throw ModelError(.invalidObject, "cannot move '\(from)' into itself")
            }
            let value = try root.remove(at: from.tokens[...], from)
            try root.add(value, at: path.tokens[...], path)
        case .test(let path, let expected):
            guard try root.value(at: path) == expected else {
                throw ModelError(.invalidObject, "the value at '\(path)' is not the one that the test expects")
            }
        }
    }
}

extension JSONValue {
    /// The value at a pointer; throws `.invalidObject` where there is none.
    public func value(at pointer: JSONPointer) throws(ModelError) -> JSONValue {
        var value = self
        for token in pointer.tokens {
            switch value {
            case .object(let members):
                guard let next = members[token] else { throw Self.absent(pointer) }
                value = next
            case .array(let elements): value = elements[try Self.index(token, below: elements.count, pointer)]
            default: throw Self.absent(pointer)
            }
        }
        return value
    }

    fileprivate mutating func add(
        _ value: JSONValue, at tokens: ArraySlice<String>, _ pointer: JSONPointer
    ) throws(ModelError) {
        try edit(at: tokens, pointer) { (target, token) throws(ModelError) in
            guard let token else {
                target = value
                return
            }
            switch target {
            case .object(var members):
                members[token] = value
                target = .object(members)
            case .array(var elements):
                let index =
                    token == "-" ? elements.count : try Self.index(token, below: elements.count + 1, pointer)
                elements.insert(value, at: index)
                target = .array(elements)
            default: throw Self.absent(pointer)
            }
        }
    }

    fileprivate mutating func replace(
        with value: JSONValue, at tokens: ArraySlice<String>, _ pointer: JSONPointer
    ) throws(ModelError) {
        try edit(at: tokens, pointer) { (target, token) throws(ModelError) in
            guard let token else {
                target = value
                return
            }
            _ = try target.take(token, pointer)
            if case .array(var elements) = target {
                elements.insert(value, at: try Self.index(token, below: elements.count + 1, pointer))
                target = .array(elements)
            } else if case .object(var members) = target {
                members[token] = value
                target = .object(members)
            }
        }
    }

    fileprivate mutating func remove(
        at tokens: ArraySlice<String>, _ pointer: JSONPointer
    ) throws(ModelError) -> JSONValue {
        var removed = JSONValue.null
        try edit(at: tokens, pointer) { (target, token) throws(ModelError) in
            guard let token else {
                throw ModelError(.invalidObject, "cannot remove the whole value")
            }
            removed = try target.take(token, pointer)
        }
        return removed
    }

    /// Runs an edit on the value that holds the last token, or on the root without a token.
    private mutating func edit(
        at tokens: ArraySlice<String>, _ pointer: JSONPointer,
        _ body: (inout JSONValue, String?) throws(ModelError) -> Void
    ) throws(ModelError) {
        guard tokens.count > 1, let token = tokens.first else { return try body(&self, tokens.first) }
        switch self {
        case .object(var members):
            guard var child = members[token] else { throw Self.absent(pointer) }
            try child.edit(at: tokens.dropFirst(), pointer, body)
            members[token] = child
            self = .object(members)
        case .array(var elements):
            let index = try Self.index(token, below: elements.count, pointer)
            try elements[index].edit(at: tokens.dropFirst(), pointer, body)
            self = .array(elements)
        default: throw Self.absent(pointer)
        }
    }

    private mutating func take(_ token: String, _ pointer: JSONPointer) throws(ModelError) -> JSONValue {
        switch self {
        case .object(var members):
            guard let value = members.removeValue(forKey: token) else { throw Self.absent(pointer) }
            self = .object(members)
            return value
        case .array(var elements):
            let value = elements.remove(at: try Self.index(token, below: elements.count, pointer))
            self = .array(elements)
            return value
        default: throw Self.absent(pointer)
        }
    }

    private static func index(
        _ token: String, below count: Int, _ pointer: JSONPointer
    ) throws(ModelError) -> Int {
        guard let index = Int(token), String(index) == token, (0..<count).contains(index) else { throw absent(pointer) }
        return index
    }

    private static func absent(_ pointer: JSONPointer) -> ModelError {
        ModelError(.invalidObject, "there is nothing at '\(pointer.description.shownInMessage)'")
    }
}
