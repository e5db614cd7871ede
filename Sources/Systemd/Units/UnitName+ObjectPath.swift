extension UnitName {
    /// The D-Bus object of the unit: every byte that is not a letter or a digit, and a leading digit, as `_HH`.
    public var objectPath: String {
        var bytes = Array(Self.objectPathPrefix.utf8)
        for (index, byte) in rawValue.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
                bytes.append(byte)
            case UInt8(ascii: "0")...UInt8(ascii: "9") where index > 0:
                bytes.append(byte)
            default:
                bytes.append(contentsOf: [
                    UInt8(ascii: "_"), hexadecimalDigit(byte >> 4), hexadecimalDigit(byte & 0x0f),
                ])
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Takes the name from the D-Bus object of a unit.
    public init(objectPath: String) throws(SystemdError) {
        guard objectPath.hasPrefix(Self.objectPathPrefix) else {
            throw SystemdError(.invalidArgument, "'\(objectPath)' is not the object path of a unit")
        }
        let label = Array(objectPath.utf8.dropFirst(Self.objectPathPrefix.utf8.count))
        var bytes: [UInt8] = []
        bytes.reserveCapacity(label.count)
        var index = 0
        while index < label.count {
            if label[index] == UInt8(ascii: "_"), index + 2 < label.count,
                let high = hexadecimalValue(label[index + 1]), let low = hexadecimalValue(label[index + 2])
            {
                bytes.append(high << 4 | low)
                index += 3
            } else {
                bytes.append(label[index])
                index += 1
            }
        }
        try self.init(String(decoding: bytes, as: UTF8.self))
    }

    private static let objectPathPrefix = "/org/freedesktop/systemd1/unit/"
}
