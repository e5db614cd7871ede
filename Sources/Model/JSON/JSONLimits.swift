/// Bounds on JSON text that is parsed; beyond them parsing throws `.tooLarge` or `.tooDeep`.
public struct JSONLimits: Sendable, Hashable {
    /// The most bytes of text.
    public var bytes: Int
    /// The deepest nesting of arrays and objects.
    public var depth: Int

    /// Sets bounds.
    public init(bytes: Int = 64 << 20, depth: Int = 128) {
        self.bytes = bytes
        self.depth = depth
    }

    /// 64 MiB and 128 levels: for text that this program wrote itself.
    public static let standard = JSONLimits()
    /// 1 MiB and 64 levels: for an object that a client sends (DESIGN 13, Bounds).
    public static let object = JSONLimits(bytes: 1 << 20, depth: 64)
}
