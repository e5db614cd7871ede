import FoundationEssentials
public import Model

/// Moves all objects from one store to another, and proves that they are equal.
public struct ObjectTransfer: Sendable {
    /// What was moved.
    public struct Report: Sendable, Hashable, Codable {
        /// How many objects of each kind there are.
        public var objects: [String: Int]
        /// The digest of all objects in the order of their versions, but for these; the same on both sides.
        public var digest: String
        /// The newest version on the side that they came from, and on the other.
        public var from: ResourceVersion
        /// See `from`.
        public var to: ResourceVersion
    }

    private let source: any TransferableStore
    private let target: any TransferableStore

    /// Makes a transfer; nobody else may write to either meanwhile.
    public init(from source: any TransferableStore, to target: any TransferableStore) {
        self.source = source
        self.target = target
    }

    /// Copies everything; the source keeps its objects.
    ///
    /// Throws `.conflict` unless the target is empty or what it holds is to be replaced, and `.corrupt` should it
    /// differ from the source afterwards.
    public func run(replacing: Bool = false) async throws -> Report {
        let objects = try await Self.objects(of: source)
        let version = try await source.newestVersion()
        try await target.adopt(objects, above: version, replacing: replacing)
        let copies = try await Self.objects(of: target)
        let report = Report(
            objects: Dictionary(objects.map { ($0.kind.rawValue, 1) }, uniquingKeysWith: +),
            digest: try Self.digest(of: objects), from: version, to: try await target.newestVersion())
        try Self.compare(objects, copies)
        guard try Self.digest(of: copies) == report.digest else {
            throw StoreError(.corrupt, "the copies differ from the objects that were moved; do not use the target")
        }
        return report
    }

    /// All objects, in the order of their versions.
    static func objects(of store: any TransferableStore) async throws -> [APIObject] {
        var objects: [APIObject] = []
        for kind in try await store.kinds() {
            objects += try await store.objects(of: kind, limit: nil, after: nil).items
        }
        return objects.sorted {
            ($0.metadata.resourceVersion ?? ResourceVersion(0)) < ($1.metadata.resourceVersion ?? ResourceVersion(0))
        }
    }

    /// Names the first object that differs.
    private static func compare(_ objects: [APIObject], _ copies: [APIObject]) throws(StoreError) {
        guard objects.count == copies.count else {
            throw StoreError(.corrupt, "\(objects.count) objects were moved and \(copies.count) arrived")
        }
        for (object, copy) in zip(objects, copies) where unversioned(object) != unversioned(copy) {
            throw StoreError(
                .corrupt, "\(ObjectWriteRules.name(object.key)) did not arrive as it was; do not use the target")
        }
    }

    private static func digest(of objects: [APIObject]) throws -> String {
        var hasher = ContentHasher()
        for object in objects { hasher.update(try unversioned(object).json.canonicalBytes) }
        return "\(hasher.finish())"
    }

    private static func unversioned(_ object: APIObject) -> APIObject {
        var object = object
        object.metadata.resourceVersion = nil
        return object
    }
}
