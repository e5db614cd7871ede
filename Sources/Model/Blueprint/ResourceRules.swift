/// Rules about a resource that its schema cannot say.
enum ResourceRules {
    static func findings(_ element: PositionedValue, at path: FieldPath, denied: [DeniedTree]) -> [SchemaFinding] {
        guard let members = element.members,
            case .alternative(let alternative) = ResourceSchemas.union.choose(members),
            let identity = element[alternative.key], let text = identity.text
        else { return [] }
        let identityPath = path.appending(alternative.key)
        guard alternative.key == "unit" else {
            // What breaks another rule is a finding of the schema.
            guard (try? HostPath.normalise(text)) != nil else { return [] }
            do {
                _ = try HostPath.normalise(text, denied: denied)
                return []
            } catch {
                return [finding(error.message, identity, at: identityPath)]
            }
        }
        return templateFindings(text, members, at: path)
    }

    /// A template such as `getty@.service` can be configured, but only its instances run.
    private static func templateFindings(
        _ unit: String, _ members: [PositionedMember], at path: FieldPath
    ) -> [SchemaFinding] {
        guard unit.contains("@.") else { return [] }
        return members.filter { ["active", "restartOn", "reloadOn"].contains($0.key) }.map { member in
            SchemaFinding(
                path: path.appending(member.key), line: member.line, column: member.column,
                message: "unit '\(unit.shownInMessage)' is a template, for which '\(member.key)' means nothing; "
                    + "declare an instance such as '\(unit.replacingTemplate(with: "tty1"))'")
        }
    }

    private static func finding(_ message: String, _ value: PositionedValue, at path: FieldPath) -> SchemaFinding {
        SchemaFinding(path: path, line: value.line, column: value.column, message: message)
    }
}

extension String {
    fileprivate func replacingTemplate(with instance: String) -> String {
        guard let at = firstIndex(of: "@") else { return self }
        return String(self[...at]) + instance + String(self[index(after: at)...])
    }
}
