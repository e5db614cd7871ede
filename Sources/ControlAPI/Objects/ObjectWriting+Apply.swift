internal import Model
internal import Store

extension ObjectWriting {
    private static let applyAttempts = 5

    /// Applies what a manager declares: server-side apply.
    func apply(_ part: WrittenPart) async throws -> APIResponse {
        let manager = try options.applyingManager(part)
        let body = try ReadBody(context, mediaTypes: [ReadPatch.applyType])
        let (json, warnings) = try ReadObject.checked(
            body.json, duplicates: body.duplicates, of: descriptor, options.validation)
        let wanted = try checkedApply(json)
        let management = FieldManagement(manager, at: context.services.now())
        var attempt = 1
        while true {
            do {
                guard let stored = try await storedObject() else {
                    guard part == .spec else { throw StoreError(.notFound, "there is no \(try context.key().shown)") }
                    return try answer(try await create(wanted, management), status: 201, warnings)
                }
                try checkPreconditions(uid: wanted.uid, wanted.version, stored)
                return try answer(try await change(stored, wanted.json, management, part), warnings)
            } catch let error as StoreError
                where [.conflict, .alreadyExists].contains(error.code) && attempt < Self.applyAttempts
            {
                attempt += 1
            }
        }
    }

    /// What is applied, and which object it is meant for.
    private struct Wanted {
        let json: JSONValue
        let uid: String?
        let version: ResourceVersion?
    }

    private func checkedApply(_ json: JSONValue) throws -> Wanted {
        guard json["apiVersion"]?.stringValue == apiVersionName, json["kind"]?.stringValue == descriptor.kind.rawValue
        else {
            throw APIFailure.badRequest(
                "what is applied must name its apiVersion '\(apiVersionName)' and its kind "
                    + "'\(descriptor.kind.rawValue)'")
        }
        guard (json["metadata"]?["name"]?.stringValue ?? context.name) == context.name else {
            throw APIFailure.badRequest(
                "what is applied is named \(quoted(json["metadata"]?["name"]?.stringValue ?? "")), the path "
                    + quoted(context.name))
        }
        if let managed = json["metadata"]?["managedFields"], managed != .null, managed != .array([]) {
            throw APIFailure.badRequest("metadata.managedFields must be nil")
        }
        // Reading it as an object says what is wrong with it before anything is merged.
        let object: APIObject
        do { object = try APIObject(json: json) } catch { throw APIFailure.badRequest(error.message) }
        return Wanted(json: json, uid: object.metadata.uid, version: object.metadata.resourceVersion)
    }

    private func storedObject() async throws -> APIObject? {
        do {
            return try await store.object(try context.key())
        } catch let error as StoreError where error.code == .notFound {
            return nil
        }
    }

    private func create(_ wanted: Wanted, _ management: FieldManagement) async throws -> APIObject {
        if let uid = wanted.uid {
            throw APIFailure.conflict("there is no \(try context.key().shown) with the uid \(quoted(uid))")
        }
        let empty = APIObject(kind: descriptor.kind, metadata: ObjectMeta(name: context.name))
        let (json, entries) = try applied(wanted.json, to: empty, management)
        return try await make(try object(json), entries)
    }

    private func change(
        _ stored: APIObject, _ wanted: JSONValue, _ management: FieldManagement, _ part: WrittenPart
    ) async throws -> APIObject {
        let (json, entries) = try applied(wanted, to: stored, management)
        let object = try object(json)
        var next = stored
        switch part {
        case .status: next.status = object.status
        case .spec:
            next.spec = object.spec
            next.metadata = object.metadata.keepingServerFields(of: stored.metadata)
            if next.spec != stored.spec { next.fillDefaults() }
        }
        return try await replace(stored, with: next, entries, part)
    }

    private func applied(
        _ wanted: JSONValue, to stored: APIObject, _ management: FieldManagement
    ) throws -> (json: JSONValue, entries: [ManagedFieldsEntry]) {
        do {
            return try management.applying(wanted, to: stored, force: options.isForced)
        } catch let error as FieldConflicts {
            throw Self.failure(error)
        }
    }

    private func object(_ json: JSONValue) throws(APIFailure) -> APIObject {
        do { return try APIObject(json: json) } catch { throw .badRequest(error.message) }
    }

    /// The answer to a conflict, in the words that clients know.
    private static func failure(_ error: FieldConflicts) -> APIFailure {
        let conflicts = error.conflicts
        let causes = conflicts.prefix(100).map {
            APIStatus.Cause(reason: "FieldManagerConflict", message: $0.message, field: $0.field)
        }
        var message = "Apply failed with \(conflicts.count) conflict" + (conflicts.count == 1 ? "" : "s") + ": "
        if conflicts.count == 1 {
            message += "\(conflicts[0].message): \(conflicts[0].field)"
        } else {
            var fields: [(owner: String, fields: [String])] = []
            for conflict in conflicts.prefix(100) {
                if let last = fields.indices.last, fields[last].owner == conflict.message {
                    fields[last].fields.append(conflict.field)
                } else {
                    fields.append((conflict.message, [conflict.field]))
                }
            }
            message += fields.map { owner, fields in
                "conflicts" + owner.dropFirst("conflict".count) + ":" + fields.map { "\n- \($0)" }.joined()
            }.joined(separator: "\n")
        }
        return APIFailure(409, "Conflict", message, details: APIStatus.Details(causes: causes))
    }
}

extension ObjectKey {
    /// The key as messages show it.
    var shown: String { "\(kind.rawValue) '\(name)'" }
}
