extension ResourceID {
    /// The name of the resource's API object: the type, `:` and the identity escaped as `systemd-escape` does (with
    /// `--path` for paths), such as `file:etc-motd`.
    public var name: String {
        var name = Array("\(type.rawValue):".utf8)
        name.reserveCapacity(name.count + 2 * identity.utf8.count)
        if type.isPath {
            SystemdName.append(path: identity, to: &name)
        } else {
            SystemdName.append(identity.utf8, to: &name)
        }
        return String(decoding: name, as: UTF8.self)
    }

    /// Reads the name of an API object; nil for text that is not one.
    public init?(name: String) {
        let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let type = ResourceType(rawValue: String(parts[0])),
            let identity = type.isPath
                ? SystemdName.unescape(path: String(parts[1])) : SystemdName.unescape(String(parts[1])),
            let id = try? ResourceID(type: type, validating: identity)
        else { return nil }
        self = id
    }

    /// Reads every form in which people name a resource: readable (`file:/etc/motd`), escaped (`file:etc-motd`) and
    /// percent-encoded; nil for anything else.
    ///
    /// A path whose first byte is `/` is readable and taken as it is, so that it may hold `%` and `\`. A `%` elsewhere
    /// begins an encoded byte, as neither an escaped name nor a unit's name holds one. A unit with `-` is readable, as
    /// escaping leaves none; one without `-` but with `\x` is escaped.
    public init?(anyForm text: String) {
        if let id = ResourceID(unencoded: text) {
            self = id
            return
        }
        guard text.utf8.contains(UInt8(ascii: "%")), let decoded = PercentEncoding.decode(text[...]),
            let id = ResourceID(unencoded: decoded)
        else { return nil }
        self = id
    }

    private init?(unencoded text: String) {
        guard let colon = text.firstIndex(of: ":"), let type = ResourceType(rawValue: String(text[..<colon])) else {
            return nil
        }
        let identity = text[text.index(after: colon)...]
        let isReadable =
            type.isPath
            ? identity.utf8.first == UInt8(ascii: "/")
            : identity.utf8.contains(UInt8(ascii: "-")) || !identity.utf8.contains(UInt8(ascii: "\\"))
        if isReadable {
            guard let id = try? ResourceID(parsing: text) else { return nil }
            self = id
        } else {
            guard !identity.utf8.contains(UInt8(ascii: "%")), let id = ResourceID(name: text) else { return nil }
            self = id
        }
    }
}
