/// Writes `Encodable` values in the compact form.
struct CompactEncoder: Encoder {
    let writer: CompactWriter
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(CompactKeyedEncoding<Key>(writer: writer, level: writer.open(CompactForm.object)))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        CompactArrayEncoding(writer: writer, level: writer.open(CompactForm.array))
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { CompactSingleEncoding(writer: writer) }
}

private struct CompactKeyedEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let writer: CompactWriter
    let level: Int
    var codingPath: [any CodingKey] { [] }

    private func begin(_ key: Key) {
        writer.close(to: level)
        writer.write(name: key.stringValue)
    }

    mutating func encodeNil(forKey key: Key) throws {
        begin(key)
        writer.write(tag: CompactForm.null)
    }

    mutating func encode(_ value: Bool, forKey key: Key) throws {
        begin(key)
        writer.write(tag: value ? CompactForm.yes : CompactForm.no)
    }

    mutating func encode(_ value: String, forKey key: Key) throws {
        begin(key)
        writer.write(value)
    }

    mutating func encode(_ value: Double, forKey key: Key) throws {
        begin(key)
        writer.write(value)
    }

    mutating func encode(_ value: Float, forKey key: Key) throws { try encode(Double(value), forKey: key) }
    mutating func encode(_ value: Int, forKey key: Key) throws { integer(value, key) }
    mutating func encode(_ value: Int8, forKey key: Key) throws { integer(value, key) }
    mutating func encode(_ value: Int16, forKey key: Key) throws { integer(value, key) }
    mutating func encode(_ value: Int32, forKey key: Key) throws { integer(value, key) }
    mutating func encode(_ value: Int64, forKey key: Key) throws { integer(value, key) }
    mutating func encode(_ value: UInt, forKey key: Key) throws { integer(value, key) }
    mutating func encode(_ value: UInt8, forKey key: Key) throws { integer(value, key) }
    mutating func encode(_ value: UInt16, forKey key: Key) throws { integer(value, key) }
    mutating func encode(_ value: UInt32, forKey key: Key) throws { integer(value, key) }
    mutating func encode(_ value: UInt64, forKey key: Key) throws { integer(value, key) }

    private func integer(_ value: some FixedWidthInteger, _ key: Key) {
        begin(key)
        writer.write(integer: value)
    }

    mutating func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        begin(key)
        try writer.write(value: value)
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        begin(key)
        return CompactEncoder(writer: writer).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        begin(key)
        return CompactEncoder(writer: writer).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder {
        writer.close(to: level)
        writer.write(name: "super")
        return CompactEncoder(writer: writer)
    }

    mutating func superEncoder(forKey key: Key) -> any Encoder {
        begin(key)
        return CompactEncoder(writer: writer)
    }
}

private struct CompactArrayEncoding: UnkeyedEncodingContainer {
    let writer: CompactWriter
    let level: Int
    private(set) var count = 0
    var codingPath: [any CodingKey] { [] }

    init(writer: CompactWriter, level: Int) {
        self.writer = writer
        self.level = level
    }

    private mutating func begin() {
        writer.close(to: level)
        count += 1
    }

    mutating func encodeNil() throws {
        begin()
        writer.write(tag: CompactForm.null)
    }

    mutating func encode<T: Encodable>(_ value: T) throws {
        begin()
        try writer.write(value: value)
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        begin()
        return CompactEncoder(writer: writer).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        begin()
        return CompactEncoder(writer: writer).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder {
        begin()
        return CompactEncoder(writer: writer)
    }
}

private struct CompactSingleEncoding: SingleValueEncodingContainer {
    let writer: CompactWriter
    var codingPath: [any CodingKey] { [] }

    mutating func encodeNil() throws { writer.write(tag: CompactForm.null) }
    mutating func encode(_ value: Bool) throws { writer.write(tag: value ? CompactForm.yes : CompactForm.no) }
    mutating func encode(_ value: String) throws { writer.write(value) }
    mutating func encode(_ value: Double) throws { writer.write(value) }
    mutating func encode(_ value: Float) throws { writer.write(Double(value)) }
    mutating func encode(_ value: Int) throws { writer.write(integer: value) }
    mutating func encode(_ value: Int8) throws { writer.write(integer: value) }
    mutating func encode(_ value: Int16) throws { writer.write(integer: value) }
    mutating func encode(_ value: Int32) throws { writer.write(integer: value) }
    mutating func encode(_ value: Int64) throws { writer.write(integer: value) }
    mutating func encode(_ value: UInt) throws { writer.write(integer: value) }
    mutating func encode(_ value: UInt8) throws { writer.write(integer: value) }
    mutating func encode(_ value: UInt16) throws { writer.write(integer: value) }
    mutating func encode(_ value: UInt32) throws { writer.write(integer: value) }
    mutating func encode(_ value: UInt64) throws { writer.write(integer: value) }
    mutating func encode<T: Encodable>(_ value: T) throws { try writer.write(value: value) }
}
