import ControllerRuntime
import HostRuntime
import Logging
public import Model
import Store
import Synchronization

extension HostControl {
    /// Pauses the source, a blueprint or a resource; the operator always wins (I10).
    public func pause(_ object: ObjectKey, _ request: PauseRequest, by requester: Requester) async throws {
        let now = environment.host.wallTime()
        if let seconds = request.seconds, !(1...PauseRequest.maximumSeconds).contains(seconds) {
            throw ControlError(.invalid, "a pause of \(seconds) s makes no sense; give one from 1 s to ten years")
        }
        let until = request.seconds.map { WallTime(nanoseconds: now.nanoseconds + Int64($0) * 1_000_000_000) }
        try await set(Pause(by: requester.record, since: now, until: until), on: object)
        log("paused", object, by: requester)
        wake()
        if let seconds = request.seconds { wake(after: .seconds(seconds)) }
    }

    /// Ends a pause; for the source also what a rollback holds.
    public func resume(_ object: ObjectKey, by requester: Requester) async throws {
        try await set(nil, on: object)
        log("resumed", object, by: requester)
        wake()
    }

    private func set(_ pause: Pause?, on object: ObjectKey) async throws {
        do {
            switch object.kind {
            case SourceKind.descriptor.kind:
                try await environment.objects.modify(
                    SourceKind.self, object.name, part: .status, durability: .synced
                ) { source in
                    source.status.paused = pause
                    if pause == nil { source.status.held = nil }
                }
            case BlueprintKind.descriptor.kind:
                reconciler.note(
                    try await environment.objects.modify(
                        BlueprintKind.self, object.name, part: .status, durability: .synced
                    ) { $0.status.paused = pause })
            case ResourceKind.descriptor.kind:
                try await set(pause, onResource: object.name)
            default:
                throw ControlError(
                    .invalid, "a \(object.kind.rawValue) cannot be paused; name a blueprint or a resource")
            }
        } catch let error as StoreError where error.code == .notFound {
            throw ControlError(.notFound, "there is no \(object.kind.rawValue) '\(object.name)'; run 'aetherctl get'")
        }
    }

    private func set(_ pause: Pause?, onResource name: String) async throws {
        guard let id = ResourceID(anyForm: name) else {
            throw ControlError(.invalid, "'\(name)' names no resource; write it as 'file:/etc/motd'")
        }
        let environment = environment
        try await environment.worker.run {
            do throws(StoreError) {
                try environment.resources.setPause(pause, of: id, durability: .synced)
            } catch  where error.code == .notFound {
                throw ControlError(.notFound, error.message)
            }
        }
        reconciler.state.withLock { $0.pausedResources[id] = pause }
    }

    private func log(_ what: String, _ object: ObjectKey, by requester: Requester) {
        environment.logger.notice(
            "reconciliation was paused or resumed",
            metadata: [
                LogKey.messageID: "\(MessageID.pauseChanged.rawValue)", LogKey.action: "\(what)",
                LogKey.object: "\(object.kind.rawValue)/\(object.name)", LogKey.user: "\(requester.record)",
            ])
    }
}
