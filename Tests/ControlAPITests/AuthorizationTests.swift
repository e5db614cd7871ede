import ControlClient
import LinuxIO
import Model
import Testing

@testable import ControlAPI

@Suite struct AuthorizationTests {
    private let authorizer = Authorizer(administratorUsers: [77], administratorGroups: [100], readerGroups: [200])

    private func peer(_ uid: UInt32, gid: UInt32 = 1, groups: [UInt32] = []) -> Caller {
        Caller(Peer(credentials: PeerCredentials(pid: 1, uid: uid, gid: gid, groups: groups), name: "u\(uid)"))
    }

    @Test func `root, the daemon's user and administrators administer, readers read, others do neither`() {
        for administrator in [peer(0), peer(77), peer(5, gid: 100), peer(5, groups: [3, 100])] {
            #expect(authorizer.allows(.administer, administrator))
            #expect(authorizer.allows(.read, administrator))
        }
        for reader in [peer(5, gid: 200), peer(5, groups: [200])] {
            #expect(!authorizer.allows(.administer, reader))
            #expect(authorizer.allows(.read, reader))
        }
        #expect(!authorizer.allows(.read, peer(5)))
        #expect(authorizer.allows(.open, peer(5)))
    }

    @Test func `a refusal names the user and the group to join`() {
        let error = #expect(throws: APIFailure.self) { try authorizer.require(.read, peer(5), to: "list blueprints") }
        let message = error?.status.message ?? ""
        #expect(message.contains("user \"u5\" (uid 5) may not list blueprints"))
        #expect(message.contains("'aetheredge' or 'aetheredge-admin'"))
        #expect(error?.status.code == 403)
    }

    @Test func `what reads needs the right to read, what changes or reveals bytes needs to administer`() {
        for route in RouteTable.routes {
            let isOpen =
                ["healthz", "livez", "readyz", "version", "api", "apis", "openapi"].contains(route.resource)
                || route.review != nil
            if isOpen {
                #expect(route.right == .open)
            } else if route.method == "GET" {
                #expect(route.right == (route.verb == "content" ? .administer : .read), "\(route.pattern)")
            } else {
                #expect(route.right == (route.verb == "plan" ? .read : .administer), "\(route.pattern)")
            }
        }
    }

    @Test func `denials that are recorded are bounded by user and minute`() {
        let budget = MinuteBudget(limit: 2)
        #expect([1, 1, 1, 2].map { budget.take(.number($0), minute: 1) } == [true, true, false, true])
        #expect(budget.take(.number(1), minute: 2))
    }

    @Test func `places are kept for root when others have used up theirs`() {
        var limits = ServerLimits()
        limits.connections = 3
        limits.unprivilegedConnections = 2
        limits.connectionsPerUser = 1
        let places = ConnectionPlaces(limits: limits) { $0 == 0 }
        #expect([1, 1, 2, 3].map { places.take($0) } == [.taken, .userFull, .taken, .full])
        #expect(places.take(0) == .taken)
        #expect(places.take(0) == .full)
        places.give(1)
        #expect(places.take(0) == .taken)
    }
}
