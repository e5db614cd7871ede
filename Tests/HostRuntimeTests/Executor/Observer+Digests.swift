import HostRuntime
import Model

extension Observer {
    /// What a run compares with, of those resources that are declared; nothing when the host cannot be read at all.
    func digests(
        of ids: [ResourceID], among declared: [DeclaredResource], written: [ResourceID: WrittenFile]
    ) async -> [ResourceID: Result<ContentDigest, HostError>] {
        let asked = Set(ids)
        do {
            var context = try await context(for: declared)
            context.written = written
            return try await digests(of: declared.filter { asked.contains($0.id) }, context: context)
        } catch {
            return [:]
        }
    }
}
