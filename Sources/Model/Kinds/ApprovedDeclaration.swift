/// A declaration of a resource that a person approved: drift back to it is repaired without asking again.
public struct ApprovedDeclaration: Codable, Sendable, Hashable {
    /// The run that was approved.
    public var run: String
    /// The digest of the attributes that it led to.
    public var digest: ContentDigest

    /// Notes an approval.
    public init(run: String, digest: ContentDigest) {
        self.run = run
        self.digest = digest
    }
}

extension ResourceKind.Status {
    /// So many declarations are remembered: what is in force, what a roll back goes to, and a few in between.
    private static let approvedMaximum = 4

    /// Notes that a person approved a declaration; the oldest is forgotten above the bound.
    public mutating func approve(_ digest: ContentDigest, by run: String) {
        let others = (approved ?? []).filter { $0.digest != digest }
        approved = [ApprovedDeclaration(run: run, digest: digest)] + others.prefix(Self.approvedMaximum - 1)
    }

    /// Whether a person approved a declaration.
    public func isApproved(_ digest: ContentDigest) -> Bool { approved?.contains { $0.digest == digest } ?? false }
}

extension DeclaredResource {
    /// The digest of what an approval is of: the attributes, wherever they are declared.
    public var attributesDigest: ContentDigest {
        get throws(ModelError) { ContentDigest(hashing: try JSONValue(encoding: attributes).canonicalBytes) }
    }
}
