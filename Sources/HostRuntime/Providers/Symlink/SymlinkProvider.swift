internal import LinuxIO
public import Model

/// Symbolic links: target, owner, group, absence.
public enum SymlinkProvider: Provider {
    /// `symlink`.
    public static let type = ResourceType.symlink

    /// Observes links, batched by directory.
    public static func observe(
        _ batch: [DeclaredResource], on host: some HostReading, context: ObservationContext
    ) -> [(ResourceID, Result<Observation, HostError>)] {
        PathObservation.observe(batch, on: host, context: context) { (resource, status) throws(HostError) in
            let path = resource.id.identity
            guard status.type == .symbolicLink, case .symlink(let link) = resource.attributes, !link.isAbsent else {
                return try PathObservation.other(status, for: resource, on: host, context: context)
            }
            let metadata = FileMetadata(status).restricted(
                owner: link.owner, group: link.group, mode: nil, managesOwnership: context.accounts.managesOwnership)
            return .symlink(target: try host.linkTarget(of: path), metadata: metadata)
        }
    }
}
