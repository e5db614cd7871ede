extension JSONSchemaValidator {
    mutating func check(object members: RegoObject, _ object: RegoObject, _ path: [String]) throws(BuiltinError) {
        if let least = object["minProperties"]?.int, members.count < least {
            report("array_min_properties", path, "Must have at least \(least) properties")
        }
        if let most = object["maxProperties"]?.int, members.count > most {
            report("array_max_properties", path, "Must have at most \(most) properties")
        }
        if case .array(let required)? = object["required"] {
            for name in required where members[name] == nil {
                report("required", path, "\(name.string ?? "") is required")
            }
        }
        try checkPropertyNames(members, object, path)
        try checkDependencies(members, object, path)
        var properties = RegoObject()
        if case .object(let known)? = object["properties"] { properties = known }
        for (name, value) in members {
            var isKnown = false
            let place = path + [name.string ?? name.description]
            if let schema = properties[name] {
                isKnown = true
                try check(value, schema, place)
            }
            if case .object(let patterns)? = object["patternProperties"], case .string(let text) = name {
                for (pattern, schema) in patterns {
                    guard case .string(let pattern) = pattern,
                        try RegexBuiltins.compiled(pattern, context).matches(text, context)
                    else { continue }
                    isKnown = true
                    try check(value, schema, place)
                }
            }
            guard !isKnown, let additional = object["additionalProperties"] else { continue }
            if additional == false {
                report(
                    "additional_property_not_allowed", path,
                    "Additional property \(name.string ?? "") is not allowed")
            } else {
                try check(value, additional, place)
            }
        }
    }

    private mutating func checkPropertyNames(
        _ members: RegoObject, _ object: RegoObject, _ path: [String]
    ) throws(BuiltinError) {
        guard let schema = object["propertyNames"] else { return }
        for (name, _) in members {
            var inner = self
            inner.failures = []
            try inner.check(name, schema, path)
            if !inner.failures.isEmpty {
                report(
                    "invalid_property_name", path, "Property name of \"\(name.string ?? "")\" does not match")
                failures += inner.failures
            }
        }
    }

    private mutating func checkDependencies(
        _ members: RegoObject, _ object: RegoObject, _ path: [String]
    ) throws(BuiltinError) {
        guard case .object(let dependencies)? = object["dependencies"] else { return }
        for (name, dependency) in dependencies where members[name] != nil {
            if case .array(let wanted) = dependency {
                for other in wanted where members[other] == nil {
                    report("missing_dependency", path, "Has a dependency on \(other.string ?? "")")
                }
            } else {
                try check(.object(members), dependency, path)
            }
        }
    }
}
