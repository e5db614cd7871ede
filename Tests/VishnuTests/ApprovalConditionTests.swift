import ControllerRuntime
import HostRuntime
import HostTestSupport
import Model
import Store
import TestSupport
import Testing

@testable import Vishnu

/// Conditions of questions, as kstatus reads them.
@Suite struct ApprovalConditionTests {
    private static let root = Requester(uid: 0, name: "root", pid: 1)
    private static let texts = ["a", "b"]

    private static func conditions(_ name: String, _ loop: LoopFixture) async throws -> [String] {
        let approval = try await loop.objects.read(ApprovalKind.self, name)
        return (approval.status.conditions ?? []).map { condition in
            "\(condition.type.rawValue) \(condition.status.rawValue) \(condition.reason.rawValue)"
        }
    }

    private static func asked(_ body: (LoopFixture) async throws -> Void) async throws {
        try await withLoop { loop in
            try await loop.commit("c1", [.file("/etc/a", "a").with(mode: .propose)], texts: texts)
            _ = try await loop.pass()
            try await body(loop)
        }
    }

    @Test func `a question waits, and is ready once it is answered`() async throws {
        try await Self.asked { loop in
            #expect(
                try await Self.conditions("run-1", loop) == [
                    "Ready False WaitingForApproval", "Reconciling True WaitingForApproval",
                    "Stalled False WaitingForApproval",
                ])
            try await loop.control { control in
                try await control.decide("run-1", DecisionRequest(decision: .approved), by: Self.root)
            }
            #expect(
                try await Self.conditions("run-1", loop) == [
                    "Ready True Approved", "Reconciling False Approved", "Stalled False Approved",
                ])
        }
    }

    @Test func `a denied question is answered`() async throws {
        try await Self.asked { loop in
            try await loop.control { control in
                try await control.decide("run-1", DecisionRequest(decision: .denied), by: Self.root)
            }
            #expect(
                try await Self.conditions("run-1", loop) == [
                    "Ready True Denied", "Reconciling False Denied", "Stalled False Denied",
                ])
        }
    }

    @Test func `a question that no longer arises is stalled`() async throws {
        try await Self.asked { loop in
            try await loop.commit("c2", [.file("/etc/a", "b").with(mode: .propose)], texts: Self.texts)
            _ = try await loop.pass()
            #expect(
                try await Self.conditions("run-1", loop) == [
                    "Ready False Superseded", "Reconciling False Superseded", "Stalled True Superseded",
                ])
            loop.host.write("/etc/a", "b")
            _ = try await loop.pass()
            #expect(try await Self.conditions("run-2", loop).last == "Stalled True Superseded")
        }
    }
}
