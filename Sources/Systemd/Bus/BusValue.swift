/// A D-Bus value.
///
/// Descriptors are not supported: connections refuse them.
public indirect enum BusValue: Hashable, Sendable {
    /// `y`.
    case byte(UInt8)
    /// `b`.
    case boolean(Bool)
    /// `n`.
    case int16(Int16)
    /// `q`.
    case uint16(UInt16)
    /// `i`.
    case int32(Int32)
    /// `u`.
    case uint32(UInt32)
    /// `x`.
    case int64(Int64)
    /// `t`.
    case uint64(UInt64)
    /// `d`.
    case double(Double)
    /// `s`.
    case string(String)
    /// `o`.
    case objectPath(String)
    /// `g`.
    case signature(String)
    /// `ay`.
    case bytes([UInt8])
    /// `aX`, where the signature is of X; it matters when the array is empty.
    case array(of: String, [BusValue])
    /// `(…)`.
    case structure([BusValue])
    /// `{kv}`, as an element of an array only.
    case entry(key: BusValue, value: BusValue)
    /// `v`.
    case variant(BusValue)

    /// An array of strings, `as`.
    public static func strings(_ strings: [String]) -> BusValue {
        .array(of: "s", strings.map { .string($0) })
    }

    /// The signature of the value.
    public var typeSignature: String {
        switch self {
        case .byte: "y"
        case .boolean: "b"
        case .int16: "n"
        case .uint16: "q"
        case .int32: "i"
        case .uint32: "u"
        case .int64: "x"
        case .uint64: "t"
        case .double: "d"
        case .string: "s"
        case .objectPath: "o"
        case .signature: "g"
        case .bytes: "ay"
        case .array(let element, _): "a" + element
        case .structure(let members): "(" + members.map(\.typeSignature).joined() + ")"
        case .entry(let key, let value): "{" + key.typeSignature + value.typeSignature + "}"
        case .variant: "v"
        }
    }

    /// The text of a string, an object path or a signature, also inside a variant.
    public var text: String? {
        switch self {
        case .string(let text), .objectPath(let text), .signature(let text): text
        case .variant(let value): value.text
        default: nil
        }
    }

    /// The truth of a boolean, also inside a variant.
    public var truth: Bool? {
        switch self {
        case .boolean(let truth): truth
        case .variant(let value): value.truth
        default: nil
        }
    }

    /// The number of any integer that fits, also inside a variant.
    public var integer: Int? {
        switch self {
        case .byte(let number): Int(number)
        case .int16(let number): Int(number)
        case .uint16(let number): Int(number)
        case .int32(let number): Int(number)
        case .uint32(let number): Int(number)
        case .int64(let number): Int(exactly: number)
        case .uint64(let number): Int(exactly: number)
        case .variant(let value): value.integer
        default: nil
        }
    }

    /// The members of a structure or the elements of an array, also inside a variant.
    public var elements: [BusValue]? {
        switch self {
        case .array(_, let elements), .structure(let elements): elements
        case .bytes(let bytes): bytes.map { .byte($0) }
        case .variant(let value): value.elements
        default: nil
        }
    }

    /// The texts of an array of strings, also inside a variant; nil if any element is not text.
    public var texts: [String]? {
        guard let elements else { return nil }
        let texts = elements.compactMap(\.text)
        return texts.count == elements.count ? texts : nil
    }

    /// The entries of an `a{s…}`, with variants taken out; of two entries with one key the later counts.
    public var properties: [String: BusValue]? {
        guard case .array(_, let elements) = self else { return nil }
        var properties: [String: BusValue] = [:]
        for case .entry(let key, let value) in elements {
            guard let name = key.text else { return nil }
            if case .variant(let inner) = value {
                properties[name] = inner
            } else {
                properties[name] = value
            }
        }
        return properties
    }
}
