/// A step from a value to a part of it, as `fieldsV1` of Kubernetes names it.
public enum FieldElement: Sendable, Hashable, Comparable {
    /// A member of an object.
    case member(String)
    /// The element of a list whose members have these values.
    case keys(JSONValue)
    /// The element of a set that is this value.
    case value(JSONValue)
    /// The element of a list at a position.
    case index(Int)

    /// The form in `fieldsV1`, such as `f:spec` or `k:{"type":"Ready"}`.
    public var text: String {
        switch self {
        case .member(let name): "f:" + name
        case .keys(let keys): "k:" + keys.canonicalText
        case .value(let value): "v:" + value.canonicalText
        case .index(let index): "i:\(index)"
        }
    }

    /// Reads the form of `fieldsV1`; nil for anything else.
    public init?(text: String) {
        let rest = String(text.dropFirst(2))
        switch text.prefix(2) {
        case "f:": self = .member(rest)
        case "k:":
            guard let keys = try? JSONValue(parsing: rest, limits: .object), case .object = keys else { return nil }
            self = .keys(keys)
        case "v:":
            guard let value = try? JSONValue(parsing: rest, limits: .object) else { return nil }
            self = .value(value)
        case "i:":
            guard let index = Int(rest), index >= 0 else { return nil }
            self = .index(index)
        default: return nil
        }
    }

    /// The form in messages, such as `.spec` or `[type="Ready"]`.
    public var shown: String {
        switch self {
        case .member(let name): return "." + name
        case .keys(let keys):
            let parts = (keys.objectValue ?? [:]).sorted { $0.key < $1.key }
            return "[" + parts.map { "\($0.key)=\($0.value.canonicalText)" }.joined(separator: ",") + "]"
        case .value(let value): return "[=\(value.canonicalText)]"
        case .index(let index): return "[\(index)]"
        }
    }

    /// Orders by the form in `fieldsV1`.
    public static func < (left: FieldElement, right: FieldElement) -> Bool { left.text < right.text }
}
