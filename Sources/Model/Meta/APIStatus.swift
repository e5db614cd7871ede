/// The answer to a request that failed, or that has no object to answer with: `Status` of Kubernetes.
public struct APIStatus: Codable, Sendable, Hashable {
    /// `Success` or `Failure`.
    public var status: String
    /// What happened, in a sentence.
    public var message: String
    /// A named cause, such as `NotFound`.
    public var reason: String?
    /// What the answer is about.
    public var details: Details?
    /// The HTTP status.
    public var code: Int
    /// Where a list may go on although its state is gone, in `metadata.continue`.
    public var continueToken: String?

    private enum CodingKeys: String, CodingKey {
        case status, message, reason, details, code
    }

    /// What an answer is about.
    public struct Details: Codable, Sendable, Hashable {
        /// The object's name.
        public var name: String?
        /// The plural name of the object's kind.
        public var kind: String?
        /// The API group.
        public var group: String?
        /// The object's uid.
        public var uid: String?
        /// Single findings.
        public var causes: [Cause]?
        /// When to try again.
        public var retryAfterSeconds: Int?

        /// Makes details.
        public init(name: String? = nil, kind: String? = nil, causes: [Cause]? = nil, retryAfterSeconds: Int? = nil) {
            self.name = name
            self.kind = kind
            group = kind == nil ? nil : apiGroupName
            self.causes = causes
            self.retryAfterSeconds = retryAfterSeconds
        }
    }

    /// One finding.
    public struct Cause: Codable, Sendable, Hashable {
        /// A named cause, such as `FieldValueInvalid`.
        public var reason: String?
        /// What is wrong.
        public var message: String
        /// The field, such as `spec.mode`.
        public var field: String?

        /// Makes a finding.
        public init(reason: String? = nil, message: String, field: String? = nil) {
            self.reason = reason
            self.message = message
            self.field = field
        }
    }

    /// Makes a failure.
    public init(failure reason: String, code: Int, message: String, details: Details? = nil) {
        status = "Failure"
        self.message = message
        self.reason = reason
        self.details = details
        self.code = code
    }

    /// Makes a success, the answer to a deletion that is complete.
    public init(success details: Details? = nil) {
        status = "Success"
        message = ""
        self.details = details
        code = 200
    }

    /// The answer as the API shows it.
    public var json: JSONValue {
        get throws(ModelError) {
            guard case .object(var members) = try JSONValue(encoding: self) else { return .null }
            members["apiVersion"] = "v1"
            members["kind"] = "Status"
            members["metadata"] = .object(continueToken.map { ["continue": .string($0)] } ?? [:])
            if message.isEmpty { members["message"] = nil }
            return .object(members)
        }
    }

    /// Reads an answer; nil for a value that is no `Status`.
    public init?(json: JSONValue) {
        guard json["kind"] == "Status", let status = json["status"]?.stringValue else { return nil }
        self.status = status
        message = json["message"]?.stringValue ?? ""
        reason = json["reason"]?.stringValue
        code = Int(json["code"]?.integerValue ?? 0)
        continueToken = json["metadata"]?["continue"]?.stringValue
        details = json["details"].flatMap { try? $0.decode(Details.self, field: "details") }
    }
}

/// The API group.
public let apiGroupName = "aetheredge.io"
