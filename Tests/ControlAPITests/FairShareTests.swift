import ControlClient
import Glibc
import LinuxIO
import Model
import Testing

@testable import ControlAPI

@Suite struct FairShareTests {
    private let ada = UserKey.number(1)
    private let bob = UserKey.number(2)

    @Test func `a user's requests beyond its seats wait, and beyond its places are refused`() {
        var queue = FairQueue(seats: 10, seatsPerUser: 2, waitingPerUser: 1)
        let answers = (1...4).map { queue.arrive(ada, id: $0) }
        #expect(answers == [.served, .served, .waits, .refused])
        let other = queue.arrive(bob, id: 5)
        #expect(other == .served)
        let seated = [queue.leave(bob), queue.leave(ada), queue.leave(ada), queue.leave(ada)]
        #expect(seated == [[], [3], [], []])
        #expect(queue.served == 0)
        #expect(queue.waiting == 0)
    }

    @Test func `what is free goes round among users, however many requests one of them has`() {
        var queue = FairQueue(seats: 1, seatsPerUser: 1, waitingPerUser: 8)
        let first = (1...5).map { queue.arrive(ada, id: $0) }
        #expect(first == [.served, .waits, .waits, .waits, .waits])
        let second = (6...7).map { queue.arrive(bob, id: $0) }
        #expect(second == [.waits, .waits])
        var order: [Int] = []
        var user = ada
        while let next = queue.leave(user).first {
            order.append(next)
            user = next >= 6 ? bob : ada
        }
        #expect(order == [2, 6, 3, 7, 4, 5])
        #expect(queue.served == 0)
    }

    @Test func `a request that gave up takes no seat`() {
        var queue = FairQueue(seats: 1, seatsPerUser: 1, waitingPerUser: 8)
        let answers = [queue.arrive(ada, id: 1), queue.arrive(bob, id: 2)]
        #expect(answers == [.served, .waits])
        let gaveUp = [queue.giveUp(bob, id: 2), queue.giveUp(bob, id: 2)]
        #expect(gaveUp == [true, false])
        let seated = queue.leave(ada)
        #expect(seated == [])
        #expect(queue.waiting == 0)
    }

    @Test func `whoever waits too long is answered 429 with a time to come back`() async throws {
        var limits = ServerLimits()
        (limits.requestsPerUser, limits.waitingPerUser) = (1, 4)
        limits.queueTimeout = .milliseconds(20)
        let share = FairShare(limits: limits)
        let caller = Caller(
            Peer(credentials: PeerCredentials(pid: 1, uid: 7, gid: 7, groups: []), name: "ada"))
        try await share.enter(caller)
        do throws(APIFailure) {
            try await share.enter(caller)
            Issue.record("there was no seat")
        } catch {
            #expect(error.status.code == 429)
            #expect(error.status.details?.retryAfterSeconds == 1)
        }
        #expect(share.figures == FairShare.Figures(served: 1, waiting: 0, refused: 1))
        share.leave(caller)
        try await share.enter(caller)
        share.leave(caller)
        #expect(share.figures.served == 0)
    }

    /// A request with a token on a connection of its own; its status and how long it took.
    private func ask(_ server: ServerFixture, _ token: String) async throws -> (code: String, time: Duration) {
        let begin = ContinuousClock.now
        let answer = try await RawConnection.exchange(
            server.socketPath,
            "GET /apis/aetheredge.io/v1/blueprints HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n"
                + "Connection: close\r\n\r\n")
        return (String(answer.dropFirst(9).prefix(3)), ContinuousClock.now - begin)
    }

    @Test func `a flood of one user is held back, and another is answered meanwhile`() async throws {
        var limits = ServerLimits()
        (limits.requestsPerUser, limits.waitingPerUser) = (2, 2)
        try await withServer(limits: limits) { server in
            let flooding = try await server.client.makeToken(TokenWish(user: "flood", groups: ["aetheredge"])).token
            let quiet = try await server.client.makeToken(TokenWish(user: "quiet", groups: ["aetheredge"])).token
            let times = try await withThrowingTaskGroup(of: [String].self) { tasks in
                for _ in 0..<12 {
                    tasks.addTask {
                        var codes: [String] = []
                        for _ in 0..<25 { codes.append(try await ask(server, flooding).code) }
                        return codes
                    }
                }
                var times: [Duration] = []
                for _ in 0..<100 {
                    let answer = try await ask(server, quiet)
                    #expect(answer.code == "200")
                    times.append(answer.time)
                }
                for try await codes in tasks { #expect(codes.allSatisfy { $0 == "200" || $0 == "429" }) }
                return times.sorted()
            }
            // The median, for on a busy machine some of any hundred wait for a processor.
            #expect(times[49] < .seconds(1), "median of the quiet user: \(times[49])")
            let metrics = try await server.client.send(path: "/metrics")
            #expect(
                String(decoding: metrics, as: UTF8.self).contains("apiserver_flowcontrol_rejected_requests_total"))
        }
    }
}
