import HostRuntime
import HostTestSupport
import Model
import TestSupport
import Testing

@testable import Vishnu

/// Removals of what left the declaration say so.
@Suite(.tags(.i9)) struct PruneCauseTests {
    private static let a = DeclaredResource.file("/etc/a", "a\n", prune: true)
    private static let b = DeclaredResource.file("/etc/b", "b\n", prune: true)
    // A fifth of the resources may go without an approval.
    private static let rest = (0..<5).map { DeclaredResource.file("/etc/rest-\($0)", "a\n") }
    private static let texts = ["a\n", "b\n", "new\n"]

    @Test func `a commit that only drops something runs with cause prune`() async throws {
        try await withLoop { loop in
            try await loop.commit("c1", [Self.a, Self.b] + Self.rest, texts: Self.texts)
            _ = try await loop.pass()
            try await loop.commit("c2", [Self.b] + Self.rest)
            let shown = try await loop.control { try await $0.plan() }
            #expect(shown.plan.cause == .prune)
            let result = try await loop.pass()
            #expect(result == .succeeded)
            #expect(loop.text("/etc/a") == nil)
            #expect(try loop.runs() == ["change Succeeded", "prune Succeeded"])
            let why = try await loop.control { try await $0.why(Self.a.id) }
            #expect(why.phase == nil && why.blueprint == "test")
            #expect(why.runs.map(\.cause) == [.prune, .change])
        }
    }

    @Test func `a removal among changes says its own cause`() async throws {
        try await withLoop { loop in
            try await loop.commit("c1", [Self.a, Self.b] + Self.rest, texts: Self.texts)
            _ = try await loop.pass()
            try await loop.commit("c2", [DeclaredResource.file("/etc/b", "new\n", prune: true)] + Self.rest)
            _ = try await loop.pass()
            #expect(try loop.runs() == ["change Succeeded", "change Succeeded"])
            let gone = try await loop.control { try await $0.why(Self.a.id) }
            let changed = try await loop.control { try await $0.why(Self.b.id) }
            #expect(gone.runs.first?.cause == .prune)
            #expect(changed.runs.first?.cause == .change)
        }
    }

    @Test func `what was never managed is not explained`() async throws {
        try await withLoop { loop in
            try await loop.commit("c1", Self.rest, texts: Self.texts)
            _ = try await loop.pass()
            await #expect(throws: ControlError.self) {
                try await loop.control { _ = try await $0.why(Self.a.id) }
            }
        }
    }
}
