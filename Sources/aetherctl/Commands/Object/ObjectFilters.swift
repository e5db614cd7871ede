import ArgumentParser
import ControlClient
import Model

/// Selectors, checked before they are sent.
struct ObjectFilters: Sendable {
    let labels: String?
    let fields: String?

    init(labels: String?, fields: String?) throws {
        do {
            if let labels { _ = try LabelSelector(parsing: labels) }
            if let fields { _ = try FieldSelector(parsing: fields) }
        } catch {
            throw ValidationError("\(error)")
        }
        self.labels = labels
        self.fields = fields
    }

    var isEmpty: Bool { labels == nil && fields == nil }

    var options: ListOptions { ListOptions(labelSelector: labels, fieldSelector: fields) }
}
