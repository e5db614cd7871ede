/// A valid name of a systemd unit: `nginx.service`, `getty@tty1.service`, `getty@.service`.
///
/// The rules are systemd's own: at most 255 bytes; a known suffix; before it letters, digits and `:-_.\@`, not empty
/// and not beginning with `@`. The first `@` ends the prefix; what follows up to the suffix is the instance.
public struct UnitName: Hashable, Sendable {
    /// The whole name.
    public let rawValue: String
    /// The type that the suffix gives.
    public let type: UnitType

    /// Takes a name if it is valid.
    public init(_ name: String) throws(SystemdError) {
        let bytes = Array(name.utf8)
        guard bytes.count <= Self.lengthMaximum else {
            throw SystemdError(
                .invalidArgument, "a unit name of \(bytes.count) bytes is too long: the limit is \(Self.lengthMaximum)")
        }
        guard let dot = bytes.lastIndex(of: UInt8(ascii: ".")), dot > 0,
            let type = UnitType(rawValue: String(decoding: bytes[(dot + 1)...], as: UTF8.self))
        else {
            throw SystemdError(
                .invalidArgument, "'\(name)' is not a unit name: it must end in a unit type such as '.service'")
        }
        guard bytes[..<dot].allSatisfy({ Self.isAllowed($0) || $0 == Self.at }), bytes[0] != Self.at else {
            throw SystemdError(
                .invalidArgument,
                "'\(name)' is not a unit name: only letters, digits and ':-_.\\@' are allowed, and no '@' at the start")
        }
        self.rawValue = name
        self.type = type
    }

    /// The longest name that systemd accepts, in bytes.
    public static let lengthMaximum = 255

    /// The name before the `@` of a template or an instance, or before the suffix.
    public var prefix: String {
        let stem = stem
        return String(stem[..<(stem.firstIndex(of: "@") ?? stem.endIndex)])
    }

    /// The instance between `@` and the suffix, still escaped; nil unless the name is of an instance.
    public var instance: String? {
        let stem = stem
        guard let at = stem.firstIndex(of: "@") else { return nil }
        let instance = stem[stem.index(after: at)...]
        return instance.isEmpty ? nil : String(instance)
    }

    /// Whether the name is of a template, which cannot be started itself.
    public var isTemplate: Bool {
        stem.firstIndex(of: "@").map { stem.index(after: $0) == stem.endIndex } ?? false
    }

    /// The name of the template that an instance is made from; nil unless the name is of an instance.
    public var template: UnitName? {
        guard instance != nil else { return nil }
        return UnitName(checked: "\(prefix)@.\(type.rawValue)", type)
    }

    /// The name of an instance of this template, or of the template that this is an instance of.
    ///
    /// The instance is taken as it is: escape it first with `systemdEscape(_:)` unless it is known to be plain.
    public func instantiated(with instance: String) throws(SystemdError) -> UnitName {
        guard rawValue.utf8.contains(Self.at), !instance.isEmpty else {
            throw SystemdError(
                .invalidArgument,
                "cannot make an instance '\(instance)' of '\(rawValue)': it needs a template and a text")
        }
        return try UnitName("\(prefix)@\(instance).\(type.rawValue)")
    }

    private static let at = UInt8(ascii: "@")

    /// For names composed from the parts of a valid name.
    private init(checked name: String, _ type: UnitType) {
        self.rawValue = name
        self.type = type
    }

    private var stem: Substring {
        rawValue.dropLast(type.rawValue.count + 1)
    }

    /// Whether a byte may stand in a name; `@` has rules of its own.
    static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: ":"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "\\"): true
        default: false
        }
    }
}

extension UnitName: CustomStringConvertible, Comparable {
    /// The whole name.
    public var description: String { rawValue }

    /// Orders names by their text.
    public static func < (left: UnitName, right: UnitName) -> Bool { left.rawValue < right.rawValue }
}
