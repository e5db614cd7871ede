import Model

/// An answer as it came over the socket.
struct RawAnswer: Sendable {
    let status: Int
    let headers: [(name: String, value: String)]
    let body: String

    /// The values of a header field.
    func values(of name: String) -> [String] {
        headers.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }

    /// The body as JSON.
    var json: JSONValue { get throws { try JSONValue(parsing: body) } }
}

extension ServerFixture {
    /// Sends one request on a connection of its own and reads the whole answer.
    func request(
        _ method: String, _ path: String, type: String = "application/json", accept: String = "application/json",
        agent: String = "tests/1.0", _ body: JSONValue? = nil, text: String? = nil
    ) async throws -> RawAnswer {
        let connection = try RawConnection(socketPath)
        let body = text ?? body?.canonicalText ?? ""
        var head = "\(method) \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAccept: \(accept)\r\n"
        head += "User-Agent: \(agent)\r\n"
        if !body.isEmpty { head += "Content-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n" }
        try await connection.send(head + "\r\n" + body)
        let text = try await connection.readToEnd()
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        let lines = (parts.first ?? "").split(separator: "\r\n")
        let status = Int((lines.first ?? "").split(separator: " ").dropFirst().first ?? "") ?? 0
        let headers = lines.dropFirst().compactMap { line -> (name: String, value: String)? in
            let sides = line.split(separator: ":", maxSplits: 1)
            return sides.count == 2 ? (String(sides[0]), String(sides[1].drop { $0 == " " })) : nil
        }
        return RawAnswer(status: status, headers: headers, body: parts.count > 1 ? String(parts[1]) : "")
    }
}

/// The path of the blueprints.
let blueprintsPath = "/apis/aetheredge.io/v1/blueprints"

/// A blueprint's JSON form with a spec.
func blueprintJSON(_ name: String, _ spec: JSONValue, labels: JSONValue? = nil) -> JSONValue {
    var metadata: [String: JSONValue] = ["name": .string(name)]
    metadata["labels"] = labels
    return [
        "apiVersion": .string(apiVersionName), "kind": "Blueprint", "metadata": .object(metadata), "spec": spec,
    ]
}
