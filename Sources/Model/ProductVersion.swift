/// The version of AetherEdge, in one place.
public enum ProductVersion {
    /// The version as `version` prints it.
    public static let text = "0.1.0"
}
