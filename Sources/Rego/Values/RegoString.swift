/// A string of Rego: bytes that are UTF-8 by convention, with their hash beside them.
///
/// Strings are equal and ordered by byte, as in Go.
///
/// Bytes that are no UTF-8 (a decoded base64 text) are kept; `string` and JSON show them as U+FFFD.
public struct RegoString: @unchecked Sendable {
    // Safety: the storage is written once, in `make`, before anybody else has it.
    let storage: RegoStringStorage

    /// Makes a string of Swift's text.
    public init(_ string: String) {
        var string = string
        storage = string.withUTF8 { RegoStringStorage.make(UnsafeRawBufferPointer($0)) }
    }

    /// Makes a string of bytes, which are kept as they are.
    public init(utf8 bytes: some Sequence<UInt8>) {
        if let made = bytes.withContiguousStorageIfAvailable({ RegoStringStorage.make(UnsafeRawBufferPointer($0)) }) {
            storage = made
        } else {
            storage = Array(bytes).withUnsafeBytes { RegoStringStorage.make($0) }
        }
    }

    /// The text, with U+FFFD where the bytes are no UTF-8.
    public var string: String { withBytes { String(decoding: $0, as: UTF8.self) } }

    /// A copy of the bytes.
    public var utf8: [UInt8] { withBytes { Array($0) } }

    /// The number of bytes.
    public var utf8Count: Int { storage.header.count }

    /// True when every byte is ASCII, so that bytes and characters are the same.
    public var isASCII: Bool { storage.header.isASCII }

    /// True when there are no bytes.
    public var isEmpty: Bool { storage.header.count == 0 }

    /// The number of Unicode scalars, which is what `count` of Rego answers.
    public var scalarCount: Int {
        isASCII ? utf8Count : withBytes { bytes in GoRunes.count(bytes) }
    }

    /// Lends the bytes.
    @inline(__always)
    public func withBytes<Result, Failure: Error>(
        _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        // Safety: the storage is retained across the call and its bytes never change after `make`.
        let storage = self.storage
        let start = storage.withUnsafeMutablePointerToElements { $0 }
        defer { withExtendedLifetime(storage) {} }
        return try body(UnsafeBufferPointer(start: UnsafePointer(start), count: storage.header.count))
    }

    var hash64: UInt64 { storage.header.hash }
}

/// What stands before the bytes of a string.
struct RegoStringHeader {
    var count: Int
    var hash: UInt64
    var isASCII: Bool
}

/// The bytes of a string, in one allocation with their header.
final class RegoStringStorage: ManagedBuffer<RegoStringHeader, UInt8> {
    // Safety: header and bytes are written in `make`, before anybody else has the reference, and never after.
    static func make(_ bytes: UnsafeRawBufferPointer) -> RegoStringStorage {
        let (hash, isASCII) = RegoHash.bytes(bytes)
        let made = RegoStringStorage.create(minimumCapacity: bytes.count) { _ in
            RegoStringHeader(count: bytes.count, hash: hash, isASCII: isASCII)
        }
        // Safety: the bytes are lent for the call, and every index stays below their count.
        if let source = bytes.baseAddress {
            made.withUnsafeMutablePointerToElements {
                UnsafeMutableRawPointer($0).copyMemory(from: source, byteCount: bytes.count)
            }
        }
        return unsafeDowncast(made, to: RegoStringStorage.self)
    }
}

extension RegoString: Hashable, Comparable {
    /// Equal when the bytes are.
    @inline(__always)
    public static func == (left: RegoString, right: RegoString) -> Bool {
        if left.storage === right.storage { return true }
        if left.storage.header.hash != right.storage.header.hash { return false }
        return left.order(right) == 0
    }

    /// Ordered by byte, the shorter first.
    public static func < (left: RegoString, right: RegoString) -> Bool { left.order(right) < 0 }

    /// Adds the hash that was made with the string.
    public func hash(into hasher: inout Hasher) { hasher.combine(hash64) }

    /// Negative, zero or positive, as C's `memcmp` answers, the shorter first.
    func order(_ other: RegoString) -> Int {
        withBytes { left in
            other.withBytes { right in
                let common = Swift.min(left.count, right.count)
                var index = 0
                while index < common {
                    let difference = Int(left[index]) &- Int(right[index])
                    if difference != 0 { return difference }
                    index &+= 1
                }
                return left.count &- right.count
            }
        }
    }
}

extension RegoString: ExpressibleByStringLiteral, CustomStringConvertible {
    /// Makes a string of a literal.
    public init(stringLiteral value: String) { self.init(value) }

    /// The text without quotes.
    public var description: String { string }
}
