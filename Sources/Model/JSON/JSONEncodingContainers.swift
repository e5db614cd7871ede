/// Members of an object under construction.
struct JSONKeyedEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: EncodedNode
    let step: CodingStep?
    var codingPath: [any CodingKey] { CodingStep.path(step) }

    private func put(_ value: JSONValue, _ key: Key) { node.set(value, for: key.stringValue) }

    func encodeNil(forKey key: Key) { put(.null, key) }
    func encode(_ value: Bool, forKey key: Key) { put(.bool(value), key) }
    func encode(_ value: String, forKey key: Key) { put(.string(value), key) }
    func encode(_ value: Float, forKey key: Key) throws { try encode(Double(value), forKey: key) }
    func encode(_ value: Double, forKey key: Key) throws {
        put(try JSONValueEncoder.number(value, step: step, key: key), key)
    }
    func encode(_ value: Int, forKey key: Key) { put(.integer(Int64(value)), key) }
    func encode(_ value: Int8, forKey key: Key) { put(.integer(Int64(value)), key) }
    func encode(_ value: Int16, forKey key: Key) { put(.integer(Int64(value)), key) }
    func encode(_ value: Int32, forKey key: Key) { put(.integer(Int64(value)), key) }
    func encode(_ value: Int64, forKey key: Key) { put(.integer(value), key) }
    func encode(_ value: UInt, forKey key: Key) { put(JSONValueEncoder.integer(value), key) }
    func encode(_ value: UInt8, forKey key: Key) { put(.integer(Int64(value)), key) }
    func encode(_ value: UInt16, forKey key: Key) { put(.integer(Int64(value)), key) }
    func encode(_ value: UInt32, forKey key: Key) { put(.integer(Int64(value)), key) }
    func encode(_ value: UInt64, forKey key: Key) { put(JSONValueEncoder.integer(value), key) }
    func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        put(try JSONValueEncoder.value(value, step: step, key: key), key)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy keyType: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        nested(key).container(keyedBy: keyType)
    }
    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { nested(key).unkeyedContainer() }
    func superEncoder() -> any Encoder { nested(FieldKey(stringValue: "super")) }
    func superEncoder(forKey key: Key) -> any Encoder { nested(key) }

    private func nested(_ key: any CodingKey) -> JSONValueEncoder {
        JSONValueEncoder(node: node.open(key.stringValue), step: CodingStep(step, key))
    }
}

/// Elements of an array under construction.
struct JSONUnkeyedEncoding: UnkeyedEncodingContainer {
    let node: EncodedNode
    let step: CodingStep?
    var codingPath: [any CodingKey] { CodingStep.path(step) }
    var count: Int { node.count }

    private func put(_ value: JSONValue) { node.append(value) }
    private var key: ElementKey { ElementKey(count) }

    func encodeNil() { put(.null) }
    func encode(_ value: Bool) { put(.bool(value)) }
    func encode(_ value: String) { put(.string(value)) }
    func encode(_ value: Float) throws { try encode(Double(value)) }
    func encode(_ value: Double) throws { put(try JSONValueEncoder.number(value, step: step, key: key)) }
    func encode(_ value: Int) { put(.integer(Int64(value))) }
    func encode(_ value: Int8) { put(.integer(Int64(value))) }
    func encode(_ value: Int16) { put(.integer(Int64(value))) }
    func encode(_ value: Int32) { put(.integer(Int64(value))) }
    func encode(_ value: Int64) { put(.integer(value)) }
    func encode(_ value: UInt) { put(JSONValueEncoder.integer(value)) }
    func encode(_ value: UInt8) { put(.integer(Int64(value))) }
    func encode(_ value: UInt16) { put(.integer(Int64(value))) }
    func encode(_ value: UInt32) { put(.integer(Int64(value))) }
    func encode(_ value: UInt64) { put(JSONValueEncoder.integer(value)) }
    func encode<T: Encodable>(_ value: T) throws {
        put(try JSONValueEncoder.value(value, step: step, key: key))
    }

    func nestedContainer<Nested: CodingKey>(keyedBy keyType: Nested.Type) -> KeyedEncodingContainer<Nested> {
        nested().container(keyedBy: keyType)
    }
    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { nested().unkeyedContainer() }
    func superEncoder() -> any Encoder { nested() }

    private func nested() -> JSONValueEncoder {
        let child = CodingStep(step, key)
        return JSONValueEncoder(node: node.openElement(), step: child)
    }
}

/// One value under construction.
struct JSONSingleEncoding: SingleValueEncodingContainer {
    let node: EncodedNode
    let step: CodingStep?
    var codingPath: [any CodingKey] { CodingStep.path(step) }

    private func put(_ value: JSONValue) { node.set(value) }

    func encodeNil() { put(.null) }
    func encode(_ value: Bool) { put(.bool(value)) }
    func encode(_ value: String) { put(.string(value)) }
    func encode(_ value: Float) throws { try encode(Double(value)) }
    func encode(_ value: Double) throws { put(try JSONValueEncoder.number(value, step: step, key: nil)) }
    func encode(_ value: Int) { put(.integer(Int64(value))) }
    func encode(_ value: Int8) { put(.integer(Int64(value))) }
    func encode(_ value: Int16) { put(.integer(Int64(value))) }
    func encode(_ value: Int32) { put(.integer(Int64(value))) }
    func encode(_ value: Int64) { put(.integer(value)) }
    func encode(_ value: UInt) { put(JSONValueEncoder.integer(value)) }
    func encode(_ value: UInt8) { put(.integer(Int64(value))) }
    func encode(_ value: UInt16) { put(.integer(Int64(value))) }
    func encode(_ value: UInt32) { put(.integer(Int64(value))) }
    func encode(_ value: UInt64) { put(JSONValueEncoder.integer(value)) }
    func encode<T: Encodable>(_ value: T) throws {
        put(try JSONValueEncoder.value(value, step: step, key: nil))
    }
}
