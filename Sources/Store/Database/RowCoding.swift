import FoundationEssentials

/// How values stand in columns: one byte for the form, then JSON, compressed where that saves much.
enum RowCoding {
    private static let plain: UInt8 = 1
    private static let compressed: UInt8 = 2
    /// Compression pays its time back only above this size.
    private static let compressionThreshold = 4 << 10
    /// The largest value that is read back: a plan or generation with 100,000 resources stays well below.
    private static let sizeLimit = 1 << 30

    /// Encodes a value; throws `.invalid` when its JSON form has more than `limit` bytes.
    static func encode(_ value: some Encodable, limit: Int = sizeLimit) throws(StoreError) -> Data {
        let json: Data
        do { json = try JSONEncoder().encode(value) } catch {
            throw StoreError(.invalid, "cannot store a value that has no JSON form: \(error)", cause: error)
        }
        guard json.count <= limit else {
            throw StoreError(.invalid, "cannot store a value of \(json.count) bytes: at most \(limit) are allowed")
        }
        guard json.count > compressionThreshold else {
            var data = Data(capacity: json.count + 1)
            data.append(plain)
            data.append(json)
            return data
        }
        var data = Data([compressed])
        data.append(contentsOf: try Deflater.compress([UInt8](json)))
        return data
    }

    /// Decodes a value; throws `.corrupt` for bytes that `encode` did not make.
    static func decode<T: Decodable>(_ type: T.Type, _ data: Data?, what: String) throws(StoreError) -> T {
        guard let data, let form = data.first else { throw corrupt(what, "it is empty") }
        let json: Data
        switch form {
        case plain:
            json = data.dropFirst()
        case compressed:
            json = Data(try Inflater.decompress([UInt8](data.dropFirst()), limit: sizeLimit))
        default:
            throw corrupt(what, "form \(form) is not known to this version")
        }
        do { return try JSONDecoder().decode(type, from: json) } catch {
            throw corrupt(what, "\(error)")
        }
    }

    private static func corrupt(_ what: String, _ reason: String) -> StoreError {
        StoreError(.corrupt, "cannot read the stored \(what): \(reason)")
    }
}
