internal import Model

/// The form in which a client wants objects.
enum AnswerForm: Sendable, Hashable {
    case objects
    case table(ObjectTable.RowObject)
    /// Metadata only: `PartialObjectMetadata`.
    case metadata

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
            if type == "application/json", range.contains("g=meta.k8s.io"), range.contains("v=v1"),
                range.contains("as=partialobjectmetadata") || range.contains("as=partialobjectmetadatalist")
            {
                self = .metadata
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
                "only application/json is served, also as=Table or as=PartialObjectMetadata with v=v1;g=meta.k8s.io; "
                    + "send Accept: application/json")
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
