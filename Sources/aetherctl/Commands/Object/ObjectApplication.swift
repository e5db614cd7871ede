import ControlClient
import Model

/// Brings one object to the state of a file.
struct ObjectApplication: Sendable {
    /// What became of an object.
    enum Outcome: String, Sendable {
        case created
        case configured
        case unchanged
    }

    private static let attempts = 5
    private let client: APIClient
    private let isDryRun: Bool

    init(_ client: APIClient, isDryRun: Bool) {
        self.client = client
        self.isDryRun = isDryRun
    }

    /// Creates or updates; a change by somebody else in between is taken up and tried again.
    func apply(_ wanted: APIObject) async throws -> (APIObject, Outcome) {
        var wanted = wanted
        wanted.status = .object([:])
        var attempt = 1
        while true {
            do throws(ControlClientError) {
                guard let current = try await current(wanted.key) else {
                    var new = wanted
                    new.metadata = Self.declared(wanted.metadata)
                    return (try await client.create(new, isDryRun: isDryRun), .created)
                }
                let merged = Self.merge(wanted, into: current)
                if merged == current { return (current, .unchanged) }
                return (try await client.update(merged, isDryRun: isDryRun), .configured)
            } catch {
                // A conflict over ownership stays one; over a version it goes away.
                let isRace = error.code == .conflict || error.code == .alreadyExists
                guard isRace, attempt < Self.attempts, error.status?.details?.causes?.isEmpty != false else {
                    throw error
                }
                attempt += 1
            }
        }
    }

    /// The object with what is wanted of it.
    static func merge(_ wanted: APIObject, into current: APIObject) -> APIObject {
        var merged = current
        merged.spec = wanted.spec
        // What the daemon would fill in is no difference; what it took from a repository has nothing filled in.
        if merged.spec != current.spec { merged.fillDefaults() }
        if let labels = wanted.metadata.labels {
            merged.metadata.labels = (current.metadata.labels ?? [:]).merging(labels) { _, new in new }
        }
        if let annotations = wanted.metadata.annotations {
            merged.metadata.annotations = (current.metadata.annotations ?? [:]).merging(annotations) { _, new in new }
        }
        return merged
    }

    private static func declared(_ metadata: ObjectMeta) -> ObjectMeta {
        ObjectMeta(name: metadata.name, labels: metadata.labels, annotations: metadata.annotations)
    }

    private func current(_ key: ObjectKey) async throws(ControlClientError) -> APIObject? {
        do {
            return try await client.get(key)
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }
}
