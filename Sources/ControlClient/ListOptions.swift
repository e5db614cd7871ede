public import Model

/// Which objects of a kind are meant.
public struct ListOptions: Sendable, Hashable {
    /// A label selector, such as `tier=edge`.
    public var labelSelector: String?
    /// A field selector, such as `status.phase=Drifted`.
    public var fieldSelector: String?

    /// Makes options; the default is every object.
    public init(labelSelector: String? = nil, fieldSelector: String? = nil) {
        self.labelSelector = labelSelector
        self.fieldSelector = fieldSelector
    }

    var parameters: [(String, String)] {
        var parameters: [(String, String)] = []
        if let labelSelector { parameters.append(("labelSelector", labelSelector)) }
        if let fieldSelector { parameters.append(("fieldSelector", fieldSelector)) }
        return parameters
    }
}

/// A change of an object in one of the forms that the API takes.
public enum ObjectPatch: Sendable, Hashable {
    /// A merge patch (RFC 7386).
    case merge(JSONValue)
    /// A JSON patch (RFC 6902).
    case json(JSONValue)

    var mediaType: String {
        switch self {
        case .merge: "application/merge-patch+json"
        case .json: "application/json-patch+json"
        }
    }

    var body: JSONValue {
        switch self {
        case .merge(let value), .json(let value): value
        }
    }
}

/// The objects of a known kind at one point of history.
public struct TypedList<K: Kind>: Sendable {
    /// The objects, in the order of their names.
    public var items: [Object<K>]
    /// The point of history.
    public var version: ResourceVersion

    /// Makes a list.
    public init(items: [Object<K>], version: ResourceVersion) {
        self.items = items
        self.version = version
    }
}
