/// Reads declarations from values that fit their schema; a part that does not fit is left out.
struct DeclarationReader {
    let file: String

    func resource(_ value: PositionedValue) -> ResourceDeclaration? {
        guard let members = value.members,
            case .alternative(let alternative) = ResourceSchemas.union.choose(members),
            let type = ResourceType(rawValue: alternative.key), let identity = value[alternative.key]?.text,
            let id = try? ResourceID(type: type, validating: identity)
        else { return nil }
        return ResourceDeclaration(
            id: id, position: value.position(in: file), attributes: attributes(value, type: type),
            after: references(value["after"]),
            onDrift: value["onDrift"]?.text.flatMap(DriftResponse.init) ?? .repair,
            isProtected: flag(value["protect"]) ?? false, verify: probes(value["verify"]),
            labels: texts(value["labels"]), when: condition(value["when"]))
    }

    /// A condition; a boolean is one too.
    func condition(_ value: PositionedValue?) -> WhenExpression? {
        guard let value, let text = value.text ?? flag(value).map({ $0 ? "true" : "false" }) else { return nil }
        return WhenExpression(text: text, position: value.position(in: file))
    }

    /// The members of a map of text.
    func texts(_ value: PositionedValue?) -> [String: String] {
        var texts: [String: String] = [:]
        for member in value?.members ?? [] { texts[member.key] = member.value.text }
        return texts
    }

    private func attributes(_ value: PositionedValue, type: ResourceType) -> ResourceDeclaration.Attributes {
        let owner = account(value["owner"])
        let group = account(value["group"])
        let mode = value["mode"]?.text.flatMap(FileMode.init(text:))?.rawValue
        let isAbsent = flag(value["absent"]) ?? false
        switch type {
        case .file:
            return .file(
                FileDeclaration(content: content(value), owner: owner, group: group, mode: mode, isAbsent: isAbsent))
        case .directory:
            return .directory(
                DirectoryAttributes(
                    owner: owner, group: group, mode: mode, isRecursive: flag(value["recurse"]) ?? false,
                    purge: flag(value["purge"]) ?? false, isAbsent: isAbsent))
        case .symlink:
            return .symlink(
                SymlinkAttributes(target: value["target"]?.text, owner: owner, group: group, isAbsent: isAbsent))
        case .unit:
            return .unit(
                UnitDeclaration(
                    isActive: flag(value["active"]), isEnabled: flag(value["enabled"]), isMasked: flag(value["masked"]),
                    content: content(value), dropIns: dropIns(value["dropIns"]),
                    restartOn: references(value["restartOn"]), reloadOn: references(value["reloadOn"])))
        }
    }

    private func content(_ value: PositionedValue) -> ContentDeclaration? {
        if let text = value["content"]?.text { return .inline(text) }
        if let source = value["source"], let path = source.text {
            return .source(path: SourcePath.normalise(path), position: source.position(in: file))
        }
        if let template = value["template"], let path = template.text {
            return .template(
                path: SourcePath.normalise(path), parameters: value["parameters"]?.json.objectValue ?? [:],
                position: template.position(in: file))
        }
        return nil
    }

    private func dropIns(_ value: PositionedValue?) -> [String: ContentDeclaration] {
        var dropIns: [String: ContentDeclaration] = [:]
        for member in value?.members ?? [] {
            dropIns[member.key] = member.value.text.map { .inline($0) } ?? content(member.value)
        }
        return dropIns
    }

    private func references(_ value: PositionedValue?) -> [ResourceReference] {
        (value?.elements ?? []).compactMap { element in
            guard let text = element.text, let id = try? ResourceID(parsing: text) else { return nil }
            return ResourceReference(id: id, position: element.position(in: file))
        }
    }

    private func probes(_ value: PositionedValue?) -> [Probe] {
        guard let value else { return [] }
        return (value.elements ?? [value]).compactMap(probe)
    }

    private func probe(_ value: PositionedValue) -> Probe? {
        let seconds = value["timeout"]?.text.flatMap(DurationText.seconds) ?? ResourceSchemas.probeTimeoutSeconds
        let timeout = Int(min(max(seconds, 1), 86_400))
        if let arguments = value["exec"]?.elements {
            return .exec(arguments: arguments.compactMap(\.text), timeoutSeconds: timeout)
        }
        if let url = value["http"]?.text {
            let status = value["status"]
            let statuses = status.map { $0.elements ?? [$0] } ?? []
            return .http(url: url, statuses: statuses.compactMap(integer), timeoutSeconds: timeout)
        }
        if let endpoint = value["tcp"]?.text.flatMap(Endpoint.init(text:)) {
            return .tcp(host: endpoint.host, port: endpoint.port, timeoutSeconds: timeout)
        }
        if let unit = value["unit"]?.text { return .unitActive(name: unit, timeoutSeconds: timeout) }
        return nil
    }

    private func account(_ value: PositionedValue?) -> String? {
        guard let value else { return nil }
        return value.text ?? integer(value).map { String($0) }
    }

    private func integer(_ value: PositionedValue) -> Int? {
        guard case .integer(let integer) = value.content else { return nil }
        return Int(integer)
    }

    private func flag(_ value: PositionedValue?) -> Bool? {
        guard case .bool(let flag) = value?.content else { return nil }
        return flag
    }
}
