internal import Model

/// The schemas that every API of this shape shares, under the names that clients know them by.
enum MetaSchemas {
    static let status = prefix + "Status"
    static let patch = prefix + "Patch"
    static let deleteOptions = prefix + "DeleteOptions"
    private static let prefix = "io.k8s.apimachinery.pkg.apis.meta.v1."

    /// Every schema, by name.
    static func definitions(_ dialect: OpenAPIExport.Dialect) -> [String: JSONValue] {
        [
            status: marked(statusSchema(dialect), "Status"),
            prefix + "StatusDetails": statusDetails(dialect),
            prefix + "StatusCause": object(
                "One finding about a request.",
                [
                    "field": text("The field, such as spec.mode."), "message": text("What is wrong."),
                    "reason": text("A named cause, such as FieldValueInvalid."),
                ]),
            prefix + "ListMeta": object(
                "What a list says of itself.",
                [
                    "resourceVersion": text("The version of the list; a watch after it misses nothing."),
                    "continue": text("The token with which the list goes on."),
                    "remainingItemCount": integer("How many objects come after this page."),
                ]),
            patch: ["type": "object", "description": "A change of an object, in the form that its media type names."],
            deleteOptions: marked(
                object(
                    "How an object is deleted.",
                    [
                        "apiVersion": text("The version of the format."), "kind": text("DeleteOptions."),
                        "dryRun": [
                            "type": "array", "description": "All: check and answer, but delete nothing.",
                            "items": ["type": "string", "enum": ["All"]], "x-kubernetes-list-type": "atomic",
                        ],
                        "gracePeriodSeconds": integer("Accepted for the sake of clients; objects need no grace."),
                        "propagationPolicy": [
                            "type": "string", "description": "What becomes of objects that this one owns.",
                            "enum": ["Orphan", "Background", "Foreground"],
                        ],
                        "preconditions": reference(
                            "Preconditions", "What must hold for the object to be deleted.", dialect),
                    ]), "DeleteOptions"),
            prefix + "Preconditions": object(
                "What must hold for an object to be deleted.",
                ["uid": text("The object's uid."), "resourceVersion": text("The object's version.")]),
        ]
    }

    private static func statusSchema(_ dialect: OpenAPIExport.Dialect) -> JSONValue {
        object(
            "The answer to a request that failed, or that has no object to answer with.",
            [
                "apiVersion": text("The version of the format."), "kind": text("Status."),
                "metadata": reference("ListMeta", "Empty.", dialect), "status": text("Success or Failure."),
                "message": text("What happened, in a sentence."), "reason": text("A named cause, such as NotFound."),
                "code": integer("The HTTP status."),
                "details": reference("StatusDetails", "What the answer is about.", dialect),
            ])
    }

    private static func statusDetails(_ dialect: OpenAPIExport.Dialect) -> JSONValue {
        object(
            "What an answer is about.",
            [
                "name": text("The object's name."), "kind": text("The plural name of the object's kind."),
                "group": text("The API group."), "uid": text("The object's uid."),
                "retryAfterSeconds": integer("When to try again."),
                "causes": [
                    "type": "array", "description": "Single findings.",
                    "items": OpenAPIExport.reference(prefix + "StatusCause", dialect),
                    "x-kubernetes-list-type": "atomic",
                ],
            ])
    }

    private static func object(_ summary: String, _ properties: [String: JSONValue]) -> JSONValue {
        ["type": "object", "description": .string(summary), "properties": .object(properties)]
    }

    private static func text(_ summary: String) -> JSONValue { ["type": "string", "description": .string(summary)] }

    private static func integer(_ summary: String) -> JSONValue {
        ["type": "integer", "format": "int64", "description": .string(summary)]
    }

    private static func reference(_ name: String, _ summary: String, _ dialect: OpenAPIExport.Dialect) -> JSONValue {
        let reference = OpenAPIExport.reference(prefix + name, dialect)
        guard dialect == .v2, case .object(var members) = reference else {
            return ["description": .string(summary), "allOf": [reference]]
        }
        members["description"] = .string(summary)
        return .object(members)
    }

    private static func marked(_ schema: JSONValue, _ kind: String) -> JSONValue {
        guard case .object(var members) = schema else { return schema }
        members["x-kubernetes-group-version-kind"] = [
            OpenAPIExport.groupVersionKind(kind, group: ""), OpenAPIExport.groupVersionKind(kind),
        ]
        return .object(members)
    }
}
