import HostRuntime
import HostTestSupport
import Model
import Store
import TestSupport
import Testing

@testable import Vishnu

/// Rows have the declarations of what the host is brought to, also after a commit was tried and left.
@Suite struct RowDeclarationTests {
    private static let first = DeclaredResource.file("/etc/a", "a\n")
    private static let second = DeclaredResource.file("/etc/a", "b\n").with(mode: .propose)
    private static let texts = ["a\n", "b\n"]

    private static func declared(_ loop: LoopFixture) throws -> DeclaredResource? {
        try loop.resources.rows(ids: [first.id]).first?.declared
    }

    @Test func `a commit that was only asked about leaves nothing in the rows when it is taken back`() async throws {
        try await withLoop { loop in
            try await loop.commit("c1", [Self.first], texts: Self.texts)
            #expect(try await loop.pass() == .succeeded)
            try await loop.commit("c2", [Self.second])
            #expect(try await loop.pass() == .waitingForApproval)
            #expect(try Self.declared(loop) == Self.second)
            try await loop.commit("c3", [Self.first])
            _ = try await loop.pass()
            #expect(try Self.declared(loop) == Self.first)
            #expect(try loop.status(of: Self.first.id).phase == .inSync)
        }
    }

    @Test func `the same holds when the daemon was restarted in between`() async throws {
        try await withLoop { loop in
            try await loop.commit("c1", [Self.first], texts: Self.texts)
            #expect(try await loop.pass() == .succeeded)
            try await loop.commit("c2", [Self.second])
            #expect(try await loop.pass() == .waitingForApproval)
            loop.restart()
            try await loop.commit("c3", [Self.first])
            _ = try await loop.pass()
            #expect(try Self.declared(loop) == Self.first)
        }
    }
}
