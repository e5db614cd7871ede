internal import Model

/// What a request is answered with.
struct APIResponse: Sendable {
    /// Sends the parts of a body; it waits while the client is behind, and throws once the client is gone.
    typealias Writer = @Sendable ([UInt8]) async throws -> Void

    /// The body.
    enum Body: Sendable {
        case bytes([UInt8])
        case stream(@Sendable (Writer) async throws -> Void)
    }

    var status: Int
    var contentType: String
    var body: Body
    var headers: [(String, String)] = []

    /// A JSON answer.
    static func json(_ value: JSONValue, status: Int = 200) -> APIResponse {
        .json(bytes: value.canonicalBytes, status: status)
    }

    /// An answer whose bytes are JSON.
    static func json(bytes: [UInt8], status: Int = 200) -> APIResponse {
        APIResponse(status: status, contentType: "application/json", body: .bytes(bytes))
    }

    /// A report as JSON.
    static func report(_ value: some Encodable) throws(APIFailure) -> APIResponse {
        do { return .json(try JSONValue(encoding: value)) } catch { throw APIFailure(error) }
    }

    /// A list of reports as JSON.
    static func items(_ values: some Encodable) throws(APIFailure) -> APIResponse {
        do { return .json(.object(["items": try JSONValue(encoding: values)])) } catch { throw APIFailure(error) }
    }

    /// A short text.
    static func text(_ text: String, status: Int = 200) -> APIResponse {
        APIResponse(status: status, contentType: "text/plain; charset=utf-8", body: .bytes(Array(text.utf8)))
    }

    /// The answer to a request that failed.
    static func failure(_ failure: APIFailure) -> APIResponse {
        var response = APIResponse.json(failure.json, status: failure.status.code)
        if let seconds = failure.status.details?.retryAfterSeconds {
            response.headers.append(("Retry-After", String(seconds)))
        }
        response.headers += failure.headers
        return response
    }
}
