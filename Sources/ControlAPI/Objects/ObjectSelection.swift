internal import Model

/// Which objects of a kind a request is about.
struct ObjectSelection: Sendable {
    let labels: LabelSelector
    let fields: FieldSelector
    private let view: ObjectView
    private let isStoredShape: Bool

    init(_ request: APIRequest, _ view: ObjectView) throws(APIFailure) {
        do {
            labels = try LabelSelector(parsing: request.parameter("labelSelector") ?? "")
            fields = try FieldSelector(parsing: request.parameter("fieldSelector") ?? "", roots: view.fieldRoots)
        } catch {
            throw .badRequest(error.message)
        }
        self.view = view
        isStoredShape = view.apiVersion == apiVersionName
    }

    /// Whether everything is selected.
    var isEverything: Bool { !view.isEmpty && labels.requirements.isEmpty && fields.requirements.isEmpty }

    /// Whether an object that is selected stays so whatever is written to it.
    var isByNameOnly: Bool {
        labels.requirements.isEmpty && fields.requirements.allSatisfy { $0.path == ["metadata", "name"] }
    }

    func matches(_ object: APIObject) -> Bool {
        if isEverything { return true }
        if view.isEmpty { return false }
        guard labels.matches(object.metadata.labels ?? [:]) else { return false }
        if isStoredShape || fields.requirements.isEmpty { return fields.matches(object) }
        guard let json = try? view.json(object) else { return false }
        return fields.matches(json: json)
    }
}
