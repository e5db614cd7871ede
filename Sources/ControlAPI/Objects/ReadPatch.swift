internal import Model

/// A patch in one of the forms that are taken.
enum ReadPatch: Sendable {
    case merge(JSONValue)
    case json(JSONPatch)

    init(mediaType: String, json: JSONValue) throws(APIFailure) {
        switch mediaType {
        case "application/merge-patch+json":
            guard case .object = json else {
                throw .badRequest("a merge patch is an object, not \(json.typeName)")
            }
            self = .merge(json)
        case "application/json-patch+json":
            do { self = .json(try JSONPatch(json: json)) } catch { throw .badRequest(error.message) }
        default:
            throw APIFailure(
                415, "UnsupportedMediaType",
                "a patch of the type \(quoted(mediaType)) is not supported; send application/merge-patch+json or "
                    + "application/json-patch+json")
        }
    }

    /// The object with the patch applied; it keeps its kind and name.
    func applied(to object: APIObject) throws(APIFailure) -> APIObject {
        do throws(ModelError) {
            let before = try object.json
            let after =
                switch self {
                case .merge(let patch): before.merging(patch)
                case .json(let patch): try patch.applied(to: before)
                }
            let result = try APIObject(json: after)
            guard result.key == object.key else {
                throw ModelError(.invalidObject, "a patch cannot change the kind or the name of an object")
            }
            return result
        } catch {
            throw .invalid(error.message)
        }
    }
}

/// What a deletion asks for in its body, in the shape of `DeleteOptions`.
struct DeleteOptions: Sendable {
    let uid: String?
    let version: ResourceVersion?
    let isDryRun: Bool

    init(_ json: JSONValue) throws(APIFailure) {
        guard case .object = json else { throw .badRequest("the body of a deletion is an object, DeleteOptions") }
        uid = json["preconditions"]?["uid"]?.stringValue
        isDryRun = json["dryRun"]?.arrayValue?.contains("All") ?? false
        guard let text = json["preconditions"]?["resourceVersion"]?.stringValue else {
            version = nil
            return
        }
        guard let version = ResourceVersion(text: text) else {
            throw .badRequest("'preconditions.resourceVersion' is no version: \(quoted(text))")
        }
        self.version = version
    }
}
