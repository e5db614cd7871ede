extension GraphQLValidator {
    mutating func check(
        arguments: RegoArray, of node: RegoValue, _ definition: RegoValue?, unknown: (String) -> String
    ) throws(BuiltinError) {
        var names: Set<String> = []
        for argument in arguments {
            let name = argument.text("Name")
            if !names.insert(name).inserted {
                report(argument, "There can be only one argument named \"\(name)\".")
            }
            let wanted = definition?.named(name, in: "Arguments")
            if wanted == nil, definition != nil { report(argument, unknown(name)) }
            let hasDefault = (wanted?["DefaultValue"] ?? .null) != .null
            try check(value: argument["Value"] ?? .null, against: wanted?["Type"] ?? .null, hasDefault: hasDefault)
        }
    }

    mutating func check(directives node: RegoValue, at location: String) throws(BuiltinError) {
        var seen: Set<String> = []
        for directive in node.nodes("Directives") {
            let name = directive.text("Name")
            let definition = schema.directives[name]
            if !seen.insert(name).inserted, !(definition?.flag("IsRepeatable") ?? false) {
                report(directive, "The directive \"@\(name)\" can only be used once at this location.")
            }
            guard let definition else {
                report(directive, "Unknown directive \"@\(name)\".")
                continue
            }
            if !definition.texts("Locations").contains(location) {
                report(directive, "Directive \"@\(name)\" may not be used on \(location).")
            }
            let arguments = directive.nodes("Arguments")
            try check(arguments: arguments, of: directive, definition) { argument in
                "Unknown argument \"\(argument)\" on directive \"@\(name)\"."
            }
            for wanted in definition.nodes("Arguments") where isRequired(wanted) {
                let argument = wanted.text("Name")
                guard !arguments.contains(where: { $0.text("Name") == argument }) else { continue }
                let shown = (wanted["Type"] ?? .null).typeReference.shown
                report(
                    directive,
                    "Directive \"@\(name)\" argument \"\(argument)\" of type \"\(shown)\" is required, but it was not "
                        + "provided.")
            }
        }
    }

    /// Checks a value where a type is wanted; an unknown type (null) demands nothing.
    mutating func check(value: RegoValue, against type: RegoValue, hasDefault: Bool) throws(BuiltinError) {
        try context.spend()
        let kind = value.number("Kind")
        if kind == GraphQLValueKind.variable {
            check(variable: value, against: type, hasDefault: hasDefault)
            return
        }
        if kind == GraphQLValueKind.object { checkUniqueFields(value) }
        let reference = type.typeReference
        guard let definition = schema.types[reference.named] else {
            for child in value.nodes("Children") {
                try check(value: child["Value"] ?? .null, against: .null, hasDefault: false)
            }
            return
        }
        if kind == GraphQLValueKind.null {
            if type.flag("NonNull") {
                report(value, "Expected value of type \"\(reference.shown)\", found null.")
            }
            return
        }
        if let inner = type["Elem"], inner != .null {
            // A single value stands for a list of one.
            guard kind == GraphQLValueKind.list else {
                try check(value: value, against: inner, hasDefault: false)
                return
            }
            for child in value.nodes("Children") {
                try check(value: child["Value"] ?? .null, against: inner, hasDefault: false)
            }
            return
        }
        switch definition.text("Kind") {
        case "SCALAR": checkScalar(value, reference.named, reference.shown)
        case "ENUM":
            let isKnown = definition.nodes("EnumValues").contains { $0.text("Name") == value.text("Raw") }
            if kind != GraphQLValueKind.enumeration {
                report(value, "Enum \"\(reference.shown)\" cannot represent non-enum value: \(shown(value)).")
            } else if !isKnown {
                report(
                    value, "Value \"\(value.text("Raw"))\" does not exist in \"\(reference.shown)\" enum.")
            }
        case "INPUT_OBJECT": try checkInput(value, definition, reference.shown)
        default: break
        }
    }

    private mutating func checkUniqueFields(_ value: RegoValue) {
        var names: Set<String> = []
        for child in value.nodes("Children") where !names.insert(child.text("Name")).inserted {
            report(child, "There can be only one input field named \"\(child.text("Name"))\".")
        }
    }

    private mutating func check(variable value: RegoValue, against type: RegoValue, hasDefault: Bool) {
        guard let variables else { return }
        let name = value.text("Raw")
        guard let definition = variables[name] else {
            let place = operationName.isEmpty ? "" : " by operation \"\(operationName)\""
            report(value, "Variable \"$\(name)\" is not defined\(place).")
            return
        }
        usedVariables.insert(name)
        guard type != .null, case .object(var given)? = definition["Type"] else { return }
        let hasOwnDefault = definition["DefaultValue"].map { $0 != .null && $0.number("Kind") != GraphQLValueKind.null }
        // A variable with a default may stand where null may not.
        if (hasOwnDefault ?? false) || hasDefault, type.flag("NonNull") { given.insert("NonNull", true) }
        if !RegoValue.object(given).isCompatible(with: type) {
            let shown = (definition["Type"] ?? .null).typeReference.shown
            report(
                value,
                "Variable \"$\(name)\" of type \"\(shown)\" used in position expecting type "
                    + "\"\(type.typeReference.shown)\".")
        }
    }

    private mutating func checkScalar(_ value: RegoValue, _ name: String, _ shownType: String) {
        let kind = value.number("Kind")
        let isText = kind == GraphQLValueKind.string || kind == GraphQLValueKind.block
        switch name {
        case "Int":
            if kind != GraphQLValueKind.integer {
                report(value, "Int cannot represent non-integer value: \(shown(value)).")
            } else if Int32(value.text("Raw")) == nil {
                report(value, "Int cannot represent non 32-bit signed integer value: \(shown(value)).")
            }
        case "Float":
            if kind != GraphQLValueKind.integer, kind != GraphQLValueKind.float {
                report(value, "Float cannot represent non numeric value: \(shown(value)).")
            }
        case "String":
            if !isText { report(value, "String cannot represent a non string value: \(shown(value)).") }
        case "Boolean":
            if kind != GraphQLValueKind.boolean {
                report(value, "Boolean cannot represent a non boolean value: \(shown(value)).")
            }
        case "ID":
            if !isText, kind != GraphQLValueKind.integer {
                report(value, "ID cannot represent a non-string and non-integer value: \(shown(value)).")
            }
        default:
            for child in value.nodes("Children") where (child["Value"] ?? .null).number("Kind") == 0 {
                check(variable: child["Value"] ?? .null, against: .null, hasDefault: false)
            }
        }
    }

    private mutating func checkInput(
        _ value: RegoValue, _ definition: RegoValue, _ shownType: String
    ) throws(BuiltinError) {
        guard value.number("Kind") == GraphQLValueKind.object else {
            report(value, "Expected value of type \"\(shownType)\", found \(shown(value)).")
            return
        }
        let children = value.nodes("Children")
        for field in definition.nodes("Fields") where isRequired(field) {
            let name = field.text("Name")
            guard !children.contains(where: { $0.text("Name") == name }) else { continue }
            let type = (field["Type"] ?? .null).typeReference.shown
            report(
                value,
                "Field \"\(definition.text("Name")).\(name)\" of required type \"\(type)\" was not provided.")
        }
        for child in children {
            let name = child.text("Name")
            guard let field = definition.named(name, in: "Fields") else {
                report(child, "Field \"\(name)\" is not defined by type \"\(definition.text("Name"))\".")
                continue
            }
            let hasDefault = (field["DefaultValue"] ?? .null) != .null
            try check(value: child["Value"] ?? .null, against: field["Type"] ?? .null, hasDefault: hasDefault)
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
