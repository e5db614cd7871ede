/// Reads `Decodable` values from the compact form.
struct CompactDecoder: Decoder {
    let value: CompactValue
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// The value that bytes are the whole of.
    static func decode<T: Decodable>(_ type: T.Type, from bytes: [UInt8]) throws -> T {
        let reader = CompactReader(bytes)
        guard try reader.end(ofValueAt: 0) == bytes.count else {
            throw CompactReader.damaged("bytes follow its end")
        }
        return try CompactValue(reader: reader, position: 0).decode(type)
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(try CompactKeyedDecoding<Key>(value))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { try CompactArrayDecoding(value) }
    func singleValueContainer() throws -> any SingleValueDecodingContainer { CompactSingleDecoding(value: value) }
}

private struct CompactKeyedDecoding<Key: CodingKey>: KeyedDecodingContainerProtocol {
    /// The members in the order in which they stand, which is mostly the order in which they are asked for.
    private let members: [(name: String, value: CompactValue)]
    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { members.compactMap { Key(stringValue: $0.name) } }

    init(_ value: CompactValue) throws(StoreError) {
        let reader = value.reader
        guard try reader.tag(at: value.position) == CompactForm.object else {
            throw CompactReader.damaged("an object was expected")
        }
        var position = value.position + 1
        var members: [(name: String, value: CompactValue)] = []
        while let name = try reader.name(at: &position) {
            members.append((name, CompactValue(reader: reader, position: position)))
            position = try reader.end(ofValueAt: position)
        }
        self.members = members
    }

    private func find(_ key: Key) -> CompactValue? {
        let name = key.stringValue
        return members.first { $0.name == name }?.value
    }

    private func value(_ key: Key) throws(StoreError) -> CompactValue {
        guard let value = find(key) else { throw CompactReader.damaged("the member '\(key.stringValue)' is missing") }
        return value
    }

    /// Nil for an absent member and for null, without an error on the way.
    private func present(_ key: Key) throws(StoreError) -> CompactValue? {
        guard let value = find(key), !(try value.isNull) else { return nil }
        return value
    }

    func contains(_ key: Key) -> Bool { find(key) != nil }
    func decodeNil(forKey key: Key) throws -> Bool { try value(key).isNull }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try value(key).bool() }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try value(key).string() }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try value(key).double() }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { Float(try value(key).double()) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try value(key).integer(type) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try value(key).integer(type) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try value(key).integer(type) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try value(key).integer(type) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try value(key).integer(type) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try value(key).integer(type) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try value(key).integer(type) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try value(key).integer(type) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try value(key).integer(type) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try value(key).integer(type) }
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try value(key).decode(type) }

    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? { try present(key)?.string() }
    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? { try present(key)?.decode(type) }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try CompactDecoder(value: value(key)).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try CompactDecoder(value: value(key)).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder {
        guard let value = members.first(where: { $0.name == "super" })?.value else {
            throw CompactReader.damaged("the member 'super' is missing")
        }
        return CompactDecoder(value: value)
    }

    func superDecoder(forKey key: Key) throws -> any Decoder { CompactDecoder(value: try value(key)) }
}

private struct CompactArrayDecoding: UnkeyedDecodingContainer {
    private let reader: CompactReader
    private var position: Int
    private let stop: Int
    let count: Int?
    private(set) var currentIndex = 0
    var codingPath: [any CodingKey] { [] }
    var isAtEnd: Bool { position == stop }

    init(_ value: CompactValue) throws(StoreError) {
        reader = value.reader
        guard try reader.tag(at: value.position) == CompactForm.array else {
            throw CompactReader.damaged("an array was expected")
        }
        position = value.position + 1
        var (next, elements) = (position, 0)
        while try reader.tag(at: next) != CompactForm.end {
            next = try reader.end(ofValueAt: next)
            elements += 1
        }
        stop = next
        count = elements
    }

    private mutating func next() throws(StoreError) -> CompactValue {
        guard !isAtEnd else { throw CompactReader.damaged("an array has too few values") }
        defer { currentIndex += 1 }
        let value = CompactValue(reader: reader, position: position)
        position = try reader.end(ofValueAt: position)
        return value
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd, try CompactValue(reader: reader, position: position).isNull else { return false }
        _ = try next()
        return true
    }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T { try next().decode(type) }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try CompactDecoder(value: next()).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try CompactDecoder(value: next()).unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder { CompactDecoder(value: try next()) }
}

private struct CompactSingleDecoding: SingleValueDecodingContainer {
    let value: CompactValue
    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { (try? value.isNull) ?? false }
    func decode(_ type: Bool.Type) throws -> Bool { try value.bool() }
    func decode(_ type: String.Type) throws -> String { try value.string() }
    func decode(_ type: Double.Type) throws -> Double { try value.double() }
    func decode(_ type: Float.Type) throws -> Float { Float(try value.double()) }
    func decode(_ type: Int.Type) throws -> Int { try value.integer(type) }
    func decode(_ type: Int8.Type) throws -> Int8 { try value.integer(type) }
    func decode(_ type: Int16.Type) throws -> Int16 { try value.integer(type) }
    func decode(_ type: Int32.Type) throws -> Int32 { try value.integer(type) }
    func decode(_ type: Int64.Type) throws -> Int64 { try value.integer(type) }
    func decode(_ type: UInt.Type) throws -> UInt { try value.integer(type) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try value.integer(type) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try value.integer(type) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try value.integer(type) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try value.integer(type) }
    func decode<T: Decodable>(_ type: T.Type) throws -> T { try value.decode(type) }
}
