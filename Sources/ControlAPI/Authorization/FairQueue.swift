/// Who is served now and who waits: each user has some seats, and what is free goes round among those who wait.
struct FairQueue: Sendable {
    /// What becomes of a request.
    enum Answer: Equatable {
        case served
        case waits
        /// Too many of the user's requests wait already.
        case refused
    }

    private struct User {
        var served = 0
        var waiting: [Int] = []
    }

    let seats: Int
    let seatsPerUser: Int
    let waitingPerUser: Int
    private var users: [UserKey: User] = [:]
    /// Users of whom somebody waits, the next one first.
    private var order: [UserKey] = []
    private(set) var served = 0

    init(seats: Int, seatsPerUser: Int, waitingPerUser: Int) {
        self.seats = seats
        self.seatsPerUser = seatsPerUser
        self.waitingPerUser = waitingPerUser
    }

    /// How many requests wait.
    var waiting: Int { users.values.reduce(0) { $0 + $1.waiting.count } }

    /// Serves a request of a user if there is a seat; false when it would have to wait.
    mutating func enter(_ user: UserKey) -> Bool {
        var state = users[user] ?? User()
        guard state.waiting.isEmpty, state.served < seatsPerUser, served < seats else { return false }
        state.served += 1
        served += 1
        users[user] = state
        return true
    }

    /// A request of a user arrives, and waits if it must.
    mutating func arrive(_ user: UserKey, id: Int) -> Answer {
        if enter(user) { return .served }
        var state = users[user] ?? User()
        guard state.waiting.count < waitingPerUser else { return .refused }
        if state.waiting.isEmpty { order.append(user) }
        state.waiting.append(id)
        users[user] = state
        return .waits
    }

    /// A request of a user was answered; returns those that are served now.
    mutating func leave(_ user: UserKey) -> [Int] {
        guard var state = users[user] else { return [] }
        precondition(state.served > 0, "a request left twice")
        state.served -= 1
        served -= 1
        users[user] = state.served == 0 && state.waiting.isEmpty ? nil : state
        return seatWaiting()
    }

    /// A request waits no longer; false when it is served already.
    mutating func giveUp(_ user: UserKey, id: Int) -> Bool {
        guard var state = users[user], let index = state.waiting.firstIndex(of: id) else { return false }
        state.waiting.remove(at: index)
        if state.waiting.isEmpty { order.removeAll { $0 == user } }
        users[user] = state.served == 0 && state.waiting.isEmpty ? nil : state
        return true
    }

    private mutating func seatWaiting() -> [Int] {
        var seated: [Int] = []
        var passed = 0
        while served < seats, passed < order.count {
            let user = order.removeFirst()
            guard var state = users[user], state.served < seatsPerUser, !state.waiting.isEmpty else {
                order.append(user)
                passed += 1
                continue
            }
            seated.append(state.waiting.removeFirst())
            state.served += 1
            served += 1
            users[user] = state
            if !state.waiting.isEmpty { order.append(user) }
            passed = 0
        }
        return seated
    }
}
