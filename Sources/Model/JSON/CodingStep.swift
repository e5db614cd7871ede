/// The way from the root to a container, made only once for each container; the path is spelled out for errors only.
final class CodingStep {
    private let parent: CodingStep?
    private let key: any CodingKey

    init(_ parent: CodingStep?, _ key: any CodingKey) {
        self.parent = parent
        self.key = key
    }

    /// The keys from the root to a container and, where given, to a value in it.
    static func path(_ step: CodingStep?, _ last: (any CodingKey)? = nil) -> [any CodingKey] {
        var keys: [any CodingKey] = last.map { [$0] } ?? []
        var step = step
        while let current = step {
            keys.append(current.key)
            step = current.parent
        }
        return keys.reversed()
    }
}

/// The position of an element.
struct ElementKey: CodingKey {
    private let index: Int

    init(_ index: Int) { self.index = index }
    init(intValue: Int) { index = intValue }
    init?(stringValue: String) { nil }

    var stringValue: String { String(index) }
    var intValue: Int? { index }
}
