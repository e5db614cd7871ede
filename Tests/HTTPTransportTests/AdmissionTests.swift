import Testing

@testable import HTTPTransport

@Suite struct AdmissionTests {
    @Test func `transfers beyond the room wait in order, and beyond the queue are refused`() {
        var admission = Admission(activeMaximum: 1, waitingMaximum: 2)
        let ids = (1...4).map { TransferID(value: $0) }
        #expect(ids.map { admission.submit($0) } == [.start, .wait, .wait, .refuse])
        #expect(admission.next() == nil)
        admission.finish(ids[0])
        #expect(admission.next() == ids[1])
        #expect(admission.next() == nil)
    }

    @Test func `a newcomer does not overtake those that wait`() {
        var admission = Admission(activeMaximum: 1, waitingMaximum: 2)
        _ = admission.submit(TransferID(value: 1))
        _ = admission.submit(TransferID(value: 2))
        admission.finish(TransferID(value: 1))
        #expect(admission.submit(TransferID(value: 3)) == .wait)
        #expect(admission.next() == TransferID(value: 2))
    }

    @Test func `a withdrawn transfer leaves its place in the queue`() {
        var admission = Admission(activeMaximum: 1, waitingMaximum: 1)
        _ = admission.submit(TransferID(value: 1))
        _ = admission.submit(TransferID(value: 2))
        #expect(admission.withdraw(TransferID(value: 1)) == .isActive)
        #expect(admission.withdraw(TransferID(value: 2)) == .wasWaiting)
        #expect(admission.withdraw(TransferID(value: 2)) == .unknown)
        #expect(admission.submit(TransferID(value: 3)) == .wait)
    }

    @Test func `finishing a transfer that does not run is a programmer's error`() async {
        await #expect(processExitsWith: .failure) {
            var admission = Admission(activeMaximum: 1, waitingMaximum: 1)
            admission.finish(TransferID(value: 9))
        }
    }
}
