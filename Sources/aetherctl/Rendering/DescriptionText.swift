import Model

/// Everything about an object: metadata, spec and status as YAML under headings, conditions and events as tables.
struct DescriptionText {
    private let object: APIObject
    private let events: [Object<EventKind>]
    private let console: Console

    init(_ object: APIObject, events: [Object<EventKind>], _ console: Console) {
        self.object = object
        self.events = events
        self.console = console
    }

    var text: String {
        get throws {
            let metadata = object.metadata
            var lines = [field("Name", metadata.name), field("Kind", object.kind.rawValue)]
            if object.kind == ResourceKind.descriptor.kind, let id = object.spec["id"]?.stringValue {
                lines.append(field("Resource", id))
            }
            lines += pairs("Labels", metadata.labels) + pairs("Annotations", metadata.annotations)
            if let time = metadata.creationTimestamp {
                lines.append(field("Created", Age.moment(time, now: console.now)))
            }
            if let time = metadata.deletionTimestamp {
                lines.append(field("Deleting since", Age.moment(time, now: console.now)))
            }
            lines += section("Spec", object.spec)
            lines += section("Status", statusWithoutConditions)
            lines += conditions()
            if !events.isEmpty {
                lines.append(console.style.bold("Events:"))
                lines += indented(EventText.table(events, now: console.now).text(style: console.style))
            }
            return lines.joined(separator: "\n")
        }
    }

    private var statusWithoutConditions: JSONValue {
        guard case .object(var members) = object.status else { return object.status }
        members["conditions"] = nil
        return .object(members)
    }

    private func conditions() -> [String] {
        guard let values = object.status["conditions"]?.arrayValue, !values.isEmpty else { return [] }
        let table = TextTable(
            ["TYPE", "STATUS", "REASON", "AGE", "MESSAGE"],
            rows: values.map { condition in
                let time = condition["lastTransitionTime"]?.stringValue.flatMap(WallTime.init(text:))
                return [
                    condition["type"]?.stringValue ?? "", condition["status"]?.stringValue ?? "",
                    condition["reason"]?.stringValue ?? "", Age.text(time, now: console.now),
                    condition["message"]?.stringValue ?? "",
                ]
            })
        return [console.style.bold("Conditions:")] + indented(table.text(style: console.style))
    }

    private func section(_ title: String, _ value: JSONValue) -> [String] {
        guard let members = value.objectValue, !members.isEmpty else { return [] }
        return [console.style.bold("\(title):")] + indented(YAMLText(value).text.onLines)
    }

    private func pairs(_ title: String, _ pairs: [String: String]?) -> [String] {
        (pairs ?? [:]).sorted { $0.key < $1.key }.enumerated().map { index, pair in
            field(index == 0 ? title : "", "\(pair.key)=\(pair.value)")
        }
    }

    private func indented(_ text: String) -> [String] {
        text.split(separator: "\n").map { "  " + $0 }
    }

    private func field(_ name: String, _ value: String) -> String {
        console.style.bold((name.isEmpty ? "" : "\(name):").padded(to: 16)) + value.onOneLine
    }
}
