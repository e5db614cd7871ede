internal import Model

/// A resource that is only ever created, and answered at once: a question about the caller, or a wish for a token.
struct ReviewResource: Sendable {
    let group: String
    let kind: String
    let plural: String
    let singular: String
    let summary: String
    let spec: ObjectSchema
    let status: ObjectSchema

    /// The path that it is posted to.
    var path: String { "/apis/\(group)/\(ServedGroup.version)/\(plural)" }

    /// The version as objects name it.
    var apiVersion: String { "\(group)/\(ServedGroup.version)" }

    /// The whole object, for the published schemas.
    var served: ObjectSchema {
        ObjectSchema(
            kind, title: "a \(singular)", summary: summary,
            fields: [
                FieldSchema("apiVersion", .string, "The version of the format."),
                FieldSchema("kind", .string, "The kind of the object."),
                FieldSchema("metadata", .object(Self.metadata), "Empty: nothing is stored."),
                FieldSchema("spec", .object(spec), "What is asked."),
                FieldSchema("status", .object(status), "The answer."),
            ])
    }

    /// Every such resource.
    static let all = [tokenRequest, tokenRevocation, selfReview, accessReview, rulesReview]

    private static let metadata = ObjectSchema(
        "ReviewMetadata", title: "metadata", summary: "Metadata of something that is not stored.", fields: [],
        isOpen: true)

    static let tokenRequest = ReviewResource(
        group: apiGroupName, kind: "TokenRequest", plural: "tokenrequests", singular: "tokenrequest",
        summary: "TokenRequest asks for a bearer token that speaks for a user until it expires.",
        spec: ObjectSchema(
            "TokenRequestSpec", title: "a token request's spec", summary: "Whose token, and for how long.",
            fields: [
                FieldSchema(
                    "user", .text(.account), "The user; the one who asks when absent. Others only for administrators."),
                FieldSchema("groups", .list(.text(.account)), "Names of groups; only for administrators."),
                FieldSchema(
                    "expirationSeconds", .integer(60...86_400), "How long the token holds.", default: 3600),
            ]),
        status: ObjectSchema(
            "TokenRequestStatus", title: "a token request's status", summary: "The token.",
            fields: [
                FieldSchema("token", .string, "The token; send it as 'Authorization: Bearer TOKEN'."),
                FieldSchema("expirationTimestamp", .text(.time), "When it ends."),
                FieldSchema("id", .string, "What the audit log calls it."),
                FieldSchema("user", .string, "Whose it is."),
            ]))

    static let tokenRevocation = ReviewResource(
        group: apiGroupName, kind: "TokenRevocation", plural: "tokenrevocations", singular: "tokenrevocation",
        summary: "TokenRevocation ends a bearer token before its time.",
        spec: ObjectSchema(
            "TokenRevocationSpec", title: "a token revocation's spec", summary: "Which token.",
            fields: [
                FieldSchema(
                    "id", .string, "The id that the token was made with; the audit log has it.", required: true)
            ]),
        status: ObjectSchema(
            "TokenRevocationStatus", title: "a token revocation's status", summary: "What is remembered.",
            fields: [
                FieldSchema("id", .string, "The token's id."),
                FieldSchema("until", .text(.time), "Until when it is refused as revoked; by then it has expired."),
            ]))

    static let selfReview = ReviewResource(
        group: "authentication.k8s.io", kind: "SelfSubjectReview", plural: "selfsubjectreviews",
        singular: "selfsubjectreview", summary: "SelfSubjectReview tells who the server takes the caller for.",
        spec: ObjectSchema(
            "SelfSubjectReviewSpec", title: "a review's spec", summary: "Nothing is asked.", fields: [], isOpen: true),
        status: ObjectSchema(
            "SelfSubjectReviewStatus", title: "a review's status", summary: "Who the caller is.",
            fields: [FieldSchema("userInfo", .object(userInfo), "The user.")]))

    static let accessReview = ReviewResource(
        group: "authorization.k8s.io", kind: "SelfSubjectAccessReview", plural: "selfsubjectaccessreviews",
        singular: "selfsubjectaccessreview",
        summary: "SelfSubjectAccessReview tells whether the caller may do something.",
        spec: ObjectSchema(
            "SelfSubjectAccessReviewSpec", title: "a review's spec", summary: "What the caller would do.",
            fields: [
                FieldSchema("resourceAttributes", .object(resourceAttributes), "Something with objects."),
                FieldSchema("nonResourceAttributes", .object(pathAttributes), "Something with a path."),
            ]),
        status: ObjectSchema(
            "SelfSubjectAccessReviewStatus", title: "a review's status", summary: "Whether the caller may do it.",
            fields: [
                FieldSchema("allowed", .boolean, "Whether it is allowed."),
                FieldSchema("reason", .string, "Why, or why not."),
            ]))

    static let rulesReview = ReviewResource(
        group: "authorization.k8s.io", kind: "SelfSubjectRulesReview", plural: "selfsubjectrulesreviews",
        singular: "selfsubjectrulesreview", summary: "SelfSubjectRulesReview tells all that the caller may do.",
        spec: ObjectSchema(
            "SelfSubjectRulesReviewSpec", title: "a review's spec", summary: "For which namespace.",
            fields: [FieldSchema("namespace", .string, "Accepted for the sake of clients; there are no namespaces.")]),
        status: ObjectSchema(
            "SelfSubjectRulesReviewStatus", title: "a review's status", summary: "What the caller may do.",
            fields: [
                FieldSchema("resourceRules", .list(.object(resourceRule)), "What may be done with objects."),
                FieldSchema("nonResourceRules", .list(.object(pathRule)), "What may be done with paths."),
                FieldSchema("incomplete", .boolean, "Whether there may be more."),
            ]))

    private static let userInfo = ObjectSchema(
        "UserInfo", title: "a user", summary: "A user as the server knows it.",
        fields: [
            FieldSchema("username", .string, "The name."), FieldSchema("uid", .string, "The number."),
            FieldSchema("groups", .list(.string), "The names of the user's groups."),
            FieldSchema("extra", .map(keys: .line, values: .list(.string)), "The token that spoke for the user."),
        ])
    private static let resourceAttributes = ObjectSchema(
        "ResourceAttributes", title: "resource attributes", summary: "Something to be done with objects.",
        fields: ["namespace", "verb", "group", "version", "resource", "subresource", "name"].map {
            FieldSchema($0, .string, "The \($0).")
        }, isOpen: true)
    private static let pathAttributes = ObjectSchema(
        "NonResourceAttributes", title: "path attributes", summary: "Something to be done with a path.",
        fields: [FieldSchema("path", .string, "The path."), FieldSchema("verb", .string, "The verb.")])
    private static let resourceRule = ObjectSchema(
        "ResourceRule", title: "a rule", summary: "What may be done with objects.",
        fields: ["verbs", "apiGroups", "resources", "resourceNames"].map {
            FieldSchema($0, .list(.string), "The \($0); * is everything.")
        })
    private static let pathRule = ObjectSchema(
        "NonResourceRule", title: "a rule", summary: "What may be done with paths.",
        fields: ["verbs", "nonResourceURLs"].map { FieldSchema($0, .list(.string), "The \($0); * is everything.") })
}
