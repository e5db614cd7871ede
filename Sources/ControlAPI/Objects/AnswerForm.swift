internal import Model

/// The form in which a client wants objects.
enum AnswerForm: Sendable, Hashable {
    case objects
    case table(ObjectTable.RowObject)

    /// Reads what a request accepts; throws 406 for what is not spoken.
    init(_ request: APIRequest) throws(APIFailure) {
        let accepted = request.values(of: "Accept").flatMap { $0.split(separator: ",") }.map {
            $0.lowercased().split(separator: ";").map { $0.filter { $0 != " " } }
        }
        for range in accepted {
            guard let type = range.first else { continue }
            if type == "application/json", range.contains("as=table"), range.contains("g=meta.k8s.io"),
                range.contains("v=v1")
            {
                self = .table(try Self.rowObject(request))
                return
            }
            if ["application/json", "application/*", "*/*"].contains(type),
                !range.contains(where: { $0.hasPrefix("as=") })
            {
                self = .objects
                return
            }
        }
        guard accepted.isEmpty else {
            throw APIFailure(
                406, "NotAcceptable",
                "only application/json is served, also as=Table;v=v1;g=meta.k8s.io; send Accept: application/json")
        }
        self = .objects
    }

    private static func rowObject(_ request: APIRequest) throws(APIFailure) -> ObjectTable.RowObject {
        guard let text = request.parameter("includeObject") else { return .metadata }
        guard let value = ObjectTable.RowObject(rawValue: text) else {
            throw .badRequest("parameter 'includeObject' must be None, Metadata or Object, not \(quoted(text))")
        }
        return value
    }
}

/// Which objects of a kind a request is about.
struct ObjectSelection: Sendable, Hashable {
    let labels: LabelSelector
    let fields: FieldSelector

    init(_ request: APIRequest) throws(APIFailure) {
        do {
            labels = try LabelSelector(parsing: request.parameter("labelSelector") ?? "")
            fields = try FieldSelector(parsing: request.parameter("fieldSelector") ?? "")
        } catch {
            throw .badRequest(error.message)
        }
    }

    /// Whether everything is selected.
    var isEverything: Bool { labels.requirements.isEmpty && fields.requirements.isEmpty }

    /// Whether an object that is selected stays so whatever is written to it.
    var isByNameOnly: Bool {
        labels.requirements.isEmpty && fields.requirements.allSatisfy { $0.path == ["metadata", "name"] }
    }

    func matches(_ object: APIObject) -> Bool {
        isEverything || (labels.matches(object.metadata.labels ?? [:]) && fields.matches(object))
    }
}

/// Where a list goes on, as the client hands it back.
struct ContinueToken: Sendable, Hashable {
    /// The version of the first page.
    let version: ResourceVersion
    /// The name after which the list goes on.
    let name: String

    init(version: ResourceVersion, name: String) {
        self.version = version
        self.name = name
    }

    init?(text: String) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let version = ResourceVersion(text: String(parts[0])),
            let name = PercentEncoding.decode(parts[1])
        else { return nil }
        self.version = version
        self.name = name
    }

    var text: String { "\(version.value).\(PercentEncoding.encode(name))" }
}
