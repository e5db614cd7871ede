import Model
import Testing

@testable import ControllerRuntime
@testable import Store

@Suite struct CandidateStateTests {
    private func record(_ epoch: Int64, renewed: Int64) -> LeaseRecord {
        LeaseRecord(
            holder: "a", epoch: epoch, renewed: WallTime(nanoseconds: renewed), expires: WallTime(nanoseconds: 0))
    }

    @Test func `silence is a record that did not change for the whole time of a lease`() {
        var state = CandidateState(leaseDuration: .seconds(15))
        #expect(state.silent(at: .seconds(100)) == nil)
        state.see(record(1, renewed: 1), at: .zero)
        state.see(record(1, renewed: 1), at: .seconds(14))
        #expect(state.silent(at: .seconds(14)) == nil)
        #expect(state.silent(at: .seconds(15)) == record(1, renewed: 1))
        state.see(record(1, renewed: 2), at: .seconds(16))
        #expect(state.silent(at: .seconds(30)) == nil)
        state.see(record(2, renewed: 2), at: .seconds(30))
        #expect(state.silent(at: .seconds(44)) == nil)
        #expect(state.silent(at: .seconds(45)) == record(2, renewed: 2))
    }

    @Test func `a tenure ends the time of a lease after it was asked for, and renewals put that off`() {
        let tenure = Tenure(
            Lease(name: "one", holder: "a", epoch: 1), leaseDuration: .seconds(15), askedAt: .seconds(2))
        #expect(tenure.end == .seconds(17))
        tenure.renewed(askedAt: .seconds(7))
        tenure.renewed(askedAt: .seconds(6))
        #expect(tenure.end == .seconds(22))
    }
}
