import HostRuntime
import Model
import Store
import Synchronization

/// Reads the blueprints that the API made, again only after some blueprint changed.
final class AddedBlueprintsReader: Sendable {
    private struct Known {
        var version: ResourceVersion
        var added: AddedBlueprints
    }

    private let objects: any ObjectReading
    private let denied: [DeniedTree]
    private let known = Mutex<Known?>(nil)

    init(objects: any ObjectReading, denied: [DeniedTree]) {
        self.objects = objects
        self.denied = denied
    }

    /// The blueprints as they are now.
    func read() async throws -> AddedBlueprints {
        // The version is taken before the list: a change that comes between is read twice rather than never.
        let version = try await objects.latestVersion(of: BlueprintKind.descriptor.kind)
        if let known = known.withLock({ $0 }), known.version == version { return known.added }
        let added = try await AddedBlueprints.read(from: objects, denied: denied)
        known.withLock { $0 = Known(version: version, added: added) }
        return added
    }
}
