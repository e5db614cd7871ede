import FoundationEssentials

/// How values stand in columns: one byte for the form, then the compact form, deflated where that saves much.
enum RowCoding {
    private static let plain: UInt8 = 1
    private static let deflated: UInt8 = 2
    /// Compression pays its time back only above this size.
    private static let compressionThreshold = 4 << 10
    /// The largest value that is read back: a plan or generation with 100,000 resources stays well below.
    private static let sizeLimit = 1 << 30

    /// Encodes a value; throws `.invalid` when it has more than `limit` bytes before compression.
    static func encode(_ value: some Encodable, limit: Int = sizeLimit) throws(StoreError) -> Data {
        let bytes: [UInt8]
        do { bytes = try CompactEncoder.encode(value) } catch {
            throw StoreError(.invalid, "cannot store a value that has no stored form: \(error)", cause: error)
        }
        guard bytes.count <= limit else {
            throw StoreError(.invalid, "cannot store a value of \(bytes.count) bytes: at most \(limit) are allowed")
        }
        let isLarge = bytes.count > compressionThreshold
        var data = Data(capacity: isLarge ? bytes.count / 2 : bytes.count + 1)
        data.append(isLarge ? deflated : plain)
        data.append(contentsOf: isLarge ? try Deflater.compress(bytes) : bytes)
        return data
    }

    /// Decodes a value; throws `.corrupt` for bytes that `encode` did not make.
    static func decode<T: Decodable>(_ type: T.Type, _ data: Data?, what: String) throws(StoreError) -> T {
        guard let data, let form = data.first else { throw corrupt(what, "it is empty") }
        let rest = [UInt8](data.dropFirst())
        let bytes: [UInt8]
        switch form {
        case plain: bytes = rest
        case deflated: bytes = try Inflater.decompress(rest, limit: sizeLimit)
        default: throw corrupt(what, "form \(form) is not known to this version")
        }
        do { return try CompactDecoder.decode(type, from: bytes) } catch {
            throw corrupt(what, "\(error)")
        }
    }

    private static func corrupt(_ what: String, _ reason: String) -> StoreError {
        StoreError(.corrupt, "cannot read the stored \(what): \(reason)")
    }
}
