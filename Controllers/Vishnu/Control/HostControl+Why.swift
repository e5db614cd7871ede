import ControllerRuntime
import HostRuntime
import LinuxIO
public import Model
import Store

extension HostControl {
    /// The chain behind a resource, newest first: blueprint, commit, plan, gate, approval, run, change, actor (I9).
    public func why(_ id: ResourceID) async throws -> WhyReport {
        let environment = environment
        let (row, runs, generations) = try await environment.worker.run {
            let row = try environment.resources.rows(ids: [id]).first
            let runs = try environment.journal.runs(limit: 500).filter { run in
                run.plan.changes.contains { $0.resource == id }
            }
            return (row, runs.prefix(20), try environment.generations.list(limit: 100))
        }
        var declared = row?.declared
        if row == nil, !runs.isEmpty { declared = try await lastDeclaration(of: id, in: generations) }
        guard let declared else {
            throw ControlError(.notFound, "'\(id)' is not managed; run 'aetherctl get resources'")
        }
        let covering = try await covering(row)
        let commits = Dictionary(generations.map { ($0.commit.commit, $0.commit) }) { first, _ in first }
        var entries: [WhyRun] = []
        for run in runs {
            guard let change = run.plan.changes.first(where: { $0.resource == id }) else { continue }
            entries.append(
                WhyRun(
                    run: run.name, cause: run.plan.cause(of: change), phase: run.phase,
                    time: run.completionTime ?? run.startTime ?? run.createdTime,
                    commit: commits[run.plan.commit] ?? CommitDescription(commit: run.plan.commit),
                    planHash: run.planHash, gate: run.plan.gate.filter { $0.resource == nil || $0.resource == id },
                    approvedBy: try await approver(of: run.name) ?? (run.plan.cause == .drift ? covering : nil),
                    requestedBy: run.requestedBy, change: change,
                    actor: change.actor))
        }
        let source = try await environment.objects.read(SourceKind.self, sourceName)
        return WhyReport(
            resource: id, phase: row?.status.phase, blueprint: declared.blueprint, position: declared.position,
            commit: source.status.commit.map { commits[$0] ?? CommitDescription(commit: $0) },
            lastDrift: row?.status.lastDrift, runs: entries)
    }

    /// The newest declaration of a resource that a run removed, as far as its generation is kept.
    private func lastDeclaration(
        of id: ResourceID, in generations: [GenerationSummary]
    ) async throws -> DeclaredResource? {
        let environment = environment
        for generation in generations {
            let record = try await environment.worker.run { try environment.generations.generation(generation.number) }
            if let declared = record.resources.first(where: { $0.id == id }) { return declared }
        }
        return nil
    }

    /// Who approved the declaration that drift is repaired to, and with which run; nil where nobody was asked.
    private func covering(_ row: ResourceRow?) async throws -> String? {
        guard let row, row.declared.mode == .propose else { return nil }
        let digest = try row.declared.attributesDigest
        guard let approval = row.status.approved?.first(where: { $0.digest == digest }) else { return nil }
        return "\(try await approver(of: approval.run) ?? "somebody") with \(approval.run)"
    }

    private func approver(of run: String) async throws -> String? {
        do {
            return try await environment.objects.read(ApprovalKind.self, run).status.by
        } catch let error as StoreError where error.code == .notFound {
            return nil
        }
    }

    /// Versions of a resource's bytes that can be recovered, newest first.
    public func versions(_ id: ResourceID) async throws -> [RecoverableVersion] {
        let environment = environment
        return try await environment.worker.run { try environment.content.versions(of: id) }.map { version in
            RecoverableVersion(time: version.time, run: version.run, content: version.content)
        }
    }

    /// The bytes of a version, in chunks; at most a few chunks are ahead of the reader.
    public func content(_ id: ResourceID, _ digest: ContentDigest) async throws -> AsyncThrowingStream<
        [UInt8], any Error
    > {
        let known = try await versions(id)
        guard known.contains(where: { $0.content.digest == digest }) else {
            throw ControlError(.notFound, "no version \(digest) of '\(id)' is kept; run 'aetherctl recover \(id)'")
        }
        let pipe = try ContentPipe()
        let content = environment.content
        try downloads.enqueue {
            do {
                try content.read(digest) { chunk in
                    guard try pipe.write(Array(chunk)) else { throw CancellationError() }
                }
                pipe.finish()
            } catch {
                pipe.finish(error)
            }
        }
        let reader = ContentReader(pipe)
        return AsyncThrowingStream(unfolding: { try await reader.pipe.next() })
    }
}

/// Ends the download when nobody reads it any more.
private final class ContentReader: Sendable {
    let pipe: ContentPipe

    init(_ pipe: ContentPipe) { self.pipe = pipe }

    deinit { pipe.abandon() }
}
