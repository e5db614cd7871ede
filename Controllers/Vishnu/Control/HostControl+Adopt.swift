import ControllerRuntime
import HostRuntime
public import Model
import Store

extension HostControl {
    /// What was observed of some resources, as a blueprint that declares it.
    public func adopt(_ request: AdoptRequest) async throws -> AdoptReport {
        guard !request.resources.isEmpty, request.resources.count <= 1000 else {
            throw ControlError(.invalid, "name between 1 and 1000 resources to adopt, such as 'file:/etc/motd'")
        }
        var ids: [ResourceID] = []
        for text in request.resources {
            guard let id = ResourceID(anyForm: text) else {
                throw ControlError(
                    .invalid, "'\(text)' names no resource; write it as 'file:/etc/motd' or 'unit:nginx.service'")
            }
            ids.append(id)
        }
        let environment = environment
        let names = ids
        return try await environment.worker.run { AdoptedResources(host: environment.host).report(names) }
    }

    /// Adds a change that was made or refused through the API to the audit chain, durably.
    public func record(_ entry: AuditEntry) async throws {
        let environment = environment
        let time = environment.host.wallTime()
        try await environment.worker.run {
            var details: [String: JSONValue] = [
                "outcome": .string(entry.outcome), "pid": .integer(Int64(entry.requester.pid)),
            ]
            // Through the proxy: the token, and whose process carried it.
            details["token"] = entry.requester.tokenID.map { .string($0) }
            details["peer"] = entry.requester.peerUID.map { .integer(Int64($0)) }
            let record = AuditRecord(
                time: time, actor: entry.requester.record, verb: entry.verb, object: entry.object,
                details: .object(details))
            _ = try environment.audit.append(record, durability: .synced)
        }
    }
}
