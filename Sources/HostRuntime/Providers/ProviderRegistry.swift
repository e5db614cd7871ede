public import Model

/// The providers by resource type.
public enum ProviderRegistry {
    /// The provider of a type.
    public static func provider(of type: ResourceType) -> any Provider.Type {
        switch type {
        case .file: FileProvider.self
        case .directory: DirectoryProvider.self
        case .symlink: SymlinkProvider.self
        case .unit: UnitProvider.self
        }
    }

    /// Observes resources of any type; the attributes tell which.
    ///
    /// Blocks: for the executor's and the observation threads. Order does not matter.
    public static func observe(
        _ resources: some Sequence<DeclaredResource>, on host: some HostReading, context: ObservationContext
    ) -> [ResourceID: Result<Observation, HostError>] {
        var batches: [ResourceType: [DeclaredResource]] = [:]
        for resource in resources { batches[resource.attributes.type, default: []].append(resource) }
        var observations: [ResourceID: Result<Observation, HostError>] = [:]
        for type in ResourceType.allCases {
            guard let batch = batches[type] else { continue }
            for (id, result) in provider(of: type).observe(batch, on: host, context: context) {
                observations[id] = result
            }
        }
        return observations
    }

    /// The change of one resource; nil when nothing differs.
    ///
    /// Pure.
    public static func change(
        from observation: Observation, to declared: DeclaredResource, context: PlanContext
    ) throws(HostError) -> Change? {
        try provider(of: declared.attributes.type).change(from: observation, to: declared, context: context)
    }
}
