import ControllerRuntime
import Model
import Store

/// Keeps `Source/default` as the configuration has it.
struct SourceObject: Sendable {
    let objects: any ObjectStore
    let configuration: Configuration

    /// Creates or updates the object; without a source in the configuration it says so and holds nothing.
    func publish() async throws {
        var spec = configuration.source ?? SourceKind.Spec()
        spec.removalLimitPercent = configuration.removalLimitPercent
        do {
            try await objects.modify(SourceKind.self, sourceName, part: .all, durability: .synced) { $0.spec = spec }
        } catch let error as StoreError where error.code == .notFound {
            let object = Object<SourceKind>(
                metadata: ObjectMeta(name: sourceName), spec: spec, status: SourceKind.Status())
            try await objects.make(object, durability: .synced)
        }
    }
}
