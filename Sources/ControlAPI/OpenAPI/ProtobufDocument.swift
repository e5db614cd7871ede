internal import Model

/// Writes an OpenAPI v2 document as the message `openapi.v2.Document` of gnostic, which older clients ask for.
///
/// The field numbers are those of `openapiv2/OpenAPIv2.proto` in github.com/google/gnostic.
enum ProtobufDocument {
    static func encode(_ document: JSONValue) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.write(document["swagger"]?.stringValue, as: 1)
        writer.write(as: 2) { info in
            info.write(document["info"]?["title"]?.stringValue, as: 1)
            info.write(document["info"]?["version"]?.stringValue, as: 2)
        }
        writer.write(as: 8) { paths in
            for (name, path) in members(document["paths"]) {
                paths.write(as: 2) { named in
                    named.write(name, as: 1)
                    named.write(as: 2) { write(path: path, &$0) }
                }
            }
        }
        writer.write(as: 9) { definitions in writeSchemas(document["definitions"], &definitions) }
        return writer.bytes
    }

    private static func write(path: JSONValue, _ writer: inout ProtobufWriter) {
        for (method, field) in [("get", 2), ("put", 3), ("post", 4), ("delete", 5), ("patch", 8)] {
            guard let operation = path[method] else { continue }
            writer.write(as: field) { write(operation: operation, &$0) }
        }
        for parameter in path["parameters"]?.arrayValue ?? [] {
            writer.write(as: 9) { write(parameter: parameter, &$0) }
        }
    }

    private static func write(operation: JSONValue, _ writer: inout ProtobufWriter) {
        for tag in texts(operation["tags"]) { writer.write(tag, as: 1) }
        writer.write(operation["description"]?.stringValue, as: 3)
        writer.write(operation["operationId"]?.stringValue, as: 5)
        for type in texts(operation["produces"]) { writer.write(type, as: 6) }
        for type in texts(operation["consumes"]) { writer.write(type, as: 7) }
        for parameter in operation["parameters"]?.arrayValue ?? [] {
            writer.write(as: 8) { write(parameter: parameter, &$0) }
        }
        writer.write(as: 9) { responses in
            for (code, response) in members(operation["responses"]) {
                responses.write(as: 1) { named in
                    named.write(code, as: 1)
                    // NamedResponseValue.value, then ResponseValue.response.
                    named.write(as: 2) { value in
                        value.write(as: 1) { message in
                            message.write(response["description"]?.stringValue, as: 1)
                            guard let schema = response["schema"] else { return }
                            message.write(as: 2) { item in item.write(as: 1) { write(schema: schema, &$0) } }
                        }
                    }
                }
            }
        }
        writeExtensions(operation, &writer, as: 13)
    }

    /// A `ParametersItem` that holds a `Parameter`.
    private static func write(parameter: JSONValue, _ writer: inout ProtobufWriter) {
        writer.write(as: 1) { item in
            let place = parameter["in"]?.stringValue
            guard place == "body" else {
                let isQuery = place == "query"
                item.write(as: 2) { other in
                    other.write(as: isQuery ? 3 : 4) { value in
                        value.write(parameter["required"]?.boolValue ?? false, as: 1)
                        value.write(place, as: 2)
                        value.write(parameter["description"]?.stringValue, as: 3)
                        value.write(parameter["name"]?.stringValue, as: 4)
                        // A query's message has one field more before its type.
                        value.write(parameter["type"]?.stringValue, as: isQuery ? 6 : 5)
                        for word in parameter["enum"]?.arrayValue ?? [] {
                            value.write(as: isQuery ? 21 : 20) { writeAny(word, &$0) }
                        }
                    }
                }
                return
            }
            item.write(as: 1) { body in
                body.write(parameter["name"]?.stringValue, as: 2)
                body.write(place, as: 3)
                body.write(parameter["required"]?.boolValue ?? false, as: 4)
                guard let schema = parameter["schema"] else { return }
                body.write(as: 5) { write(schema: schema, &$0) }
            }
        }
    }

    private static func write(schema: JSONValue, _ writer: inout ProtobufWriter) {
        writer.write(schema["$ref"]?.stringValue, as: 1)
        writer.write(schema["format"]?.stringValue, as: 2)
        writer.write(schema["description"]?.stringValue, as: 4)
        if let value = schema["default"] { writer.write(as: 5) { writeAny(value, &$0) } }
        writer.write(Double(schema["maximum"]?.integerValue ?? 0), as: 7)
        writer.write(Double(schema["minimum"]?.integerValue ?? 0), as: 9)
        writer.write(schema["pattern"]?.stringValue, as: 13)
        writer.write(schema["minItems"]?.integerValue ?? 0, as: 15)
        for name in texts(schema["required"]) { writer.write(name, as: 19) }
        for word in schema["enum"]?.arrayValue ?? [] { writer.write(as: 20) { writeAny(word, &$0) } }
        if let values = schema["additionalProperties"] {
            writer.write(as: 21) { item in item.write(as: 1) { write(schema: values, &$0) } }
        }
        if let type = schema["type"]?.stringValue { writer.write(as: 22) { $0.write(type, as: 1) } }
        if let items = schema["items"] {
            writer.write(as: 23) { item in item.write(as: 1) { write(schema: items, &$0) } }
        }
        if schema["properties"] != nil {
            writer.write(as: 25) { properties in writeSchemas(schema["properties"], &properties) }
        }
        writeExtensions(schema, &writer, as: 31)
    }

    /// The fields of `Definitions` and `Properties`, which are alike.
    private static func writeSchemas(_ schemas: JSONValue?, _ writer: inout ProtobufWriter) {
        for (name, schema) in members(schemas) {
            writer.write(as: 1) { named in
                named.write(name, as: 1)
                named.write(as: 2) { write(schema: schema, &$0) }
            }
        }
    }

    private static func writeExtensions(_ value: JSONValue, _ writer: inout ProtobufWriter, as field: Int) {
        for (name, value) in members(value) where name.hasPrefix("x-") {
            writer.write(as: field) { named in
                named.write(name, as: 1)
                named.write(as: 2) { writeAny(value, &$0) }
            }
        }
    }

    /// A value as YAML, of which JSON is a part.
    private static func writeAny(_ value: JSONValue, _ writer: inout ProtobufWriter) {
        writer.write(value.canonicalText + "\n", as: 2)
    }

    private static func members(_ value: JSONValue?) -> [(String, JSONValue)] {
        (value?.objectValue ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private static func texts(_ value: JSONValue?) -> [String] {
        (value?.arrayValue ?? []).compactMap(\.stringValue)
    }
}
