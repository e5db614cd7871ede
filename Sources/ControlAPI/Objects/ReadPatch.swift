internal import Model

/// A patch in one of the forms that name changes.
enum ReadPatch: Sendable {
    case merge(JSONValue)
    case json(JSONPatch)

    static let mergeType = "application/merge-patch+json"
    static let jsonType = "application/json-patch+json"
    static let applyType = "application/apply-patch+yaml"

    init(mediaType: String, json: JSONValue) throws(APIFailure) {
        switch mediaType {
        case Self.mergeType:
            guard case .object = json else {
                throw .badRequest("a merge patch is an object, not \(json.typeName)")
            }
            self = .merge(json)
        case Self.jsonType:
            do { self = .json(try JSONPatch(json: json)) } catch { throw .badRequest(error.message) }
        default: throw Self.unsupported(mediaType)
        }
    }

    static func unsupported(_ mediaType: String) -> APIFailure {
        var failure = APIFailure(
            415, "UnsupportedMediaType",
            "a patch of the type \(quoted(mediaType)) is not supported; accepted media types include: "
                + "\(jsonType), \(mergeType), \(applyType)")
        failure.headers = [("Accept-Patch", "\(jsonType), \(mergeType), \(applyType)")]
        return failure
    }

    /// The JSON form of an object with the patch applied; it keeps its kind and name.
    func applied(to object: APIObject) throws(APIFailure) -> JSONValue {
        do throws(ModelError) {
            let before = try object.json
            let after =
                switch self {
                case .merge(let patch): before.merging(patch)
                case .json(let patch): try patch.applied(to: before)
                }
            guard after["kind"] == before["kind"], after["metadata"]?["name"] == before["metadata"]?["name"] else {
                throw ModelError(.invalidObject, "a patch cannot change the kind or the name of an object")
            }
            return after
        } catch {
            throw .invalid(error.message)
        }
    }
}
