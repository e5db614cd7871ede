/// Deep values: what would recurse once a level is cut every so many levels, so that depth is no matter of the stack.
enum DeepRelease {
    /// Containers at most this deep are released by recursion.
    static let recursionLimit = 128

    /// The depth of a container after a value came into it.
    ///
    /// A value that stands a multiple of the limit deep is hashed now: a later hash stops at what is known already.
    @inline(__always)
    static func depth(_ depth: Int, around value: RegoValue) -> Int {
        let inner = value.depth
        if inner < depth { return depth }
        if inner % recursionLimit == 0 { _ = value.hash64 }
        return inner + 1
    }

    /// Releases the values of a deep container one by one.
    @inline(__always)
    static func release(_ values: inout ContiguousArray<RegoValue>, depth: Int) {
        if depth > recursionLimit { releaseDeep(&values) }
    }

    private static func releaseDeep(_ values: inout ContiguousArray<RegoValue>) {
        var pending = ContiguousArray<RegoValue>()
        swap(&pending, &values)
        while let value = pending.popLast() {
            switch value {
            case .array(var array): array.drain(into: &pending)
            case .object(var object): object.drain(into: &pending)
            case .set(var set): set.drain(into: &pending)
            default: break
            }
        }
    }
}
