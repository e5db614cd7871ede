public import Model
public import Store

/// Records what happened to objects as `Event` objects: an equal event raises the count of the one that is there, as
/// Kubernetes does.
public struct EventRecorder: Sendable {
    private let store: any ObjectStore
    private let source: String
    private let wallTime: @Sendable () -> WallTime

    /// Makes a recorder that speaks as `source`.
    public init(store: any ObjectStore, source: String, wallTime: @escaping @Sendable () -> WallTime) {
        self.store = store
        self.source = source
        self.wallTime = wallTime
    }

    /// Records an event.
    ///
    /// `type` is `Normal` or `Warning`.
    public func record(_ type: EventType, on object: ObjectKey, reason: Reason, message: String) async throws {
        let time = wallTime()
        let spec = EventKind.Spec(
            involvedKind: object.kind.rawValue, involvedName: object.name, type: type.rawValue, reason: reason.rawValue,
            message: message, time: time, source: source)
        let name = Self.name(of: spec)
        let key = ObjectKey(kind: EventKind.descriptor.kind, name: name)
        do {
            let stored = try Object<EventKind>(await store.object(key))
            var next = stored
            next.spec.count += 1
            next.spec.lastTimestamp = time
            _ = try await store.update(next.untyped(), part: .all, durability: .deferred)
        } catch let error as StoreError where error.code == .notFound {
            let event = Object<EventKind>(metadata: ObjectMeta(name: name), spec: spec, status: EventKind.Status())
            do {
                _ = try await store.create(event.untyped(), durability: .deferred)
            } catch let error as StoreError where error.code == .alreadyExists {
                // Another recorder came first; its count says enough.
            }
        } catch let error as StoreError where error.code == .conflict {
            // Another recorder raised the count in between.
        }
    }

    /// The name is the object's and a digest of what makes two events equal.
    static func name(of spec: EventKind.Spec) -> String {
        let identity = [spec.involvedKind, spec.involvedName, spec.type, spec.reason, spec.message, spec.source]
        let digest = ContentDigest(hashing: Array(identity.joined(separator: "\u{0}").utf8))
        return "\(spec.involvedName).\(digest.hex.prefix(16))"
    }
}

/// Whether an event is a matter of course.
public enum EventType: String, Sendable, Hashable {
    case normal = "Normal"
    case warning = "Warning"
}
