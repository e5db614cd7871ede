public import Rego

/// One fact: a place of the input or of the base document, with what stands there.
public struct PolicyFact: Sendable, Hashable {
    /// The keys from `input` or `data` on; positions in arrays are those of the whole document.
    public let path: [RegoValue]
    /// The value; an empty object or array says only that there is one.
    public let value: RegoValue

    /// The place as a reference.
    public var reference: String {
        var text = ""
        for (index, key) in path.enumerated() {
            if let name = key.string, index == 0 || Self.isName(name) {
                text += index == 0 ? name : ".\(name)"
            } else {
                text += "[\(key.json)]"
            }
        }
        return text
    }

    private static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(48...57).contains(first) else { return false }
        return name.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
        }
    }
}
