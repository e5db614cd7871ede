/// A token in its three parts.
struct JSONWebToken {
    let header: [UInt8]
    let payload: [UInt8]
    let signature: [UInt8]
    /// The header as an object; empty until it is read.
    private(set) var decodedHeader = RegoObject()

    /// Takes a token apart and reads its header.
    init(_ text: RegoString) throws(BuiltinError) {
        try self.init(splitting: text)
        try readHeader()
    }

    /// Takes a token apart without a look at what the parts hold.
    init(splitting text: RegoString) throws(BuiltinError) {
        let bytes = text.utf8
        guard bytes.contains(UInt8(ascii: ".")) else { throw BuiltinError("encoded JWT had no period separators") }
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3 else {
            throw BuiltinError("encoded JWT must have 3 sections, found \(parts.count)")
        }
        header = Array(parts[0])
        payload = Array(parts[1])
        signature = Array(parts[2])
    }

    mutating func readHeader() throws(BuiltinError) {
        let decoded = try JSONWebToken.decode(header, "header")
        do throws(BuiltinError) {
            decodedHeader = try JSONWebToken.object(decoded)
        } catch {
            throw BuiltinError("bad JWT header: \(error.message)")
        }
        if decodedHeader["enc"] != nil { throw BuiltinError("JWT is a JWE object, which is not supported") }
    }

    /// What is signed.
    var signed: [UInt8] { header + [UInt8(ascii: ".")] + payload }

    static func decode(_ part: [UInt8], _ name: String) throws(BuiltinError) -> [UInt8] {
        do throws(BuiltinError) {
            return try Base64.decodeURL(part)
        } catch {
            throw BuiltinError("JWT \(name) had invalid encoding: \(error.message)")
        }
    }

    static func object(_ text: [UInt8]) throws(BuiltinError) -> RegoObject {
        let value: RegoValue
        do throws(RegoJSONError) {
            value = try RegoValue(json: text)
        } catch {
            throw BuiltinError("invalid JSON: \(error.message)")
        }
        guard case .object(let object) = value else { throw BuiltinError("decoded JSON type was not an Object") }
        return object
    }

    /// A text of the header, empty where it has none.
    func headerText(_ name: String) throws(BuiltinError) -> String {
        guard let value = decodedHeader[name] else { return "" }
        guard let text = value.string else { throw BuiltinError("\(name): must be a string") }
        return text
    }

    /// The extensions that a reader has to understand.
    func criticalNames() throws(BuiltinError) -> Set<String> {
        guard let value = decodedHeader["crit"] else { return [] }
        guard case .array(let list) = value else { throw BuiltinError("crit: must be a list") }
        let names = Set(list.compactMap(\.string))
        if names.isEmpty { throw BuiltinError("crit: must be a nonempty list") }
        return names
    }
}
