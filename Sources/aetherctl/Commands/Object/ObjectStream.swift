import ControlClient
import Model

/// Objects of a kind and their changes, as they come.
struct ObjectStream {
    private let selection: ObjectSelection
    private let filters: ObjectFilters
    private let format: OutputFormat

    init(_ selection: ObjectSelection, _ filters: ObjectFilters, format: OutputFormat) {
        self.selection = selection
        self.filters = filters
        self.format = format
    }

    /// Shows changes until the task is cancelled or the daemon is gone for good.
    func show(_ client: APIClient, _ console: Console) async throws {
        var options = filters.options
        if let name = selection.names.first {
            // A field selector gives a backslash before what means something to it.
            let escaped = name.map { "\\,=".contains($0) ? "\\\($0)" : String($0) }.joined()
            options.fieldSelector = "metadata.name=\(escaped)"
        }
        var widths: [Int] = []
        for try await event in client.watch(selection.descriptor.kind, options) {
            switch event {
            case .listed(let list): try show(list.items, "ADDED", console, &widths)
            case .added(let object): try show([object], "ADDED", console, &widths)
            case .modified(let object): try show([object], "MODIFIED", console, &widths)
            case .deleted(let object): try show([object], "DELETED", console, &widths)
            case .bookmark: continue
            case .interrupted(let error): try console.note("\(error.message); connecting again")
            }
        }
    }

    private func show(_ objects: [APIObject], _ type: String, _ console: Console, _ widths: inout [Int]) throws {
        switch format {
        case .table, .wide:
            let isWide = format == .wide
            // A change is shown as of now, not as of when the command began.
            var table = ObjectLines.table(objects, of: selection.descriptor, isWide: isWide, now: Console.wallTime())
            table.headings.insert("CHANGE", at: 1)
            for row in table.rows.indices { table.rows[row].insert(type.lowercased(), at: 1) }
            let isFirst = widths.isEmpty
            table.widen(&widths, least: TextTable.streamWidth)
            try console.write(table.text(widths: widths, showsHeadings: isFirst, style: console.style))
        case .json:
            for object in objects {
                let line: JSONValue = .object(["type": .string(type), "object": try object.json.withoutManagers])
                try console.write(line.canonicalText)
            }
        case .yaml:
            for object in objects {
                let document: JSONValue = .object(["type": .string(type), "object": try object.json.withoutManagers])
                try console.write("---\n" + YAMLText(document).text)
            }
        }
    }
}
