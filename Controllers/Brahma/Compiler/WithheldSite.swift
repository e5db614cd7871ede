import HostRuntime
import Model

/// What of a site is left alone on a host, checked as if it were in force: a broken template or reference is found
/// wherever the site is compiled.
struct WithheldSite {
    /// What is left alone, in the order of the documents; nothing that another declaration has in force.
    let resources: [WithheldResource]
    /// What is wrong.
    let diagnostics: [CompileDiagnostic]
    private let ids: Set<ResourceID>

    init(_ selection: SiteSelection, files: SiteFiles) throws {
        if selection.withheld.isEmpty {
            (resources, diagnostics, ids) = ([], [], [])
            return
        }
        let inForce = Set(selection.declared.lazy.map { selection.declaration(of: $0).id })
        var resolver = ContentResolver(files: files, sink: .digests)
        var (resources, diagnostics): ([WithheldResource], [CompileDiagnostic]) = ([], [])
        var ids: Set<ResourceID> = []
        let known = inForce.union(selection.withheld.lazy.map { selection.declaration(of: $0).id })
        for member in selection.withheld {
            let declaration = selection.declaration(of: member)
            let draft = resolver.resource(declaration, of: selection.blueprint(of: member))
            diagnostics += Self.references(of: declaration, known: known)
            guard !inForce.contains(draft.id), ids.insert(draft.id).inserted else { continue }
            resources.append(
                WithheldResource(
                    id: draft.id, blueprint: draft.blueprint, paths: draft.ownPaths(unitDirectory: unitDirectory)))
        }
        _ = try resolver.finish([])
        self.resources = resources
        self.diagnostics = diagnostics + resolver.diagnostics
        self.ids = ids
    }

    /// A resource that no longer waits for anything that is left alone.
    func freeing(_ resource: DeclaredResource) -> DeclaredResource {
        guard !ids.isEmpty else { return resource }
        var resource = resource
        resource.dependencies.removeAll { ids.contains($0) }
        if case .unit(var unit) = resource.attributes {
            unit.restartOn.removeAll { ids.contains($0) }
            unit.reloadOn.removeAll { ids.contains($0) }
            resource.attributes = .unit(unit)
        }
        return resource
    }

    /// References to what no document declares.
    private static func references(
        of declaration: ResourceDeclaration, known: Set<ResourceID>
    ) -> [CompileDiagnostic] {
        var references = declaration.after
        if case .unit(let unit) = declaration.attributes { references += unit.restartOn + unit.reloadOn }
        return references.filter { !known.contains($0.id) }.map { reference in
            CompileDiagnostic(
                position: reference.position,
                message: "'\(declaration.id)' refers to '\(reference.id)', which is not declared"
                    + Suggestion.clause(
                        for: reference.id.description,
                        among: known.lazy.filter { $0.type == reference.id.type }.map(\.description).sorted()))
        }
    }
}
