import HostRuntime
import Model

extension Observer {
    /// What a run compares with, of those resources that are declared; nothing when the host cannot be read at all.
    func digests(
        of ids: [ResourceID], among declared: [DeclaredResource]
    ) async -> [ResourceID: Result<ContentDigest, HostError>] {
        let asked = Set(ids)
        let wanted = declared.filter { asked.contains($0.id) }
        let observations: [ResourceID: Result<Observation, HostError>]
        do {
            observations = try await observe(wanted, context: try await context(for: declared))
        } catch {
            return [:]
        }
        var digests: [ResourceID: Result<ContentDigest, HostError>] = [:]
        for resource in wanted {
            guard let observation = observations[resource.id] else { continue }
            digests[resource.id] = observation.map { $0.digest(for: resource) }
        }
        return digests
    }
}
