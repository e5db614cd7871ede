/// Reading the tree of a GraphQL document by the names of its members; what is missing reads as empty.
extension RegoValue {
    func text(_ member: RegoValue) -> String { self[member]?.string ?? "" }

    func nodes(_ member: RegoValue) -> RegoArray {
        if case .array(let array)? = self[member] { return array }
        return []
    }

    func texts(_ member: RegoValue) -> [String] { nodes(member).compactMap(\.string) }

    func flag(_ member: RegoValue) -> Bool { self[member] == true }

    func number(_ member: RegoValue) -> Int { self[member]?.int ?? 0 }

    /// The first node of a list with a name.
    func named(_ name: String, in member: RegoValue) -> RegoValue? {
        nodes(member).first { $0.text("Name") == name }
    }

    func error(_ message: String) -> GraphQLError {
        let position = self["Position"] ?? .null
        return GraphQLError(message: message, line: position.number("Line"), column: position.number("Column"))
    }

    /// The name of a type behind its lists.
    var typeReference: (named: String, shown: String) {
        var shown = text("NamedType")
        var named = shown
        if let inner = self["Elem"], inner != .null {
            let element = inner.typeReference
            named = element.named
            shown = "[\(element.shown)]"
        }
        return (named, flag("NonNull") ? shown + "!" : shown)
    }

    /// True where a value of this type may stand where the other is wanted.
    func isCompatible(with wanted: RegoValue) -> Bool {
        if text("NamedType") != wanted.text("NamedType") { return false }
        let inner = self["Elem"] ?? .null
        let wantedInner = wanted["Elem"] ?? .null
        if inner != .null {
            guard wantedInner != .null, inner.isCompatible(with: wantedInner) else { return false }
        } else if wantedInner != .null {
            return false
        }
        return !wanted.flag("NonNull") || flag("NonNull")
    }
}
