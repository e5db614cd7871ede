import ControlClient
import Model

/// Events as they come.
struct EventStream {
    private let key: ObjectKey?
    private let format: OutputFormat

    init(about key: ObjectKey?, format: OutputFormat) {
        self.key = key
        self.format = format
    }

    /// Shows events until the task is cancelled or the daemon is gone for good.
    func show(_ client: APIClient, _ console: Console) async throws {
        var widths: [Int] = []
        for try await change in client.watch(EventKind.descriptor.kind) {
            switch change {
            case .listed(let list): try show(list.items, console, &widths)
            case .added(let event), .modified(let event): try show([event], console, &widths)
            case .interrupted(let error): try console.note("\(error.message); connecting again")
            case .deleted, .bookmark: continue
            }
        }
    }

    private func show(_ objects: [APIObject], _ console: Console, _ widths: inout [Int]) throws {
        var events = EventText.sorted(try objects.map { try Object<EventKind>($0) })
        if let key { events = events.filter { EventText.isAbout($0, key) } }
        switch format {
        case .table, .wide:
            let table = EventText.table(events, now: Console.wallTime())
            let isFirst = widths.isEmpty
            table.widen(&widths, least: TextTable.streamWidth)
            try console.write(table.text(widths: widths, showsHeadings: isFirst, style: console.style))
        case .json: for event in events { try console.write(try event.untyped().json.canonicalText) }
        case .yaml: for event in events { try console.write("---\n" + YAMLText(try event.untyped().json).text) }
        }
    }
}
