/// Bounds on YAML text; a document beyond them is refused with an error at the place where it goes beyond.
public struct YAMLLimits: Sendable, Hashable {
    /// The most bytes of one file.
    public var bytes: Int
    /// The most values of one file, where each use of an alias counts everything that it stands for.
    public var values: Int
    /// The deepest nesting, aliases included.
    public var depth: Int
    /// The most errors that are collected before parsing stops.
    public var diagnostics: Int

    /// Sets bounds.
    public init(bytes: Int = 8 << 20, values: Int = 1_000_000, depth: Int = 64, diagnostics: Int = 100) {
        self.bytes = bytes
        self.values = values
        self.depth = depth
        self.diagnostics = diagnostics
    }

    /// 8 MiB, a million values, 64 levels and 100 errors: room for 100,000 resources in one file.
    public static let standard = YAMLLimits()
}
