/// `base64.*`, `base64url.*`, `hex.*`, `urlquery.*`.
enum EncodingBuiltins {
    private static let queryValue = RegoType.either(.string, .array(.string), .set(.string))

    static let declarations: [BuiltinDeclaration] = [
        transform("base64.encode") { bytes in Base64.encode(bytes) },
        transform("base64.decode") { (bytes) throws(BuiltinError) in try Base64.decode(bytes) },
        BuiltinDeclaration("base64.is_valid", [.string], .boolean, evaluate: isBase64),
        transform("base64url.encode") { bytes in Base64.encode(bytes, urlSafe: true) },
        transform("base64url.encode_no_pad") { bytes in Base64.encode(bytes, urlSafe: true, padded: false) },
        transform("base64url.decode") { (bytes) throws(BuiltinError) in try Base64.decodeURL(bytes) },
        transform("hex.encode") { bytes in Hexadecimal.encode(bytes) },
        transform("hex.decode") { (bytes) throws(BuiltinError) in try Hexadecimal.decode(bytes) },
        transform("urlquery.encode") { bytes in URLEscaping.query.escape(bytes) },
        transform("urlquery.decode") { (bytes) throws(BuiltinError) in try URLEscaping.query.unescape(bytes) },
        BuiltinDeclaration(
            "urlquery.encode_object", [.object(.string, queryValue)], .string, evaluate: encodeObject),
        BuiltinDeclaration(
            "urlquery.decode_object", [.string], .object(.string, .array(.string)), evaluate: decodeObject),
    ]

    /// A built-in from a string to a string.
    private static func transform(
        _ name: String, _ change: @escaping @Sendable ([UInt8]) throws(BuiltinError) -> [UInt8]
    ) -> BuiltinDeclaration {
        BuiltinDeclaration(name, [.string], .string) { (context, arguments) throws(BuiltinError) in
            let string = try arguments.string(0)
            try context.charge(bytes: string.utf8Count * 3)
            return .string(RegoString(utf8: try change(string.utf8)))
        }
    }

    static func isBase64(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        guard case .string(let string) = arguments[0] else { return false }
        return .bool((try? Base64.decode(string.utf8)) != nil)
    }

    static func encodeObject(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let wrong = BuiltinError.operand(1, message: "values must be string, array[string], or set[string]")
        var made: [UInt8] = []
        for (key, value) in try arguments.object(0) {
            let name: RegoString
            if case .string(let string) = key { name = string } else { name = RegoString(utf8: key.jsonBytes) }
            let values: ContiguousArray<RegoValue>
            switch value {
            case .string: values = [value]
            case .array(let array): values = array.elements
            case .set(let set): values = set.sorted
            default: throw wrong
            }
            for value in values {
                guard case .string(let string) = value else { throw wrong }
                if !made.isEmpty { made.append(UInt8(ascii: "&")) }
                made +=
                    URLEscaping.query.escape(name.utf8) + [UInt8(ascii: "=")] + URLEscaping.query.escape(string.utf8)
            }
            try context.spend(steps: values.count)
        }
        return .string(RegoString(utf8: made))
    }

    static func decodeObject(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        var made: [RegoString: RegoArray] = [:]
        for (name, value) in try URLQuery.parse(try arguments.string(0).utf8) {
            made[RegoString(utf8: name), default: []].append(.string(RegoString(utf8: value)))
        }
        return .object(RegoObject(made.map { (key: .string($0.key), value: .array($0.value)) }))
    }
}
