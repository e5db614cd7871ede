internal import Model

/// What a deletion asks for in its body and its query, in the shape of `DeleteOptions`.
struct DeleteOptions: Sendable {
    /// What becomes of the objects that the deleted one owns.
    enum Propagation: String, Sendable, CaseIterable {
        /// They are deleted afterwards.
        case background = "Background"
        /// They are deleted first.
        case foreground = "Foreground"
        /// They stay, without their owner.
        case orphan = "Orphan"

        /// What holds the object until that has happened.
        var finalizer: String? {
            switch self {
            case .background: nil
            case .foreground: foregroundFinalizer
            case .orphan: orphanFinalizer
            }
        }
    }

    let uid: String?
    let version: ResourceVersion?
    let isDryRun: Bool
    /// What is asked for; nil keeps what the object's finalizers say.
    let propagation: Propagation?

    init(_ context: RequestContext) throws(APIFailure) {
        try context.requireJSON()
        let json = try context.json()
        guard case .object = json else { throw .badRequest("the body of a deletion is an object, DeleteOptions") }
        let request = context.request
        uid = json["preconditions"]?["uid"]?.stringValue
        let asksForDryRun = try Self.isDryRun(json)
        isDryRun = try request.isDryRun() || asksForDryRun
        propagation = try Self.propagation(json, request)
        _ = try request.count("gracePeriodSeconds")
        guard json["gracePeriodSeconds"]?.integerValue ?? 0 >= 0 else {
            throw .invalid("'gracePeriodSeconds' must not be negative")
        }
        guard let text = json["preconditions"]?["resourceVersion"]?.stringValue else {
            version = nil
            return
        }
        guard let version = ResourceVersion(text: text) else {
            throw .badRequest("'preconditions.resourceVersion' is no version: \(quoted(text))")
        }
        self.version = version
    }

    private static func isDryRun(_ json: JSONValue) throws(APIFailure) -> Bool {
        let values = json["dryRun"]?.arrayValue ?? []
        if let other = values.first(where: { $0 != "All" }) {
            throw .invalid("'dryRun' must be [\"All\"], not \(other.canonicalText)")
        }
        return !values.isEmpty
    }

    private static func propagation(_ json: JSONValue, _ request: APIRequest) throws(APIFailure) -> Propagation? {
        let orphans = json["orphanDependents"]?.boolValue
        guard let text = request.parameter("propagationPolicy") ?? json["propagationPolicy"]?.stringValue else {
            return orphans.map { $0 ? .orphan : .background }
        }
        guard orphans == nil else {
            throw .invalid("'orphanDependents' and 'propagationPolicy' exclude each other; keep propagationPolicy")
        }
        guard let propagation = Propagation(rawValue: text) else {
            throw .invalid(
                "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: \(quoted(text)): "
                    + "supported values: \"Foreground\", \"Background\", \"Orphan\"",
                causes: [
                    APIStatus.Cause(
                        reason: "FieldValueNotSupported", message: "Unsupported value: \(quoted(text))",
                        field: "propagationPolicy")
                ])
        }
        return propagation
    }

    /// The finalizers that an object has once its deletion was asked for so.
    func finalizers(of object: APIObject) -> [String]? {
        let stored = object.metadata.finalizers
        guard let propagation else { return stored }
        let ours = [foregroundFinalizer, orphanFinalizer]
        let wanted = (stored ?? []).filter { !ours.contains($0) } + (propagation.finalizer.map { [$0] } ?? [])
        // Asked for in the same way again, it stays as it is.
        return Set(wanted) == Set(stored ?? []) ? stored : wanted
    }
}
