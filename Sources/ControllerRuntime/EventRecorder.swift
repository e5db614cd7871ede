public import Model
public import Store

/// Records what happened to objects as `Event` objects, counted as Kubernetes counts them: an equal event raises the
/// count of the one that is there, and many that differ in their message only become one.
public struct EventRecorder: Sendable {
    private let store: any ObjectStore
    private let readers: [KindName: any ObjectReading]
    private let source: String
    private let wallTime: @Sendable () -> WallTime
    private let similar = SimilarEvents()

    /// Makes a recorder that speaks as `source`.
    ///
    /// `readers` are where objects of some kinds are read, if not in the store.
    public init(
        store: any ObjectStore, readers: [KindName: any ObjectReading] = [:], source: String,
        wallTime: @escaping @Sendable () -> WallTime
    ) {
        self.store = store
        self.readers = readers
        self.source = source
        self.wallTime = wallTime
    }

    /// Records an event.
    ///
    /// `type` is `Normal` or `Warning`.
    public func record(_ type: EventType, on object: ObjectKey, reason: Reason, message: String) async throws {
        let time = wallTime()
        var spec = EventKind.Spec(
            involvedKind: object.kind.rawValue, involvedName: object.name, involvedUID: try await uid(of: object),
            type: type.rawValue, reason: reason.rawValue, message: message, time: time, source: source)
        let name: String
        if similar.note(spec, at: time) {
            name = Self.name(of: spec, combined: true)
            spec.message = "(combined from similar events): " + message
        } else {
            name = Self.name(of: spec, combined: false)
        }
        let key = ObjectKey(kind: EventKind.descriptor.kind, name: name)
        do {
            let stored = try Object<EventKind>(await store.object(key))
            var next = stored
            next.spec.count += 1
            next.spec.lastTimestamp = time
            next.spec.message = spec.message
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

    /// The uid of an object, so that a namesake made later has events of its own; nil for one that is gone.
    private func uid(of object: ObjectKey) async throws -> String? {
        do {
            return try await (readers[object.kind] ?? store).object(object).metadata.uid
        } catch let error as StoreError where error.code == .notFound {
            return nil
        }
    }

    /// The name is the object's and a digest of what makes two events equal.
    static func name(of spec: EventKind.Spec, combined: Bool) -> String {
        let message = combined ? [] : [spec.message]
        let identity =
            [spec.involvedKind, spec.involvedName, spec.involvedUID ?? "", spec.type, spec.reason, spec.source]
            + message
        let digest = ContentDigest(hashing: Array(identity.joined(separator: "\u{0}").utf8))
        return "\(spec.involvedName).\(digest.hex.prefix(16))"
    }
}

/// Whether an event is a matter of course.
public enum EventType: String, Sendable, Hashable {
    case normal = "Normal"
    case warning = "Warning"
}
