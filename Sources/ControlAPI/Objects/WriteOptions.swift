internal import Model

/// What a write asks for beside its body.
struct WriteOptions: Sendable {
    /// What happens to fields that no schema knows, and to those that stand twice.
    enum FieldValidation: String, Sendable {
        case ignore = "Ignore"
        case warn = "Warn"
        case strict = "Strict"
    }

    let isDryRun: Bool
    let validation: FieldValidation
    let isForced: Bool
    private let managerName: String?
    private let clientName: String

    init(_ request: APIRequest) throws(APIFailure) {
        isDryRun = try request.isDryRun()
        isForced = try request.flag("force")
        guard let text = request.parameter("fieldValidation") else {
            validation = .warn
            managerName = try Self.managerName(request)
            clientName = Self.clientName(request)
            return
        }
        guard let value = FieldValidation(rawValue: text) else {
            throw .invalid("parameter 'fieldValidation' must be Ignore, Warn or Strict, not \(quoted(text))")
        }
        validation = value
        managerName = try Self.managerName(request)
        clientName = Self.clientName(request)
    }

    /// Who changes fields of an object by writing them.
    func updatingManager(_ part: WrittenPart) -> FieldOwner {
        FieldOwner(name: managerName ?? clientName, operation: .update, subresource: part.subresource)
    }

    /// Who applies fields of an object; throws when the request does not say.
    func applyingManager(_ part: WrittenPart) throws(APIFailure) -> FieldOwner {
        guard let managerName else {
            let message = "Required value: is required for apply patch"
            throw .invalid(
                "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: \(message)",
                causes: [APIStatus.Cause(reason: "FieldValueRequired", message: message, field: "fieldManager")])
        }
        return FieldOwner(name: managerName, operation: .apply, subresource: part.subresource)
    }

    /// Refuses what only an apply may ask for.
    func refuseForce() throws(APIFailure) {
        guard isForced else { return }
        let message = "Forbidden: may not be specified for non-apply patch"
        throw .invalid(
            "PatchOptions.meta.k8s.io \"\" is invalid: force: \(message)",
            causes: [APIStatus.Cause(reason: "FieldValueForbidden", message: message, field: "force")])
    }

    private static func managerName(_ request: APIRequest) throws(APIFailure) -> String? {
        guard let name = request.parameter("fieldManager") else { return nil }
        guard name.utf8.count <= FieldOwner.maximumNameBytes,
            name.unicodeScalars.allSatisfy({ !$0.properties.isWhitespace || $0 == " " }),
            name.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else {
            throw .invalid(
                "parameter 'fieldManager' has at most \(FieldOwner.maximumNameBytes) bytes of printable text")
        }
        return name
    }

    /// What a client calls itself, before its version.
    private static func clientName(_ request: APIRequest) -> String {
        let agent = request.values(of: "User-Agent").first ?? ""
        let name = String((agent.split(separator: "/").first ?? "").prefix(FieldOwner.maximumNameBytes))
        return name.isEmpty || name.utf8.count > FieldOwner.maximumNameBytes ? "unknown" : name
    }
}

extension WrittenPart {
    /// The subresource through which the part is written.
    fileprivate var subresource: String? { self == .status ? "status" : nil }
}
