/// `http.send`, through the transport that the evaluation was given.
enum HTTPBuiltins {
    static let declarations: [BuiltinDeclaration] = [
        BuiltinDeclaration(
            "http.send", [.object(.string, .any)], .object(.any, .any), isNondeterministic: true, evaluate: send)
    ]

    private static let defaultTimeout: Int64 = 5_000_000_000

    static func send(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let fields = try arguments.object(0)
        var raises = true
        if let option = fields["raise_error"] {
            guard let value = option.bool else {
                throw BuiltinError("invalid value for raise_error field")
            }
            raises = value
        }
        let key = RegoValue.array(["http.send", arguments[0]])
        if let known = context.kept[key] { return known }
        do throws(BuiltinError) {
            try HTTPRequestFields.check(fields)
            let made = try response(to: try request(fields), fields, context)
            context.kept[key] = made
            return made
        } catch {
            if raises || error.isHalting { throw error }
            let code =
                error.message.hasPrefix("transport: ")
                ? "eval_http_send_network_error" : "eval_http_send_internal_error"
            return [
                "status_code": 0,
                "error": ["code": RegoValue(code), "message": RegoValue("http.send: \(error.message)")],
            ]
        }
    }

    private static func request(_ fields: RegoObject) throws(BuiltinError) -> RegoHTTPRequest {
        for name in ["method", "url", "raw_body"] where fields[name] != nil && fields[name]?.string == nil {
            throw BuiltinError("\"\(name)\" must be a string")
        }
        var headers: [(name: String, value: String)] = []
        if let list = fields["headers"] {
            guard case .object(let object) = list else { throw BuiltinError("invalid type for headers key") }
            for (name, value) in object {
                headers.append((canonical(name.string ?? name.description), value.string ?? value.json))
            }
        }
        return RegoHTTPRequest(
            method: (fields["method"]?.string ?? "").uppercased(), url: fields["url"]?.string ?? "", headers: headers,
            body: HTTPRequestFields.body(fields), timeout: try timeout(fields["timeout"]),
            followsRedirects: fields["enable_redirect"] == true, options: fields)
    }

    private static func timeout(_ value: RegoValue?) throws(BuiltinError) -> Int64 {
        switch value {
        case nil: return defaultTimeout
        case .number(let number)?:
            guard let exact = number.integerValue else { throw BuiltinError("invalid timeout number value") }
            return exact
        case .string(let text)?:
            if let exact = Int64(text.string) { return exact }
            return try GoDuration.parse(text)
        case let other?:
            throw BuiltinError.operand(
                1, message: "'timeout' must be one of {string, number} but got \(other.typeName)")
        }
    }

    /// A name with capitals where HTTP's convention has them.
    private static func canonical(_ name: String) -> String {
        name.split(separator: "-", omittingEmptySubsequences: false)
            .map { $0.prefix(1).uppercased() + $0.dropFirst().lowercased() }.joined(separator: "-")
    }

    private static func response(
        to request: RegoHTTPRequest, _ fields: RegoObject, _ context: BuiltinContext
    ) throws(BuiltinError) -> RegoValue {
        guard let transport = context.world.transport else {
            throw BuiltinError("unallowed host: \(try GoURL(RegoString(request.url)).host)")
        }
        let response: RegoHTTPResponse
        do {
            response = try transport(request)
        } catch {
            throw BuiltinError("transport: \(error)")
        }
        try context.charge(bytes: response.body.count * 4)
        var headers: [RegoString: RegoArray] = [:]
        var contentType = ""
        for (name, value) in response.headers {
            headers[RegoString(name.lowercased()), default: []].append(RegoValue(value))
            if name.lowercased() == "content-type" { contentType = value.lowercased() }
        }
        let isYAML = fields["force_yaml_decode"] == true || contentType.contains("yaml")
        let isJSON = fields["force_json_decode"] == true || contentType.contains("json")
        let raw = RegoString(utf8: response.body)
        var body = RegoValue.null
        if isYAML {
            body = (try? YAMLBuiltins.unmarshal(context, [.string(raw)])) ?? .null
        } else if isJSON {
            body = (try? RegoValue(json: response.body)) ?? .null
        }
        return [
            "status": RegoValue(response.statusText), "status_code": RegoValue(response.status), "body": body,
            "raw_body": .string(raw),
            "headers": .object(RegoObject(headers.map { (key: .string($0.key), value: .array($0.value)) })),
        ]
    }
}
