/// One fanotify event as the kernel wrote it; its descriptors are numbers that nobody owns yet.
struct FanotifyRecord: Equatable {
    var kinds: FileEventKinds
    var pid: Int32
    var descriptor: Int32?
    var directory: FileHandleKey?
    var name: [UInt8]?
    var processDescriptor: ProcessDescriptor?

    /// What came in place of a pidfd.
    enum ProcessDescriptor: Equatable {
        case open(Int32)
        case exited
        case failed
    }
}

/// What a buffer of fanotify events held.
struct FanotifyBatch: Equatable {
    var records: [FanotifyRecord] = []
    /// Why the rest of the buffer was not understood, if it was not.
    var problem: String?
}

/// The layout of `struct fanotify_event_metadata` and its information records.
enum FanotifyParser {
    private static let metadataLength = 24
    private static let version: UInt8 = 3
    private static let noDescriptor: Int32 = -1

    /// Parses whole events; every offset is checked against the event, and every event against the buffer.
    static func parse(_ buffer: UnsafeRawBufferPointer) -> FanotifyBatch {
        // Safety: all loads are unaligned and lie within ranges that were checked before.
        var batch = FanotifyBatch()
        var offset = 0
        while offset < buffer.count {
            let rest = buffer.count - offset
            guard rest >= metadataLength else {
                batch.problem = "\(rest) bytes are left, fewer than an event has"
                return batch
            }
            let length = Int(buffer.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
            let headerLength = Int(buffer.loadUnaligned(fromByteOffset: offset + 6, as: UInt16.self))
            guard buffer[offset + 4] == version else {
                batch.problem = "the event has version \(buffer[offset + 4])"
                return batch
            }
            guard length >= metadataLength, length <= rest, headerLength >= metadataLength, headerLength <= length
            else {
                batch.problem = "an event of \(length) bytes, \(headerLength) of them header, where \(rest) are left"
                return batch
            }
            let descriptor = buffer.loadUnaligned(fromByteOffset: offset + 16, as: Int32.self)
            var record = FanotifyRecord(
                kinds: FileEventKinds(fanotify: buffer.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)),
                pid: buffer.loadUnaligned(fromByteOffset: offset + 20, as: Int32.self),
                descriptor: descriptor >= 0 ? descriptor : nil)
            // Safety: the slice lies within the event, as was just checked.
            let information = UnsafeRawBufferPointer(rebasing: buffer[(offset + headerLength)..<(offset + length)])
            if let problem = parseInformation(information, into: &record) { batch.problem = problem }
            batch.records.append(record)
            offset += length
        }
        return batch
    }

    // Safety: each record is checked against the buffer before it is cut out of it.
    private static func parseInformation(
        _ buffer: UnsafeRawBufferPointer, into record: inout FanotifyRecord
    ) -> String? {
        var offset = 0
        while buffer.count - offset >= 4 {
            let length = Int(buffer.loadUnaligned(fromByteOffset: offset + 2, as: UInt16.self))
            guard length >= 4, length <= buffer.count - offset else {
                return "an information record of \(length) bytes where \(buffer.count - offset) are left"
            }
            // Safety: the slice lies within the buffer, as was just checked.
            let body = UnsafeRawBufferPointer(rebasing: buffer[(offset + 4)..<(offset + length)])
            switch buffer[offset] {
            case 2, 3:
                guard parseDirectory(body, hasName: buffer[offset] == 2, into: &record) else {
                    return "a directory record of \(length) bytes does not hold what it tells"
                }
            case 4:
                guard body.count >= 4 else { return "a pidfd record of \(length) bytes" }
                switch body.loadUnaligned(as: Int32.self) {
                case let number where number >= 0: record.processDescriptor = .open(number)
                case noDescriptor: record.processDescriptor = .exited
                default: record.processDescriptor = .failed
                }
            default:
                break
            }
            offset += length
        }
        return nil
    }

    /// The file system's id (8 bytes), `struct file_handle`, and the name with its NUL.
    // Safety: every length is checked against the record before anything behind it is read.
    private static func parseDirectory(
        _ body: UnsafeRawBufferPointer, hasName: Bool, into record: inout FanotifyRecord
    ) -> Bool {
        guard body.count >= 16 else { return false }
        let handleLength = Int(body.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
        guard handleLength <= FileHandleKey.lengthMaximum, handleLength <= body.count - 16 else { return false }
        record.directory = FileHandleKey(
            fileSystem: body.loadUnaligned(as: UInt64.self),
            type: body.loadUnaligned(fromByteOffset: 12, as: Int32.self),
            bytes: Array(body[16..<(16 + handleLength)]))
        guard hasName else { return true }
        let rest = body[(16 + handleLength)...]
        guard let end = rest.firstIndex(of: 0) else { return false }
        let name = Array(rest[..<end])
        // The directory itself stands as ".".
        guard name != [0x2e] else { return true }
        guard FileName.isValid(name) else { return false }
        record.name = name
        return true
    }
}
