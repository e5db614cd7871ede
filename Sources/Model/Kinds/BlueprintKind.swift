/// The object that declares resources.
///
/// Its spec is stored as it was written; the compiler types it.
public enum BlueprintKind: Kind {
    /// What is declared, as it was written: `spec` of the YAML document, validated against the schema.
    public typealias Spec = JSONValue

    /// What became of it.
    public struct Status: Codable, Sendable, Hashable {
        /// The commit that the blueprint came from; nil for one made by the API.
        public var commit: String?
        /// How many resources it declares of which no `when` is false.
        public var resources: Int?
        /// How many it declares that are left alone, as a `when` is false; nil when there are none.
        public var withheld: Int?
        /// Set while the blueprint is paused.
        public var paused: Pause?
        /// Ready, Reconciling, Stalled.
        public var conditions: [Condition]?
        /// The generation of `spec` that was acted on.
        public var observedGeneration: Int64?

        /// Makes an empty status.
        public init() {}
    }

    /// Names and columns.
    public static let descriptor = KindDescriptor(
        kind: "Blueprint", plural: "blueprints", singular: "blueprint", shortNames: ["bp"],
        columns: [
            PrinterColumn("READY", path: ["status", "conditions", "Ready", "status"]),
            PrinterColumn("MODE", path: ["spec", "mode"]),
            PrinterColumn("RESOURCES", path: ["status", "resources"], type: "integer"),
            PrinterColumn("WITHHELD", path: ["status", "withheld"], priority: 1, type: "integer"),
            PrinterColumn("REASON", path: ["status", "conditions", "Ready", "reason"], priority: 1),
        ],
        summary: "Blueprint declares resources of a host and how differences are treated.")
}
