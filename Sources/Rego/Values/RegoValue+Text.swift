extension RegoValue {
    /// Reads a JSON text.
    public init(json bytes: some Sequence<UInt8>) throws(RegoJSONError) {
        let bytes = ContiguousArray(bytes)
        self = try bytes.withUnsafeBufferPointer { (buffer) throws(RegoJSONError) in try JSONReader.read(buffer) }
    }

    /// Reads a JSON text.
    public init(json text: String) throws(RegoJSONError) { self = try RegoValue(json: text.utf8) }

    /// The value as JSON, as OPA marshals it: keys sorted, sets as arrays.
    public var json: String { String(decoding: jsonBytes, as: UTF8.self) }

    /// The bytes of the value as JSON.
    public var jsonBytes: [UInt8] { JSONWriter.write(self) }

    /// The value as JSON over several lines.
    public func json(indent: String) -> String {
        let layout = JSONWriter.Layout(indent: indent, isPretty: true)
        return String(decoding: JSONWriter.write(self, layout: layout), as: UTF8.self)
    }

    /// The value with sets as sorted arrays and keys that are no strings as their JSON text: what JSON has room for.
    public var jsonValue: RegoValue {
        switch self {
        case .array(let array): return .array(RegoArray(array.elements.map(\.jsonValue)))
        case .set(let set): return .array(RegoArray(set.sorted.map(\.jsonValue)))
        case .object(let object):
            var made = RegoObject(reservingCapacity: object.count)
            for (key, value) in object {
                if case .string = key {
                    made.insert(key, value.jsonValue)
                } else {
                    made.insert(.string(RegoString(utf8: key.jsonBytes)), value.jsonValue)
                }
            }
            return .object(made)
        default: return self
        }
    }
}

extension RegoValue: CustomStringConvertible {
    /// The value as Rego writes it: `{"a", 1}` for a set, `set()` for the empty one.
    public var description: String {
        var output = ""
        write(to: &output)
        return output
    }

    private func write(to output: inout String) {
        switch self {
        case .null: output += "null"
        case .bool(let value): output += value ? "true" : "false"
        case .number(let number): output += number.text
        case .string(let string): output += GoQuote.quote(string)
        case .array(let array):
            output += "["
            RegoValue.write(array, to: &output)
            output += "]"
        case .set(let set):
            if set.isEmpty {
                output += "set()"
                return
            }
            output += "{"
            RegoValue.write(set, to: &output)
            output += "}"
        case .object(let object):
            output += "{"
            for (index, entry) in object.enumerated() {
                if index > 0 { output += ", " }
                entry.key.write(to: &output)
                output += ": "
                entry.value.write(to: &output)
            }
            output += "}"
        }
    }

    private static func write(_ elements: some Collection<RegoValue>, to output: inout String) {
        for (index, element) in elements.enumerated() {
            if index > 0 { output += ", " }
            element.write(to: &output)
        }
    }
}
