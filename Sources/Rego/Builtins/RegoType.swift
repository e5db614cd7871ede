/// A type as OPA's checker has it: what a built-in takes and answers.
public indirect enum RegoType: Sendable, Hashable {
    /// Anything when empty, else one of the types.
    case any([RegoType])
    /// Null.
    case null
    /// True or false.
    case boolean
    /// A number.
    case number
    /// A string.
    case string
    /// An array: types of the first elements, then of all further ones (none when nil).
    case array([RegoType], rest: RegoType?)
    /// An object: the properties that are known, then keys and values of all others (none when nil).
    case object([Property], key: RegoType?, value: RegoType?)
    /// A set of members of a type.
    case set(RegoType)
    /// A function: its arguments, the type of any further ones (none when nil), and what it answers, if anything.
    case function([RegoType], variadic: RegoType?, result: RegoType?)

    /// One known property of an object.
    public struct Property: Sendable, Hashable {
        /// The key.
        public let key: RegoValue
        /// The type of its value.
        public let type: RegoType

        /// Makes a property.
        public init(_ key: RegoValue, _ type: RegoType) {
            self.key = key
            self.type = type
        }
    }

    /// The type of everything.
    public static let any = RegoType.any([])
}

extension RegoType: CustomStringConvertible {
    /// The type as OPA prints it: `array[string]`, `object<a: number>[any: any]`, `any<number, string>`.
    public var description: String {
        switch self {
        case .any(let types): return types.isEmpty ? "any" : "any<\(RegoType.list(types))>"
        case .null: return "null"
        case .boolean: return "boolean"
        case .number: return "number"
        case .string: return "string"
        case .array(let first, let rest):
            return "array" + (first.isEmpty ? "" : "<\(RegoType.list(first))>") + (rest.map { "[\($0)]" } ?? "")
        case .object(let properties, let key, let value):
            let known = properties.map { "\($0.key.string ?? $0.key.description): \($0.type)" }
            let head = properties.isEmpty ? "" : "<\(known.joined(separator: ", "))>"
            guard let key, let value else { return "object" + head }
            return "object" + head + "[\(key): \(value)]"
        case .set(let member): return "set[\(member)]"
        case .function(let arguments, let variadic, let result):
            var taken = arguments.map(\.description)
            if let variadic { taken.append("\(variadic)...") }
            return "(\(taken.joined(separator: ", "))) => \(result?.description ?? "???")"
        }
    }

    private static func list(_ types: [RegoType]) -> String { types.map(\.description).joined(separator: ", ") }
}

extension RegoType {
    /// An array of elements of one type.
    static func array(_ element: RegoType) -> RegoType { .array([], rest: element) }

    /// An object of keys and values of one type each.
    static func object(_ key: RegoType, _ value: RegoType) -> RegoType { .object([], key: key, value: value) }

    /// An object of any keys and values.
    static let anyObject = RegoType.object(.any, .any)

    /// One of several types.
    static func either(_ types: RegoType...) -> RegoType { .any(types) }

    /// An array or a set of elements of a type.
    static func collection(_ element: RegoType) -> RegoType { .any([.array(element), .set(element)]) }
}
