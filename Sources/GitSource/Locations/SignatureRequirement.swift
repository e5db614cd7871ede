/// Whose signature a commit needs.
public enum SignatureRequirement: Sendable, Equatable {
    /// An SSH key that this allowed-signers file (ssh-keygen(1)) lists.
    case ssh(allowedSignersFile: String)
    /// An OpenPGP key of the keyring in this GnuPG home.
    case openPGP(home: String)
}

/// A signature that was found good.
public struct Signature: Sendable, Equatable {
    /// Who signed, as the allowed-signers file or the keyring names them.
    public var signer: String
    /// The fingerprint of the key.
    public var key: String
}
