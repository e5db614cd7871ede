internal import Model

/// What a token says: whose it is and how long it holds.
struct TokenClaims: Codable, Sendable, Hashable {
    /// Who made it.
    var issuer = Self.issuer
    /// For whom it was made: a token for another service is not one for the API.
    var audience = Self.audience
    /// The user's name.
    var user: String
    /// The user's number, where there is an account.
    var uid: UInt32?
    /// The names of the user's groups when it was made.
    var groups: [String]
    /// When it was made, in seconds since 1970.
    var made: Int64
    /// When it ends, in seconds since 1970.
    var expires: Int64
    /// What the audit log calls it.
    var id: String

    static let issuer = "aetheredged"
    static let audience = "aetheredge"

    /// The registered names of JSON Web Tokens.
    private enum CodingKeys: String, CodingKey {
        case issuer = "iss"
        case audience = "aud"
        case user = "sub"
        case uid
        case groups
        case made = "iat"
        case expires = "exp"
        case id = "jti"
    }
}
