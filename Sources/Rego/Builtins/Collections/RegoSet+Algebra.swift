extension RegoSet {
    /// The members of both.
    func intersection(_ other: RegoSet) -> RegoSet {
        let (small, large) = count <= other.count ? (self, other) : (other, self)
        var made = RegoSet()
        for member in small.unordered where large.contains(member) { made.insert(member) }
        return made
    }

    /// The members of either.
    func union(_ other: RegoSet) -> RegoSet {
        var made = count >= other.count ? self : other
        let rest = count >= other.count ? other : self
        for member in rest.unordered { made.insert(member) }
        return made
    }

    /// The members that the other set does not have.
    func subtracting(_ other: RegoSet) -> RegoSet {
        var made = RegoSet()
        for member in unordered where !other.contains(member) { made.insert(member) }
        return made
    }
}
