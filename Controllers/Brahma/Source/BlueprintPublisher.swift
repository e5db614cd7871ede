import ControllerRuntime
import Model
import Store

/// Keeps the `Blueprint` objects of a source equal to its documents.
///
/// Objects that the API made are never touched.
struct BlueprintPublisher: Sendable {
    let objects: any ObjectStore

    /// Creates, updates and deletes so that exactly these blueprints carry the source's owner label.
    func publish(
        _ blueprints: [BlueprintDocument], withheld: [WithheldResource], commit: String
    ) async throws {
        let alone = withheld.reduce(into: [:]) { counts, resource in counts[resource.blueprint, default: 0] += 1 }
        let wanted = Dictionary(blueprints.map { ($0.name, $0) }) { first, _ in first }
        var after: String?
        var owned: [APIObject] = []
        repeat {
            let page = try await objects.objects(of: BlueprintKind.descriptor.kind, limit: 500, after: after)
            owned += page.items.filter { $0.metadata.labels?[ownerLabel] == sourceName }
            after = page.next
        } while after != nil
        for object in owned where wanted[object.metadata.name] == nil {
            _ = try await objects.delete(object.key, precondition: nil)
        }
        for blueprint in blueprints.sorted(by: { $0.name < $1.name }) {
            try await publish(blueprint, withheld: alone[blueprint.name] ?? 0, commit: commit)
        }
    }

    private func publish(_ blueprint: BlueprintDocument, withheld: Int, commit: String) async throws {
        let labels = blueprint.labels.merging([ownerLabel: sourceName]) { $1 }
        let declared = FieldDeclaration(
            by: FieldOwner(name: "source/\(sourceName)", operation: .apply), labels: labels.keys,
            annotations: blueprint.annotations.keys)
        do {
            try await objects.modify(BlueprintKind.self, blueprint.name, part: .all, declared: declared) { object in
                object.metadata.labels = (object.metadata.labels ?? [:]).merging(labels) { $1 }
                object.metadata.annotations = (object.metadata.annotations ?? [:])
                    .merging(blueprint.annotations) { $1 }
                object.spec = blueprint.spec
                object.status.commit = commit
                object.status.resources = blueprint.resources.count - withheld
                object.status.withheld = withheld == 0 ? nil : withheld
                object.status.observedGeneration = object.metadata.generation
            }
        } catch let error as StoreError where error.code == .notFound {
            var status = BlueprintKind.Status()
            status.commit = commit
            status.resources = blueprint.resources.count - withheld
            status.withheld = withheld == 0 ? nil : withheld
            let metadata = ObjectMeta(name: blueprint.name, labels: labels, annotations: blueprint.annotations)
            let object = Object<BlueprintKind>(metadata: metadata, spec: blueprint.spec, status: status)
            try await objects.make(object, declared: declared)
        }
    }
}
