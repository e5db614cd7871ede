/// One name in a directory.
public struct DirectoryEntry: Sendable, Hashable {
    /// The name; bytes that are not UTF-8 stand as `\xNN`, and then `rawName` has the true one.
    public let name: String
    /// The bytes of a name that is not UTF-8, which only the `raw` operations take; nil for all others.
    public let rawName: [UInt8]?
    /// The kind of file, `unknown` where the file system does not tell.
    public let type: FileType
    /// The inode number.
    public let inode: UInt64

    /// Makes an entry from the bytes of its name.
    public init(nameBytes: [UInt8], type: FileType, inode: UInt64) {
        if let text = String(validating: nameBytes, as: UTF8.self) {
            name = text
            rawName = nil
        } else {
            name = Self.readable(nameBytes)
            rawName = nameBytes
        }
        self.type = type
        self.inode = inode
    }

    /// Whether the name is UTF-8.
    public var isUTF8: Bool { rawName == nil }

    /// The bytes as text; what is not UTF-8 as `\xNN` byte by byte.
    static func readable(_ bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        var text = ""
        for byte in bytes {
            if byte >= 0x20, byte < 0x7f {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
        return text
    }
}
