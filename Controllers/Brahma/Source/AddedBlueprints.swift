import Model
import Store

/// Blueprints that the API made rather than a source; they are compiled together with those of the site.
struct AddedBlueprints: Sendable {
    /// The blueprints, by name.
    var blueprints: [BlueprintDocument] = []
    /// What is wrong with them; positions name the object.
    var diagnostics: [CompileDiagnostic] = []
    /// Changes with any of them.
    var fingerprint = AddedBlueprints.none

    /// The fingerprint of no blueprints.
    static let none = "none"
    /// Under which name the fingerprint of what was compiled last is kept.
    static let settingName = "blueprints.added"

    /// Reads all that no source owns.
    static func read(from objects: any ObjectReading, denied: [DeniedTree]) async throws -> AddedBlueprints {
        var added = AddedBlueprints()
        var specs: [String: JSONValue] = [:]
        var after: String?
        repeat {
            let page = try await objects.objects(of: BlueprintKind.descriptor.kind, limit: 500, after: after)
            for object in page.items where object.metadata.labels?[ownerLabel] == nil {
                let file = "blueprint/\(object.metadata.name)"
                specs[object.metadata.name] = object.spec
                let (blueprint, findings) = BlueprintDocument.read(
                    object, file: file, denied: DeniedTree.kernel + denied)
                if let blueprint { added.blueprints.append(blueprint) }
                added.diagnostics += findings.map { $0.diagnostic(in: file) }
            }
            after = page.next
        } while after != nil
        if !specs.isEmpty {
            added.fingerprint = ContentDigest(hashing: JSONValue.object(specs).canonicalBytes).description
        }
        return added
    }
}
