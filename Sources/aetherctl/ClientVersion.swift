/// The version of the product that this command line belongs to.
enum ClientVersion {
    static let text = "0.1.0"
}
