internal import Model

/// Answers requests for the description of the API.
enum OpenAPIRoutes {
    private static let protobufType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
    /// What clients write for the same; both are spoken since long.
    private static let protobufNames: Set<String> = [
        protobufType, "application/com.github.proto-openapi.spec.v2@v1.0+protobuf",
    ]

    private static let documents: [String: Published] = Dictionary(
        uniqueKeysWithValues: ServedGroup.names.map { name in
            (name, Published(OpenAPIDocument(.v3).json(APIOperation.all(below: path(name))).canonicalBytes))
        })
    private static let whole = OpenAPIDocument(.v2).json(
        ServedGroup.names.flatMap { APIOperation.all(below: path($0)) })
    private static let wholeText = Published(whole.canonicalBytes)
    private static let wholeProtobuf = Published(ProtobufDocument.encode(whole))

    /// The documents of OpenAPI v3, by the hash of each.
    static let index: JSONValue = [
        "paths": .object(
            Dictionary(
                uniqueKeysWithValues: documents.map { name, document in
                    let path = path(name)
                    return (
                        String(path.dropFirst()),
                        ["serverRelativeURL": .string("/openapi/v3\(path)?hash=\(document.hash)")]
                    )
                }))
    ]

    /// One document of OpenAPI v3; whoever asks by an old hash is shown the way.
    static func v3(_ request: APIRequest, group: String) throws(APIFailure) -> APIResponse {
        guard let document = documents[group] else {
            throw .notFound("there is no API group \(quoted(group))")
        }
        let hash = request.parameter("hash")
        if let hash, hash != document.hash {
            var response = APIResponse(status: 301, contentType: "text/plain", body: .bytes([]))
            response.headers = [("Location", "/openapi/v3\(path(group))?hash=\(document.hash)")]
            return response
        }
        return document.response(request, contentType: "application/json", isForEver: hash != nil)
    }

    /// The document of OpenAPI v2, as JSON or in the form of older clients.
    static func v2(_ request: APIRequest) throws(APIFailure) -> APIResponse {
        let accepted = AcceptedType.all(in: request)
        for range in accepted {
            if protobufNames.contains(range.type) {
                return wholeProtobuf.response(request, contentType: protobufType)
            }
            if range.isOrContains("application/json") {
                return wholeText.response(request, contentType: "application/json")
            }
        }
        guard accepted.isEmpty else {
            throw APIFailure(
                406, "NotAcceptable",
                "the description of the API is served as application/json and as \(protobufType); accept one of them")
        }
        return wholeText.response(request, contentType: "application/json")
    }

    private static func path(_ group: String) -> String {
        group.isEmpty ? "/api/\(ServedGroup.version)" : "/apis/\(group)/\(ServedGroup.version)"
    }
}
