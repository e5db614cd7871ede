import Store

/// The steps of a run of which something is known, by their index.
struct StepRecords: Sendable {
    private var slots: [StepRecord?] = []
    /// How many there are.
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }
    /// All of them in the order of their steps.
    var all: [StepRecord] { slots.compactMap(\.self) }

    /// What is known of a step; nil when nothing is.
    subscript(index: Int) -> StepRecord? {
        get { slots.indices.contains(index) ? slots[index] : nil }
        _modify {
            if index >= slots.count {
                slots.append(contentsOf: repeatElement(nil, count: index + 1 - slots.count))
            }
            let wasKnown = slots[index] != nil
            defer { count += (slots[index] == nil ? 0 : 1) - (wasKnown ? 1 : 0) }
            yield &slots[index]
        }
    }

    /// Adds what is known of steps, or replaces it.
    mutating func add(_ records: [StepRecord]) {
        guard let last = records.map(\.index).max() else { return }
        slots.reserveCapacity(last + 1)
        for record in records { self[record.index] = record }
    }
}
