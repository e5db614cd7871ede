/// The positions of keys in sorted order, made once for a storage whose keys did not come in order.
final class SortedOrder: Sendable {
    let positions: ContiguousArray<Int>

    init(_ keys: ContiguousArray<RegoValue>) {
        positions = ContiguousArray(keys.indices.sorted { keys[$0].order(keys[$1]) < 0 })
    }
}
