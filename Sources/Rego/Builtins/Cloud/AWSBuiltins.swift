import Crypto
import FoundationEssentials

/// `providers.aws.sign_req`: signature version 4.
enum AWSBuiltins {
    static let declarations: [BuiltinDeclaration] = [
        BuiltinDeclaration(
            "providers.aws.sign_req", [.object(.string, .any), .object(.string, .any), .number], .object(.any, .any),
            evaluate: sign)
    ]

    private static let required: RegoSet = ["aws_service", "aws_access_key", "aws_secret_access_key", "aws_region"]
    /// What a proxy may change is not signed.
    private static let ignored: Set<String> = ["authorization", "user-agent", "x-amzn-trace-id"]

    static func sign(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        var request = try arguments.object(0)
        guard case .object(let options) = arguments[1] else { throw BuiltinError.operand(1, arguments[1], "object") }
        try check(options)
        guard case .number(let number) = arguments[2] else { throw BuiltinError.operand(1, arguments[2], "number") }
        guard let time = number.integerValue else {
            throw BuiltinError.operand(3, message: "could not convert time_ns value into a unix timestamp")
        }
        try HTTPRequestFields.check(request)
        var headers = RegoObject()
        if let given = request["headers"] {
            guard case .object(let object) = given else { throw BuiltinError.operand(0, given, "object") }
            for (name, value) in object { headers.insert(name, RegoValue(value.string ?? "")) }
        }
        let wrong = RegoSet(["url", "method"].filter { (name: RegoValue) in request[name]?.string == nil })
        if !wrong.isEmpty {
            throw BuiltinError.operand(
                1, message: "invalid values for required request parameters(s): \(RegoValue.set(wrong))")
        }
        var isUnsigned = false
        if let option = options["disable_payload_signing"] {
            guard let value = option.bool else {
                throw BuiltinError.operand(2, message: "invalid value for 'disable_payload_signing' in AWS config")
            }
            isUnsigned = value
        }
        let signature = AWSSignature(
            method: request["method"]?.string ?? "", url: try GoURL(RegoString(request["url"]?.string ?? "")),
            options: options,
            time: GoTime(nanoseconds: time, zone: .utc), body: HTTPRequestFields.body(request),
            isPayloadUnsigned: isUnsigned)
        for (name, value) in signature.headers(signing: headers, ignoring: ignored) {
            headers.insert(RegoValue(name), RegoValue(value))
        }
        request.insert("headers", .object(headers))
        return .object(request)
    }

    private static func check(_ options: RegoObject) throws(BuiltinError) {
        let missing = required.subtracting(RegoSet(options.keys))
        if !missing.isEmpty {
            throw BuiltinError.operand(
                2, message: "missing required AWS config parameters(s): \(RegoValue.set(missing))")
        }
        let wrong = RegoSet(required.filter { options[$0]?.string == nil })
        if !wrong.isEmpty {
            throw BuiltinError.operand(
                2, message: "invalid values for required AWS config parameters(s): \(RegoValue.set(wrong))")
        }
    }
}

/// One signature of version 4.
struct AWSSignature {
    let method: String
    let url: GoURL
    let options: RegoObject
    let time: GoTime
    let body: [UInt8]
    let isPayloadUnsigned: Bool

    /// The headers that signing adds, the signature among them.
    func headers(signing given: RegoObject, ignoring ignored: Set<String>) -> [(String, String)] {
        func option(_ name: String) -> String { options[name]?.string ?? "" }
        let service = option("aws_service")
        let day = GoLayout("20060102").format(time).string
        let stamp = GoLayout("20060102T150405Z").format(time).string
        let bodyHash = isPayloadUnsigned ? "UNSIGNED-PAYLOAD" : Hexadecimal.text(SHA256.hash(data: body))
        var added = [("host", url.host.string), ("x-amz-date", stamp)]
        if service == "s3" || service == "glacier" { added.append(("x-amz-content-sha256", bodyHash)) }
        let token = option("aws_session_token")
        if !token.isEmpty { added.append(("x-amz-security-token", token)) }
        var signed: [String: String] = [:]
        for (name, value) in added { signed[name] = value }
        for (name, value) in given {
            let lower = (name.string ?? "").lowercased()
            if !ignored.contains(lower) { signed[lower] = value.string ?? "" }
        }
        let names = signed.keys.sorted()
        let list = names.joined(separator: ";")
        let canonical =
            "\(method)\n\(url.escapedPath)\n\(url.rawQuery)\n"
            + names.map { "\($0):\(signed[$0] ?? "")\n" }.joined() + "\n\(list)\n\(bodyHash)"
        let scope = "\(day)/\(option("aws_region"))/\(service)/aws4_request"
        let hashed = Hexadecimal.text(SHA256.hash(data: Array(canonical.utf8)))
        let text = "AWS4-HMAC-SHA256\n\(stamp)\n\(scope)\n\(hashed)"
        var key = Array("AWS4\(option("aws_secret_access_key"))".utf8)
        for part in [day, option("aws_region"), service, "aws4_request", text] { key = code(part, key) }
        let authorization =
            "AWS4-HMAC-SHA256 Credential=\(option("aws_access_key"))/\(scope),SignedHeaders=\(list),"
            + "Signature=\(Hexadecimal.text(key))"
        return [("Authorization", authorization)] + added
    }

    private func code(_ text: String, _ key: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: key)))
    }
}
