internal import Model

/// An API of Kubernetes in which events are served beside our own: `v1` and `events.k8s.io/v1`.
enum EventShape: CaseIterable, Sendable {
    case core
    case events

    /// The one namespace: objects of ours have none, and clients look for the events of such objects here.
    static let namespace = "default"

    /// The group; empty for the core group.
    var group: String {
        switch self {
        case .core: ""
        case .events: "events.k8s.io"
        }
    }

    /// The group and version as objects name them.
    var apiVersion: String { group.isEmpty ? "v1" : group + "/v1" }

    /// Where the group is served.
    var prefix: String { group.isEmpty ? "/api/v1" : "/apis/\(group)/v1" }

    /// The name of the schema among those of this API.
    var schemaName: String {
        switch self {
        case .core: "CoreEvent"
        case .events: "RegardingEvent"
        }
    }

    /// What the shape calls the object that an event is about.
    var involved: String {
        switch self {
        case .core: "involvedObject"
        case .events: "regarding"
        }
    }

    /// How events look in the shape.
    var view: ObjectView {
        ObjectView(
            apiVersion: apiVersion, kind: "Event",
            fieldRoots: [
                "metadata", involved, "reason", "type", "source", "action", "reportingComponent", "reportingController",
            ],
            json: { object throws(ModelError) in try json(object) },
            table: { EventTable.table($0, now: $1) })
    }

    /// An event in the shape.
    func json(_ object: APIObject) throws(ModelError) -> JSONValue {
        let spec = try Object<EventKind>(object).spec
        var members: [String: JSONValue] = [
            "apiVersion": .string(apiVersion), "kind": "Event", "reason": .string(spec.reason),
            "type": .string(spec.type), "reportingInstance": .string(spec.reportingInstance ?? ""),
        ]
        if case .object(var metadata) = try object.metadata.json {
            metadata["namespace"] = .string(Self.namespace)
            members["metadata"] = .object(metadata)
        }
        members["action"] = spec.action.map { .string($0) }
        members[involved] = Self.reference(spec)
        let (first, last) = (Self.seconds(spec.firstTimestamp), Self.seconds(spec.lastTimestamp))
        let source = Self.source(spec)
        if spec.count > 1 {
            members["series"] = [
                "count": .integer(Int64(spec.count)),
                "lastObservedTime": .string(spec.lastTimestamp.microsecondText),
            ]
        }
        switch self {
        case .core:
            members["message"] = .string(spec.message)
            members["count"] = .integer(Int64(spec.count))
            members["firstTimestamp"] = first
            members["lastTimestamp"] = last
            members["eventTime"] = .null
            members["source"] = source
            members["reportingComponent"] = .string(spec.source)
        case .events:
            members["note"] = .string(spec.message)
            members["deprecatedCount"] = .integer(Int64(spec.count))
            members["deprecatedFirstTimestamp"] = first
            members["deprecatedLastTimestamp"] = last
            members["eventTime"] = .string(spec.firstTimestamp.microsecondText)
            members["deprecatedSource"] = source
            members["reportingController"] = .string(spec.source)
        }
        return .object(members)
    }

    private static func reference(_ spec: EventKind.Spec) -> JSONValue {
        var members: [String: JSONValue] = [
            "kind": .string(spec.involvedKind), "name": .string(spec.involvedName),
            "apiVersion": .string(spec.involvedAPIVersion ?? apiVersionName),
        ]
        members["uid"] = spec.involvedUID.map { .string($0) }
        members["namespace"] = spec.involvedNamespace.map { .string($0) }
        members["resourceVersion"] = spec.involvedResourceVersion.map { .string($0) }
        members["fieldPath"] = spec.involvedFieldPath.map { .string($0) }
        return .object(members)
    }

    private static func source(_ spec: EventKind.Spec) -> JSONValue {
        var members: [String: JSONValue] = ["component": .string(spec.source)]
        members["host"] = spec.reportingInstance.map { .string($0) }
        return .object(members)
    }

    /// The form of times in `meta/v1`, which has no fractions.
    private static func seconds(_ time: WallTime) -> JSONValue {
        .string(WallTime(seconds: time.nanoseconds / 1_000_000_000).description)
    }
}

extension EventShape {
    /// Reads an event that a client sent.
    func object(
        _ json: JSONValue, now: WallTime
    ) throws(APIFailure) -> APIObject {
        guard json["apiVersion"]?.stringValue ?? apiVersion == apiVersion,
            json["kind"]?.stringValue ?? "Event" == "Event"
        else { throw .badRequest("the body is not an Event of \(apiVersion)") }
        guard (json["metadata"]?["namespace"]?.stringValue ?? Self.namespace) == Self.namespace else {
            throw .badRequest("the namespace of the object does not match that of the request")
        }
        do throws(ModelError) {
            let metadata = try (json["metadata"] ?? .object([:])).decode(ObjectMeta.self, field: "metadata")
            var object = APIObject(kind: EventKind.descriptor.kind, metadata: metadata)
            object.spec = try JSONValue(encoding: try spec(json, now: now))
            object.metadata.managedFields = nil
            return object
        } catch {
            throw .badRequest(error.message)
        }
    }

    private func spec(_ json: JSONValue, now: WallTime) throws(ModelError) -> EventKind.Spec {
        let reference = json[involved] ?? .object([:])
        let isCore = self == .core
        let times =
            isCore ? ["firstTimestamp", "lastTimestamp"] : ["deprecatedFirstTimestamp", "deprecatedLastTimestamp"]
        let began = try time(json, "eventTime")
        let first = try time(json, times[0]) ?? began ?? now
        var last = try time(json, times[1])
        if last == nil, let series = json["series"] { last = try time(series, "lastObservedTime") }
        let source = json[isCore ? "source" : "deprecatedSource"]
        let reporter = json[isCore ? "reportingComponent" : "reportingController"]?.filledString
        var spec = EventKind.Spec(
            involvedKind: reference["kind"]?.stringValue ?? "", involvedName: reference["name"]?.stringValue ?? "",
            involvedUID: reference["uid"]?.filledString, type: json["type"]?.filledString ?? "Normal",
            reason: json["reason"]?.stringValue ?? "", message: json[isCore ? "message" : "note"]?.stringValue ?? "",
            time: first, source: source?["component"]?.filledString ?? reporter ?? "unknown")
        spec.lastTimestamp = last ?? first
        let count = json[isCore ? "count" : "deprecatedCount"]?.integerValue ?? json["series"]?["count"]?.integerValue
        spec.count = Int(clamping: max(1, count ?? 1))
        let version = reference["apiVersion"]?.filledString
        spec.involvedAPIVersion = version == apiVersionName ? nil : version
        spec.involvedNamespace = reference["namespace"]?.filledString
        spec.involvedResourceVersion = reference["resourceVersion"]?.filledString
        spec.involvedFieldPath = reference["fieldPath"]?.filledString
        spec.action = json["action"]?.filledString
        spec.reportingInstance = json["reportingInstance"]?.filledString ?? source?["host"]?.filledString
        return spec
    }

    private func time(_ json: JSONValue, _ name: String) throws(ModelError) -> WallTime? {
        guard let value = json[name], value != .null else { return nil }
        return try value.decode(WallTime.self, field: name)
    }
}

extension JSONValue {
    /// The text of a string that is not empty.
    fileprivate var filledString: String? { stringValue.flatMap { $0.isEmpty ? nil : $0 } }
}
