/// A list of objects of one kind as the API shows it.
public struct APIObjectList: Sendable, Hashable {
    /// The kind of the items.
    public var kind: KindName
    /// The items.
    public var items: [APIObject]
    /// The point of history; a watch after it misses nothing.
    public var version: ResourceVersion
    /// What a client sends to get the next page; nil on the last.
    public var continueToken: String?
    /// How many objects follow the page, where that is known.
    public var remainingItemCount: Int?

    /// Makes a list.
    public init(
        kind: KindName, items: [APIObject], version: ResourceVersion, continueToken: String? = nil,
        remainingItemCount: Int? = nil
    ) {
        self.kind = kind
        self.items = items
        self.version = version
        self.continueToken = continueToken
        self.remainingItemCount = remainingItemCount
    }

    /// The list as the API shows it.
    public var json: JSONValue {
        get throws(ModelError) {
            var elements: [JSONValue] = []
            elements.reserveCapacity(items.count)
            for item in items { elements.append(try item.json) }
            return .object([
                "apiVersion": .string(apiVersionName),
                "kind": .string(kind.rawValue + "List"),
                "metadata": metadata,
                "items": .array(elements),
            ])
        }
    }

    /// The metadata of the list.
    public var metadata: JSONValue {
        var metadata: [String: JSONValue] = ["resourceVersion": .string(String(version.value))]
        if let continueToken { metadata["continue"] = .string(continueToken) }
        if let remainingItemCount { metadata["remainingItemCount"] = .integer(Int64(remainingItemCount)) }
        return .object(metadata)
    }

    /// Reads a list that a server sent; throws `.invalidObject` that names the field.
    public init(json: JSONValue) throws(ModelError) {
        let name = try json.requiredString("kind")
        guard name.hasSuffix("List"), case .array(let elements) = json["items"] else {
            throw ModelError(.invalidObject, "'\(name.shownInMessage)' is not a list of objects")
        }
        let text = json["metadata"]?["resourceVersion"]?.stringValue ?? ""
        guard let version = ResourceVersion(text: text) else {
            throw ModelError(
                .invalidObject, "cannot read field 'metadata.resourceVersion': '\(text.shownInMessage)' is no version")
        }
        self.version = version
        kind = KindName(rawValue: String(name.dropLast("List".count)))
        items = []
        items.reserveCapacity(elements.count)
        for element in elements { items.append(try APIObject(json: element)) }
        let token = json["metadata"]?["continue"]?.stringValue ?? ""
        continueToken = token.isEmpty ? nil : token
        remainingItemCount = json["metadata"]?["remainingItemCount"]?.integerValue.map { Int($0) }
    }
}
