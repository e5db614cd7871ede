public import Model

/// Every reason that Brahma sets on a condition or an Event.
extension Reason {
    /// The commit compiles.
    public static let built = Reason(rawValue: "Built")
    /// The commit does not compile; what is in force stays.
    public static let buildFailed = Reason(rawValue: "BuildFailed")
    /// The source cannot be fetched; what is in force stays.
    public static let fetchFailed = Reason(rawValue: "FetchFailed")
    /// The commit does not carry the signature that is required.
    public static let signatureInvalid = Reason(rawValue: "SignatureInvalid")
    /// Facts changed, and the same commit declares something else.
    public static let factsChanged = Reason(rawValue: "FactsChanged")
    /// The configuration names no source.
    public static let notConfigured = Reason(rawValue: "NotConfigured")
}
