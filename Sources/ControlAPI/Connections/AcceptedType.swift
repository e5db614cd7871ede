/// A media type that a client accepts, with its parameters.
struct AcceptedType: Sendable {
    /// The type in lower case, such as `application/json`.
    let type: String
    let parameters: [String: String]

    /// What a request accepts, in the order in which it says so; nothing where it does not say.
    static func all(in request: APIRequest) -> [AcceptedType] {
        request.values(of: "Accept").flatMap { $0.split(separator: ",") }.map { AcceptedType($0) }
    }

    private init(_ text: Substring) {
        let parts = text.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
        type = (parts.first ?? "").lowercased()
        var parameters: [String: String] = [:]
        for part in parts.dropFirst() {
            let sides = part.split(separator: "=", maxSplits: 1).map(String.init)
            parameters[sides[0].lowercased()] = sides.count > 1 ? sides[1] : ""
        }
        self.parameters = parameters
    }

    /// Whether an answer of a type is accepted.
    func isOrContains(_ type: String) -> Bool {
        self.type == type || self.type == "*/*" || self.type == type.prefix { $0 != "/" } + "/*"
    }
}
