import HostRuntime
import HostTestSupport
import Model
import Store
import TestSupport
import Testing

/// Properties that hold for every host and every declaration; a failure prints its seed.
@Suite struct PlannerPropertyTests {
    private static let seeds = UInt64(0)..<400

    @Test(.tags(.i7)) func `a plan that is applied leaves nothing to plan`() throws {
        for seed in Self.seeds {
            var site = RandomSite(seed: seed)
            let host = site.host(seed: seed)
            let declared = site.declarations()
            let planning = Planning(host)
            let first = try planning.plan(declared)
            try apply(first.plan, host, seed)
            var next = try planning.plan(declared)
            if first.problems.isEmpty {
                #expect(next.plan.changes.map(\.resource) == [], "seed \(seed): \(next.plan.changes)")
                #expect(next.problems.isEmpty, "seed \(seed): \(next.problems)")
            }
            // What waited for another resource may be possible once that is done.
            for _ in 0..<4 where !next.plan.isEmpty {
                try apply(next.plan, host, seed)
                next = try planning.plan(declared)
            }
            #expect(next.plan.changes.map(\.resource) == [], "seed \(seed): \(next.plan.changes)")
        }
    }

    @Test func `every resource is planned, in sync or has a problem`() throws {
        for seed in Self.seeds {
            var site = RandomSite(seed: seed)
            let host = site.host(seed: seed)
            let declared = site.declarations()
            let result = try Planning(host).plan(declared)
            let parts = result.plan.changes.map(\.resource) + result.inSync + result.problems.keys
            #expect(parts.sorted() == declared.map(\.id).sorted(), "seed \(seed)")
        }
    }

    @Test(.tags(.i5)) func `what was done is observed as the plan said`() throws {
        for seed in Self.seeds {
            var site = RandomSite(seed: seed)
            let host = site.host(seed: seed)
            let declared = site.declarations()
            let first = try Planning(host).plan(declared)
            let context = ObservationContext(declared: declared, on: host, cache: HashCache())
            let before = ProviderRegistry.observe(declared, on: host, context: context)
            try apply(first.plan, host, seed)
            let after = ProviderRegistry.observe(declared, on: host, context: context)
            for change in first.plan.changes {
                guard let resource = declared.first(where: { $0.id == change.resource }) else { continue }
                #expect(try before[resource.id]?.get().digest(for: resource) == change.before, "seed \(seed)")
                #expect(
                    try after[resource.id]?.get().digest(for: resource) == change.after,
                    "seed \(seed): \(change) \(String(describing: after[resource.id]))")
            }
        }
    }

    @Test func `the same host and declarations give the same plan`() throws {
        for seed in Self.seeds {
            var plans: [Plan] = []
            for _ in 0..<2 {
                var site = RandomSite(seed: seed)
                let host = site.host(seed: seed)
                plans.append(try Planning(host).plan(site.declarations()).plan)
            }
            #expect(plans[0] == plans[1], "seed \(seed)")
            #expect(plans[0].hash == plans[1].hash)
        }
    }

    @Test func `changes come after those that they depend on`() throws {
        for seed in Self.seeds {
            var site = RandomSite(seed: seed)
            let host = site.host(seed: seed)
            let old = site.declarations()
            let departed = old.map { DepartedResource(last: $0, before: nil) }
            let declared = site.declarations()
            let kept = Set(declared.map(\.id))
            let plan = try Planning(host).plan(declared, departed: departed.filter { !kept.contains($0.id) }).plan
            var seen: Set<ResourceID> = []
            for change in plan.changes {
                #expect(seen.isSuperset(of: change.dependencies), "seed \(seed): \(change)")
                #expect(seen.insert(change.resource).inserted, "seed \(seed): \(change.resource) twice")
            }
        }
    }

    @Test func `what leaves the blueprint leaves the host when it is pruned, and nothing else does`() throws {
        for seed in Self.seeds {
            var site = RandomSite(seed: seed)
            let host = site.host(seed: seed)
            let old = site.declarations()
            let planning = Planning(host)
            try apply(try planning.plan(old).plan, host, seed)
            let kept = site.declarations()
            let names = Set(kept.map(\.id))
            let departed = old.filter { !names.contains($0.id) }.map { DepartedResource(last: $0, before: .absent) }
            let result = try planning.plan(kept, departed: departed, cause: .prune)
            let pruned = Set(departed.filter { $0.last.prune }.map(\.id))
            for change in result.plan.changes where !names.contains(change.resource) {
                #expect(pruned.contains(change.resource), "seed \(seed)")
            }
            // What lay below a path that becomes something else is looked for in the next round, and that may take
            // another.
            var again = result
            for _ in 0..<4 where !again.plan.isEmpty {
                try apply(again.plan, host, seed)
                again = try planning.plan(kept, departed: departed, cause: .prune)
            }
            #expect(again.plan.changes.map(\.resource) == [], "seed \(seed): \(again.plan.changes)")
            for id in pruned where result.problems[id] == nil && again.problems[id] == nil {
                #expect(again.forgettable.contains(id), "seed \(seed): \(id)")
            }
        }
    }

    @Test func `a plan's hash is that of its canonical JSON, however long it is`() {
        let changes = (0..<300).map { number in
            Change(
                resource: ResourceID(type: .file, identity: "/etc/\"é\\\(number)"), action: .update, fields: [],
                before: ContentDigest(hashing: "\(number)"), after: ContentDigest(hashing: "\(-number)"), undo: .exact,
                risk: .low, operations: [])
        }
        for count in [0, 1, 2, 300] {
            let plan = Plan(cause: .change, commit: "c\"0", changes: Array(changes.prefix(count)))
            let canonical = JSONValue.object([
                "commit": .string(plan.commit),
                "changes": .array(
                    plan.changes.map { change in
                        .array([
                            .string(change.resource.description), .string(change.before.description),
                            .string(change.after.description),
                        ])
                    }),
            ])
            #expect(plan.hash == ContentDigest(hashing: canonical.canonicalBytes).description, "\(count) changes")
        }
    }

    @Test(.tags(.i5)) func `drift of what a plan does not change leaves its hash`() throws {
        var random = SeededGenerator(seed: 5)
        for seed in Self.seeds.prefix(100) {
            var site = RandomSite(seed: seed)
            let host = site.host(seed: seed)
            let planning = Planning(host)
            let declared = site.declarations()
            let hash = try planning.plan(declared).plan.hash
            host.write("/etc/unrelated", "\(random.next())")
            host.change("/srv/target", FileMetadata(mode: 0o700))
            host.advance(by: 1_000_000_000_000)
            #expect(try planning.plan(declared).plan.hash == hash, "seed \(seed)")
        }
    }

    /// Applies a plan; a failure names the seed.
    private func apply(_ plan: Plan, _ host: SimulatedHost, _ seed: UInt64) throws {
        do {
            try PlanInterpreter(host, texts: RandomSite.texts).apply(plan)
        } catch {
            let operations = plan.changes.flatMap { change in change.operations.map { "\(change.resource): \($0)" } }
            Issue.record("seed \(seed): \(error)\n\(operations.joined(separator: "\n"))")
            throw error
        }
    }
}
