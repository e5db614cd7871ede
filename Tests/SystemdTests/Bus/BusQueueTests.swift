import Testing

@testable import Systemd

@Suite struct BusQueueTests {
    private static func requests(_ count: Int) -> [BusRequest] {
        (0..<count).map { index in
            BusRequest(
                call: BusCall(destination: nil, path: "/", interface: "a.b", member: "M\(index)"), deadline: .now,
                finish: { _ in })
        }
    }

    @Test func `the thread is woken once until it takes`() {
        var queue = BusQueue(limit: 10)
        #expect(isWake(queue.add(Self.requests(1))))
        #expect(isQueued(queue.add(Self.requests(1))))
        let first = queue.take(atMost: 1)
        #expect(first.map(\.call.member) == ["M0"])
        #expect(isWake(queue.add(Self.requests(1))))
        #expect(queue.take(atMost: 5).count == 2)
        #expect(queue.isEmpty)
    }

    @Test func `what does not fit is refused whole`() {
        var queue = BusQueue(limit: 3)
        #expect(isWake(queue.add(Self.requests(2))))
        #expect(refusal(queue.add(Self.requests(2)))?.code == .overloaded)
        #expect(queue.take(atMost: .max).count == 2)
        #expect(isWake(queue.add(Self.requests(3))))
    }

    @Test func `a closed queue refuses with the first reason`() {
        var queue = BusQueue(limit: 3)
        let wakes = [
            queue.close(SystemdError(.disconnected, "first")), queue.close(SystemdError(.disconnected, "second")),
        ]
        #expect(wakes == [true, false])
        #expect(refusal(queue.add(Self.requests(1)))?.message == "first")
        #expect(queue.end?.message == "first")
    }

    private func isWake(_ admission: BusQueue.Admission) -> Bool {
        if case .wake = admission { true } else { false }
    }

    private func isQueued(_ admission: BusQueue.Admission) -> Bool {
        if case .queued = admission { true } else { false }
    }

    private func refusal(_ admission: BusQueue.Admission) -> SystemdError? {
        if case .refused(let error) = admission { error } else { nil }
    }
}
