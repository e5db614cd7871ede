extension GraphQLValidator {
    mutating func check(value: RegoValue, _ type: RegoValue, _ definition: RegoValue?, hasDefault: Bool) {
        let kind = value.number("Kind")
        let raw = value.text("Raw")
        if kind == GraphQLValueKind.variable, let operation, operation.variables[raw] == nil {
            let place = operation.name.isEmpty ? "" : " by operation \"\(operation.name)\""
            report(value, "Variable \"$\(raw)\" is not defined\(place).")
        }
        if kind == GraphQLValueKind.object {
            var names: Set<String> = []
            for child in value.nodes("Children") where !names.insert(child.text("Name")).inserted {
                report(child, "There can be only one input field named \"\(child.text("Name"))\".")
            }
        }
        guard type != .null else { return }
        if let definition { check(value: value, type, is: definition) }
        if kind == GraphQLValueKind.variable { check(variable: value, against: type, hasDefault: hasDefault) }
    }

    private mutating func check(variable value: RegoValue, against type: RegoValue, hasDefault: Bool) {
        let name = value.text("Raw")
        guard let definition = operation?.variables[name], let given = definition["Type"],
            case .object(var wanted) = type
        else { return }
        // Where there is a default, or the variable has one, null may stand as well.
        if definition.hasDefault || hasDefault { wanted.insert("NonNull", false) }
        if !given.isCompatible(with: .object(wanted)) {
            report(
                value,
                "Variable \"$\(name)\" of type \"\(given.typeReference.shown)\" used in position expecting type "
                    + "\"\(type.typeReference.shown)\".")
        }
    }

    private mutating func check(value: RegoValue, _ type: RegoValue, is definition: RegoValue) {
        let kind = value.number("Kind")
        let name = definition.text("Name")
        let isEnumeration = definition.text("Kind") == "ENUM"
        if kind == GraphQLValueKind.null {
            guard type.flag("NonNull") else { return }
            report(value, "Expected value of type \"\(type.typeReference.shown)\", found \(shown(value)).")
            return
        }
        // What a scalar of one's own may be, nobody knows.
        let standard = ["Int", "Float", "String", "Boolean", "ID"]
        if definition.text("Kind") == "SCALAR", !standard.contains(name) { return }
        if isOutOfRange(value) { reportUnexpected(value, type, definition) }
        let names = isEnumeration ? definition.nodes("EnumValues").map { $0.text("Name") } : []
        let accepted: [String]
        switch kind {
        case GraphQLValueKind.list:
            if type["Elem"] ?? .null == .null { reportUnexpected(value, type, definition) }
            return
        case GraphQLValueKind.integer: accepted = ["Int", "Float", "ID"]
        case GraphQLValueKind.float: accepted = ["Float"]
        case GraphQLValueKind.boolean: accepted = ["Boolean"]
        case GraphQLValueKind.string, GraphQLValueKind.block:
            if isEnumeration {
                report(
                    value,
                    "Enum \"\(type.typeReference.shown)\" cannot represent non-enum value: \(shown(value))."
                        + GraphQLSuggestions.hint("Did you mean the enum value", value.text("Raw"), in: names))
                return
            }
            accepted = ["String", "ID"]
        case GraphQLValueKind.enumeration:
            guard isEnumeration else {
                accepted = []
                break
            }
            if !names.contains(value.text("Raw")) {
                report(
                    value,
                    "Value \"\(shown(value))\" does not exist in \"\(type.typeReference.shown)\" enum."
                        + GraphQLSuggestions.hint("Did you mean the enum value", value.text("Raw"), in: names))
            }
            return
        case GraphQLValueKind.object:
            checkInput(value, definition)
            return
        default: return
        }
        if !accepted.contains(name) { reportUnexpected(value, type, definition) }
    }

    /// Whether a number, or one in a list or an object, is more than 64 bits hold.
    private func isOutOfRange(_ value: RegoValue) -> Bool {
        switch value.number("Kind") {
        case GraphQLValueKind.integer: Int64(value.text("Raw")) == nil
        case GraphQLValueKind.float: !(Double(value.text("Raw"))?.isFinite ?? false)
        case GraphQLValueKind.list, GraphQLValueKind.object:
            value.nodes("Children").contains { isOutOfRange($0["Value"] ?? .null) }
        default: false
        }
    }

    private mutating func reportUnexpected(_ value: RegoValue, _ type: RegoValue, _ definition: RegoValue) {
        let shownType = type.typeReference.shown
        let shownValue = shown(value)
        let message: String
        switch shownType {
        case "Int", "Int!":
            let digits = value.text("Raw").drop { $0 == "-" || $0 == "+" }
            let isInteger = !digits.isEmpty && digits.utf8.allSatisfy { $0 &- 48 <= 9 }
            message =
                isInteger && Int32(value.text("Raw")) == nil
                ? "Int cannot represent non 32-bit signed integer value: \(shownValue)"
                : "Int cannot represent non-integer value: \(shownValue)"
        case "String", "String!", "[String]": message = "String cannot represent a non string value: \(shownValue)"
        case "Boolean", "Boolean!": message = "Boolean cannot represent a non boolean value: \(shownValue)"
        case "Float", "Float!": message = "Float cannot represent non numeric value: \(shownValue)"
        case "ID", "ID!": message = "ID cannot represent a non-string and non-integer value: \(shownValue)"
        default:
            message =
                definition.text("Kind") == "ENUM"
                ? "Enum \"\(shownType)\" cannot represent non-enum value: \(shownValue)."
                : "Expected value of type \"\(shownType)\", found \(shownValue)."
        }
        report(value, message)
    }

    private mutating func checkInput(_ value: RegoValue, _ definition: RegoValue) {
        let name = definition.text("Name")
        let children = value.nodes("Children")
        for field in definition.nodes("Fields") where isRequired(field) {
            let fieldName = field.text("Name")
            guard !children.contains(where: { $0.text("Name") == fieldName }) else { continue }
            let type = (field["Type"] ?? .null).typeReference.shown
            report(value, "Field \"\(name).\(fieldName)\" of required type \"\(type)\" was not provided.")
        }
        if definition.named("oneOf", in: "Directives") != nil { checkOneOf(value, definition) }
        let known = definition.nodes("Fields").map { $0.text("Name") }
        for child in children where !known.contains(child.text("Name")) {
            let childName = child.text("Name")
            report(
                child,
                "Field \"\(childName)\" is not defined by type \"\(name)\"."
                    + GraphQLSuggestions.hint("Did you mean", childName, in: known))
        }
    }

    private mutating func checkOneOf(_ value: RegoValue, _ definition: RegoValue) {
        let name = definition.text("Name")
        let children = value.nodes("Children")
        guard children.count == 1, let given = children.first?["Value"] else {
            report(value, "OneOf Input Object \"\(name)\" must specify exactly one key.")
            return
        }
        if given.number("Kind") == GraphQLValueKind.null {
            let field = definition.nodes("Fields").first?.text("Name") ?? ""
            report(given, "Field \"\(name).\(field)\" must be non-null.")
        } else if given.number("Kind") == GraphQLValueKind.variable,
            let variable = operation?.variables[given.text("Raw")], !(variable["Type"] ?? .null).flag("NonNull")
        {
            report(
                given,
                "Variable \"\(given.text("Raw"))\" must be non-nullable to be used for OneOf Input Object "
                    + "\"\(name)\".")
        }
    }

    /// A value as it would be written.
    func shown(_ value: RegoValue) -> String {
        let raw = value.text("Raw")
        let children = value.nodes("Children")
        switch value.number("Kind") {
        case GraphQLValueKind.variable: return "$" + raw
        case GraphQLValueKind.string, GraphQLValueKind.block: return GoQuote.quote(RegoString(raw))
        case GraphQLValueKind.list:
            return "[" + children.map { shown($0["Value"] ?? .null) }.joined(separator: ",") + "]"
        case GraphQLValueKind.object:
            return "{"
                + children.map { "\($0.text("Name")):\(shown($0["Value"] ?? .null))" }.joined(separator: ",") + "}"
        default: return raw
        }
    }
}
