/// A list as data: `{"items": […]}`, so that something can be added beside the items.
struct JSONItems<Item: Encodable>: Encodable {
    let items: [Item]

    init(_ items: [Item]) { self.items = items }
}
