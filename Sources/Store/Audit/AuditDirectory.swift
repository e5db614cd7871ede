import LinuxIO
import Model

/// One file of the log, named for the sequence of its first record.
struct AuditSegment: Hashable, Comparable, Sendable {
    let firstSequence: UInt64

    private static let prefix = "audit-"
    private static let suffix = ".jsonl"

    init(firstSequence: UInt64) { self.firstSequence = firstSequence }

    /// Reads a file name; nil for names of other files.
    init?(name: String) {
        guard name.hasPrefix(Self.prefix), name.hasSuffix(Self.suffix),
            let number = UInt64(name.dropFirst(Self.prefix.count).dropLast(Self.suffix.count)), number > 0
        else { return nil }
        firstSequence = number
    }

    /// The file name; names sort as sequences do.
    var name: String {
        let digits = String(firstSequence)
        return Self.prefix + String(repeating: "0", count: max(0, 16 - digits.count)) + digits + Self.suffix
    }

    static func < (left: AuditSegment, right: AuditSegment) -> Bool { left.firstSequence < right.firstSequence }
}

/// The files of the audit log.
final class AuditDirectory: Sendable {
    let path: String
    private let handle: DirectoryHandle

    /// Opens the directory, making it where there is none.
    init(path: String) throws(StoreError) {
        self.path = path
        let (parent, name) = DatabaseOpening.split(path)
        do throws(LinuxIOError) {
            let above = try DirectoryHandle(trustedPath: parent)
            if try above.status(of: name) == nil {
                try above.makeDirectory(name, permissions: 0o700)
                try above.sync()
            }
            handle = try DirectoryHandle(trustedPath: path)
        } catch {
            throw StoreError(file: error, act: "open the audit directory '\(path)'")
        }
    }

    /// Where a segment stands, for messages.
    func path(of segment: AuditSegment) -> String { "\(path)/\(segment.name)" }

    /// The segments, oldest first.
    func segments() throws(StoreError) -> [AuditSegment] {
        do throws(LinuxIOError) {
            return try handle.entries().compactMap { AuditSegment(name: $0.name) }.sorted()
        } catch {
            throw StoreError(file: error, act: "list the audit log in '\(path)'")
        }
    }

    /// Makes a new segment, its name durable.
    func create(_ segment: AuditSegment) throws(StoreError) -> FileDescriptor {
        do throws(LinuxIOError) {
            let file = try handle.openForAppending(segment.name, permissions: 0o600)
            try handle.sync()
            return file
        } catch {
            throw StoreError(file: error, act: "begin the audit segment '\(path(of: segment))'")
        }
    }

    /// Removes a segment.
    func remove(_ segment: AuditSegment) throws(StoreError) {
        do throws(LinuxIOError) { try handle.remove(segment.name) } catch  where error.isAbsence {
        } catch {
            throw StoreError(file: error, act: "remove the audit segment '\(path(of: segment))'")
        }
    }

    /// The last record of a segment; nil when none can be read.
    func head(of segment: AuditSegment) throws(StoreError) -> AuditHead? {
        var head: AuditHead?
        try forEachLine(of: segment, upTo: nil) { (bytes, _) throws(StoreError) in
            if case .success(let line) = AuditLine.parse(bytes) {
                head = AuditHead(sequence: line.sequence, hash: line.hash)
            }
            return true
        }
        return head
    }

    /// Opens the newest segment at its end, cut back to its last whole line.
    func openTail() throws(StoreError) -> AuditTail {
        guard let segment = try segments().last else {
            let first = AuditSegment(firstSequence: 1)
            return AuditTail(file: try create(first), segment: first, size: 0, head: .empty, torn: [])
        }
        let bytes = try read(segment)
        let size = Self.wholeLength(of: bytes)
        var head = AuditHead(sequence: segment.firstSequence - 1, hash: AuditHead.empty.hash)
        var isFound = false
        for line in bytes[..<size].split(separator: UInt8(ascii: "\n")).reversed() {
            guard case .success(let line) = AuditLine.parse(Array(line)) else { continue }
            head = AuditHead(sequence: line.sequence, hash: line.hash)
            isFound = true
            break
        }
        if !isFound, let before = try segments().dropLast().last, let last = try self.head(of: before) { head = last }
        do throws(LinuxIOError) {
            let file = try handle.openForAppending(segment.name, permissions: 0o600)
            if size < bytes.count {
                try file.truncate(to: Int64(size))
                try file.sync()
            }
            return AuditTail(
                file: file, segment: segment, size: Int64(size), head: head, torn: Array(bytes[size...]))
        } catch {
            throw StoreError(file: error, act: "open the audit segment '\(path(of: segment))'")
        }
    }

    /// How many bytes are whole lines.
    ///
    /// JSON has no zero bytes: where some stand, a power cut took what was not synced, and what follows them has lost
    /// its place in the chain.
    private static func wholeLength(of bytes: [UInt8]) -> Int {
        let end = bytes.firstIndex(of: 0) ?? bytes.count
        return (bytes[..<end].lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
    }

    /// Calls for each line of a segment, with its number from 1, until the body answers false.
    ///
    /// Bytes after the last newline come as a line too, unless a size bounds what is read.
    func forEachLine(
        of segment: AuditSegment, upTo size: Int64?, _ body: ([UInt8], Int) throws(StoreError) -> Bool
    ) throws(StoreError) {
        let bytes = try read(segment)
        let end = size.map { min(Int(clamping: $0), bytes.count) } ?? bytes.count
        var (start, number) = (0, 0)
        while start < end {
            let stop = bytes[start..<end].firstIndex(of: UInt8(ascii: "\n")) ?? end
            number += 1
            guard try body(Array(bytes[start..<stop]), number) else { return }
            start = stop + 1
        }
    }

    private func read(_ segment: AuditSegment) throws(StoreError) -> [UInt8] {
        do throws(LinuxIOError) {
            return try handle.openForReading(segment.name).readAll(limit: 256 << 20)
        } catch {
            throw StoreError(file: error, act: "read the audit segment '\(path(of: segment))'")
        }
    }
}

/// The newest segment, open for appending.
final class AuditTail {
    private var file: FileDescriptor?
    let segment: AuditSegment
    let size: Int64
    let head: AuditHead
    /// What stood after the last whole line.
    let torn: [UInt8]

    init(file: consuming FileDescriptor, segment: AuditSegment, size: Int64, head: AuditHead, torn: [UInt8]) {
        self.file = consume file
        self.segment = segment
        self.size = size
        self.head = head
        self.torn = torn
    }

    /// Gives the descriptor away, once.
    func takeFile() -> FileDescriptor {
        guard let taken = file.take() else { preconditionFailure("the descriptor of the audit log is taken once") }
        return taken
    }
}
