import Synchronization

/// What built-ins keep between evaluations: compiled regular expressions, globs and schemas, at most so many of each.
///
/// Evaluations on many threads may share one cache.
public final class BuiltinCache: Sendable {
    /// How many things of one kind are kept; at the bound the kind is emptied and begins anew.
    static let limit = 1_000

    private let kept = Mutex<[Key: any Sendable]>([:])

    private struct Key: Hashable {
        let kind: ObjectIdentifier
        let text: RegoString
    }

    /// Makes an empty cache.
    public init() {}

    /// What is kept under a text, made when it is not there.
    func value<Kept: Sendable>(
        _ text: RegoString, make: () throws(BuiltinError) -> Kept
    ) throws(BuiltinError) -> Kept {
        let key = Key(kind: ObjectIdentifier(Kept.self), text: text)
        if let known = kept.withLock({ $0[key] }) as? Kept { return known }
        let made = try make()
        kept.withLock { kept in
            if kept.count >= BuiltinCache.limit { kept.removeAll(keepingCapacity: true) }
            kept[key] = made
        }
        return made
    }
}
