internal import LinuxIO
public import Model

/// Regular files: bytes, owner, group, mode, absence.
public enum FileProvider: Provider {
    /// `file`.
    public static let type = ResourceType.file

    /// Observes files, batched by directory; bytes are read only where they are managed and not cached.
    public static func observe(
        _ batch: [DeclaredResource], on host: some HostReading, context: ObservationContext
    ) -> [(ResourceID, Result<Observation, HostError>)] {
        PathObservation.observe(batch, on: host, context: context) { (resource, status) throws(HostError) in
            let path = resource.id.identity
            guard status.type == .regular, case .file(let file) = resource.attributes, !file.isAbsent,
                try !PathObservation.isForeignLink(status, at: path, on: host)
            else {
                return try PathObservation.other(status, for: resource, on: host, context: context)
            }
            let metadata = FileMetadata(status).restricted(
                owner: file.owner, group: file.group, mode: file.mode,
                managesOwnership: context.accounts.managesOwnership)
            guard file.content != nil else { return .file(metadata: metadata, content: nil) }
            if let written = context.written[resource.id], written.isStill(status) {
                return .file(metadata: metadata, content: written.content)
            }
            return .file(
                metadata: metadata, content: try context.cache.content(of: path, status: status, on: host))
        }
    }
}
