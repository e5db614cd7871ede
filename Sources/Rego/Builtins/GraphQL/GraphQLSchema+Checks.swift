extension GraphQLSchema {
    func checkName(_ node: RegoValue, _ name: String) throws(GraphQLError) {
        if name.hasPrefix("__") {
            throw node.error(
                "Name \"\(name)\" must not begin with \"__\", which is reserved by GraphQL introspection.")
        }
    }

    func checkArguments(_ arguments: RegoArray, of directive: RegoValue?) throws(GraphQLError) {
        for argument in arguments {
            try checkName(argument, argument.text("Name"))
            let type = argument["Type"] ?? .null
            let reference = type.typeReference
            guard types[reference.named] != nil else { throw type.error("Undefined type \(reference.named).") }
            guard isInput(reference.named) else {
                throw argument.error(
                    "cannot use \(reference.shown) as argument \(argument.text("Name")) because "
                        + "\(kind(of: reference.named)) is not a valid input type")
            }
            try checkDirectives(argument.nodes("Directives"), "ARGUMENT_DEFINITION", within: directive)
        }
    }

    func checkDirectives(
        _ uses: RegoArray, _ location: String, within directive: RegoValue? = nil
    ) throws(GraphQLError) {
        for use in uses {
            let name = use.text("Name")
            try checkName(use, name)
            if let directive, directive.text("Name") == name {
                throw use.error("Directive \(name) cannot refer to itself.")
            }
            guard let definition = directives[name] else { throw use.error("Undefined directive \(name).") }
            guard definition.texts("Locations").contains(location) else {
                throw use.error("Directive \(name) is not applicable on \(location).")
            }
        }
    }

    func check(_ definition: RegoValue) throws(GraphQLError) {
        let name = definition.text("Name")
        let kind = definition.text("Kind")
        let fields = definition.nodes("Fields")
        let place = kind == "INPUT_OBJECT" ? "INPUT_FIELD_DEFINITION" : "FIELD_DEFINITION"
        for field in fields {
            try checkName(field, field.text("Name"))
            let type = field["Type"] ?? .null
            let named = type.typeReference.named
            guard types[named] != nil else { throw type.error("Undefined type \(named).") }
            try checkArguments(field.nodes("Arguments"), of: nil)
            try checkDirectives(field.nodes("Directives"), place)
        }
        for member in definition.texts("Types") {
            guard types[member] != nil else {
                throw definition.error("Undefined type \(GoQuote.quote(RegoString(member))).")
            }
            guard self.kind(of: member) == "OBJECT" else {
                throw definition.error("\(kind) type \(GoQuote.quote(RegoString(member))) must be OBJECT.")
            }
        }
        for interface in definition.texts("Interfaces") { try checkImplements(definition, interface) }
        try checkContent(definition, kind, name, fields)
        var seen: Set<String> = []
        for field in fields where !seen.insert(field.text("Name")).inserted {
            throw field.error("Field \(name).\(field.text("Name")) can only be defined once.")
        }
        if !definition.flag("BuiltIn") { try checkName(definition, name) }
        try checkDirectives(definition.nodes("Directives"), kind)
    }

    private func checkContent(
        _ definition: RegoValue, _ kind: String, _ name: String, _ fields: RegoArray
    ) throws(GraphQLError) {
        func checkFields(_ allowed: [String], _ message: (RegoValue) -> String) throws(GraphQLError) {
            for field in fields {
                let type = self.kind(of: (field["Type"] ?? .null).typeReference.named)
                if !type.isEmpty, !allowed.contains(type) {
                    throw field.error(message(field) + ": field must be one of \(allowed.joined(separator: ", ")).")
                }
            }
        }
        switch kind {
        case "OBJECT", "INTERFACE":
            if fields.isEmpty { throw definition.error("\(kind) \(name): must define one or more fields.") }
            try checkFields(["SCALAR", "OBJECT", "INTERFACE", "UNION", "ENUM"]) { _ in "\(kind) \(name)" }
        case "ENUM":
            let values = definition.nodes("EnumValues")
            if values.isEmpty {
                throw definition.error("ENUM \(name): must define one or more unique enum values.")
            }
            for value in values where ["true", "false", "null"].contains(value.text("Name")) {
                throw definition.error("ENUM \(name): non-enum value \(value.text("Name")).")
            }
        case "INPUT_OBJECT":
            if fields.isEmpty { throw definition.error("\(kind) \(name): must define one or more input fields.") }
            try checkFields(["SCALAR", "ENUM", "INPUT_OBJECT"]) { field in
                "\(self.kind(of: (field["Type"] ?? .null).typeReference.named)) \(field.text("Name"))"
            }
        default: break
        }
    }

    private func checkImplements(_ definition: RegoValue, _ interfaceName: String) throws(GraphQLError) {
        let name = definition.text("Name")
        guard let interface = types[interfaceName] else {
            throw definition.error("Undefined type \(GoQuote.quote(RegoString(interfaceName))).")
        }
        guard interface.text("Kind") == "INTERFACE" else {
            let quoted = GoQuote.quote(RegoString(interfaceName))
            throw definition.error("\(quoted) is a non interface type \(interface.text("Kind")).")
        }
        let what = "For \(name) to implement \(interfaceName)"
        for wanted in interface.nodes("Fields") {
            let fieldName = wanted.text("Name")
            guard let found = definition.named(fieldName, in: "Fields") else {
                throw definition.error("\(what) it must have a field called \(fieldName).")
            }
            let wantedType = wanted["Type"] ?? .null
            guard isCovariant(wantedType, found["Type"] ?? .null) else {
                throw found.error("\(what) the field \(fieldName) must have type \(wantedType.typeReference.shown).")
            }
            try checkArguments(wanted, found, "\(what) the field \(fieldName)", what)
        }
        for transitive in interface.texts("Interfaces")
        where !definition.texts("Interfaces").contains(transitive) {
            if transitive == name {
                throw definition.error(
                    "Type \(name) cannot implement \(interfaceName) because it would create a circular reference.")
            }
            throw definition.error(
                "Type \(name) must implement \(transitive) because it is implemented by \(interfaceName).")
        }
    }

    private func checkArguments(
        _ wanted: RegoValue, _ found: RegoValue, _ what: String, _ whole: String
    ) throws(GraphQLError) {
        for argument in wanted.nodes("Arguments") {
            let name = argument.text("Name")
            guard let match = found.named(name, in: "Arguments") else {
                throw found.error("\(what) must have the same arguments but it is missing \(name).")
            }
            guard (argument["Type"] ?? .null).isCompatible(with: match["Type"] ?? .null) else {
                throw match.error("\(what) must have the same arguments but \(name) has the wrong type.")
            }
        }
        for argument in found.nodes("Arguments") where wanted.named(argument.text("Name"), in: "Arguments") == nil {
            let isRequired = (argument["Type"] ?? .null).flag("NonNull")
            if isRequired, argument["DefaultValue"] ?? .null == .null {
                throw argument.error(
                    "\(whole) any additional arguments on \(found.text("Name")) must be optional or have a default "
                        + "value but \(argument.text("Name")) is required.")
            }
        }
    }

    private func isCovariant(_ wanted: RegoValue, _ actual: RegoValue) -> Bool {
        if wanted.flag("NonNull"), !actual.flag("NonNull") { return false }
        let named = wanted.text("NamedType")
        if !named.isEmpty {
            let other = actual.text("NamedType")
            return named == other || (possibleTypes[named] ?? []).contains(other)
        }
        guard let inner = wanted["Elem"], inner != .null, let actualInner = actual["Elem"], actualInner != .null else {
            return false
        }
        return isCovariant(inner, actualInner)
    }
}
