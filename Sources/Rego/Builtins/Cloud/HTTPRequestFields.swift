/// The members that a request of `http.send` may have.
enum HTTPRequestFields {
    static let allowed: Set<String> = [
        "method", "url", "body", "enable_redirect", "force_json_decode", "force_yaml_decode", "headers", "raw_body",
        "tls_use_system_certs", "tls_ca_cert", "tls_ca_cert_file", "tls_ca_cert_env_variable", "tls_client_cert",
        "tls_client_cert_file", "tls_client_cert_env_variable", "tls_client_key", "tls_client_key_file",
        "tls_client_key_env_variable", "tls_insecure_skip_verify", "tls_server_name", "timeout", "cache",
        "force_cache", "force_cache_duration_seconds", "raise_error", "caching_mode", "max_retry_attempts",
        "cache_ignored_headers",
    ]

    /// Demands known members, and among them a method and an address.
    static func check(_ request: RegoObject) throws(BuiltinError) {
        let unknown = RegoSet(request.keys.filter { $0.string.map { !allowed.contains($0) } ?? true })
        if !unknown.isEmpty {
            throw BuiltinError.operand(1, message: "invalid request parameters(s): \(RegoValue.set(unknown))")
        }
        let missing = RegoSet(["method", "url"].filter { (name: RegoValue) in request[name] == nil })
        if !missing.isEmpty {
            throw BuiltinError.operand(
                1, message: "missing required request parameters(s): \(RegoValue.set(missing))")
        }
    }

    /// The bytes of the body, raw ones before a document.
    static func body(_ request: RegoObject) -> [UInt8] {
        if case .string(let raw)? = request["raw_body"] { return raw.utf8 }
        return request["body"]?.jsonBytes ?? []
    }
}
