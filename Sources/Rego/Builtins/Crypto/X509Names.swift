/// The names that certificates have numbers for.
enum X509Names {
    /// Go's number of a signature algorithm.
    static func signatureAlgorithm(_ identifier: [Int], _ element: DERElement) -> Int {
        switch identifier {
        case [1, 2, 840, 113549, 1, 1, 2]: return 1
        case [1, 2, 840, 113549, 1, 1, 4]: return 2
        case [1, 2, 840, 113549, 1, 1, 5], [1, 3, 14, 3, 2, 29]: return 3
        case [1, 2, 840, 113549, 1, 1, 11]: return 4
        case [1, 2, 840, 113549, 1, 1, 12]: return 5
        case [1, 2, 840, 113549, 1, 1, 13]: return 6
        case [1, 2, 840, 10040, 4, 3]: return 7
        case [2, 16, 840, 1, 101, 3, 4, 3, 2]: return 8
        case [1, 2, 840, 10045, 4, 1]: return 9
        case [1, 2, 840, 10045, 4, 3, 2]: return 10
        case [1, 2, 840, 10045, 4, 3, 3]: return 11
        case [1, 2, 840, 10045, 4, 3, 4]: return 12
        case [1, 2, 840, 113549, 1, 1, 10]: return pss(element)
        case [1, 3, 101, 112]: return 16
        default: return 0
        }
    }

    /// The parameters of PSS name the hash: the last byte of its identifier is 1, 2 or 3 for SHA-256, 384 and 512.
    private static func pss(_ element: DERElement) -> Int {
        let hash: [UInt8] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02]
        let bytes = Array(element.encoded)
        for index in bytes.indices.dropLast(hash.count) where bytes[index...].starts(with: hash) {
            switch bytes[index + hash.count] {
            case 1: return 13
            case 2: return 14
            case 3: return 15
            default: return 0
            }
        }
        return 0
    }

    /// Go's number of a public key's algorithm.
    static func keyAlgorithm(_ identifier: [Int]) -> Int {
        switch identifier {
        case [1, 2, 840, 113549, 1, 1, 1]: 1
        case [1, 2, 840, 10040, 4, 1]: 2
        case [1, 2, 840, 10045, 2, 1]: 3
        case [1, 3, 101, 112]: 4
        default: 0
        }
    }

    /// Go's numbers of extended key usages.
    static let extendedUsages: [[Int]: Int] = [
        [2, 5, 29, 37, 0]: 0, [1, 3, 6, 1, 5, 5, 7, 3, 1]: 1, [1, 3, 6, 1, 5, 5, 7, 3, 2]: 2,
        [1, 3, 6, 1, 5, 5, 7, 3, 3]: 3, [1, 3, 6, 1, 5, 5, 7, 3, 4]: 4, [1, 3, 6, 1, 5, 5, 7, 3, 5]: 5,
        [1, 3, 6, 1, 5, 5, 7, 3, 6]: 6, [1, 3, 6, 1, 5, 5, 7, 3, 7]: 7, [1, 3, 6, 1, 5, 5, 7, 3, 8]: 8,
        [1, 3, 6, 1, 5, 5, 7, 3, 9]: 9, [1, 3, 6, 1, 4, 1, 311, 10, 3, 3]: 10,
        [2, 16, 840, 1, 113730, 4, 1]: 11, [1, 3, 6, 1, 4, 1, 311, 2, 1, 22]: 12,
        [1, 3, 6, 1, 4, 1, 311, 61, 1, 1]: 13,
    ]

    /// What OPA calls extended key usages in the options of a verification.
    static let usageNames: [String: Int] = [
        "KeyUsageAny": 0, "KeyUsageServerAuth": 1, "KeyUsageClientAuth": 2, "KeyUsageCodeSigning": 3,
        "KeyUsageEmailProtection": 4, "KeyUsageIPSECEndSystem": 5, "KeyUsageIPSECTunnel": 6, "KeyUsageIPSECUser": 7,
        "KeyUsageTimeStamping": 8, "KeyUsageOCSPSigning": 9, "KeyUsageMicrosoftServerGatedCrypto": 10,
        "KeyUsageNetscapeServerGatedCrypto": 11, "KeyUsageMicrosoftCommercialCodeSigning": 12,
        "KeyUsageMicrosoftKernelCodeSigning": 13,
    ]

    /// The members of Go's pkix.Name by the last number of their identifiers under 2.5.4.
    static let listMembers: [Int: String] = [
        6: "Country", 7: "Locality", 8: "Province", 9: "StreetAddress", 10: "Organization", 11: "OrganizationalUnit",
        17: "PostalCode",
    ]
}
