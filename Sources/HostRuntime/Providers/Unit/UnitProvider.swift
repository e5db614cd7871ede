internal import LinuxIO
public import Model

/// systemd units: whether they run, start at boot and are masked; their own unit file and drop-ins.
public enum UnitProvider: Provider {
    /// `unit`.
    public static let type = ResourceType.unit

    /// Observes units in one exchange with systemd, and their files batched by directory.
    public static func observe(
        _ batch: [DeclaredResource], on host: some HostReading, context: ObservationContext
    ) -> [(ResourceID, Result<Observation, HostError>)] {
        guard host.hasUnits else {
            return batch.map { resource in
                let error = HostError(
                    .unavailable,
                    "cannot manage '\(resource.id)': units are not available here, as there is no systemd or "
                        + "another root is managed"
                )
                return (resource.id, .failure(error))
            }
        }
        do throws(HostError) {
            let states = try host.units(batch.map(\.id.identity))
            let files = UnitFileObservation.observe(batch, on: host, context: context)
            return batch.indices.map { index in
                (batch[index].id, files[index].map { .unit(states[index], files: $0) })
            }
        } catch {
            return batch.map { ($0.id, .failure(error)) }
        }
    }
}
