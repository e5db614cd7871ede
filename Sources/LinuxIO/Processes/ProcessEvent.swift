/// What the process connector says about one process.
struct ProcessEvent: Equatable {
    /// What happened to it.
    enum Kind: Equatable {
        /// It came to be, as a child of this process.
        case forked(parent: Int32)
        /// It runs another program now.
        case executed
        /// It, or a thread of it that is not the first, acts as this user now.
        case user(UInt32, isFirstThread: Bool)
        /// Its first thread ended.
        case ended
    }

    var kind: Kind
    var pid: Int32
    /// When, in nanoseconds of the monotonic clock.
    var time: UInt64
}

/// What one message of the connector's socket held.
struct ProcessEventBatch: Equatable {
    var events: [ProcessEvent] = []
    /// Answers to what listeners asked, with their marks and errors.
    var answers: [Answer] = []
    /// Events were lost, or came in a way that is not understood: nothing that was known before is sure now.
    var isLost = false

    struct Answer: Equatable {
        var mark: UInt32
        var error: UInt32
    }
}

/// The layout of `struct nlmsghdr`, `struct cn_msg` and `struct proc_event`.
enum ProcessEventParser {
    private static let netlinkHeader = 16
    private static let connectorHeader = 20
    private static let eventHeader = 16
    private static let messageDone: UInt16 = 3
    private static let messageNone: UInt16 = 1

    /// Parses whole messages, every length of which is checked against what is there.
    static func parse(_ buffer: UnsafeRawBufferPointer) -> ProcessEventBatch {
        // Safety: all loads are unaligned and lie within ranges that were checked before.
        var batch = ProcessEventBatch()
        var offset = 0
        while offset < buffer.count {
            let rest = buffer.count - offset
            guard rest >= netlinkHeader else { return lost(batch) }
            let length = Int(buffer.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
            guard length >= netlinkHeader, length <= rest else { return lost(batch) }
            let type = buffer.loadUnaligned(fromByteOffset: offset + 4, as: UInt16.self)
            // Safety: the slice lies within the buffer, as was just checked.
            let body = UnsafeRawBufferPointer(rebasing: buffer[(offset + netlinkHeader)..<(offset + length)])
            switch type {
            case messageDone: if !parseConnector(body, into: &batch) { return lost(batch) }
            case messageNone: break
            default: return lost(batch)
            }
            offset += (length + 3) & ~3
        }
        return batch
    }

    private static func lost(_ batch: ProcessEventBatch) -> ProcessEventBatch {
        var batch = batch
        batch.isLost = true
        return batch
    }

    // Safety: the length that the header tells is checked against the message before anything behind it is read.
    private static func parseConnector(
        _ body: UnsafeRawBufferPointer, into batch: inout ProcessEventBatch
    ) -> Bool {
        guard body.count >= connectorHeader else { return false }
        // Another connector than that of processes does not concern us.
        guard body.loadUnaligned(as: UInt32.self) == 1, body.loadUnaligned(fromByteOffset: 4, as: UInt32.self) == 1
        else { return true }
        let length = Int(body.loadUnaligned(fromByteOffset: 16, as: UInt16.self))
        guard length >= eventHeader, length <= body.count - connectorHeader else { return false }
        // Safety: the slice lies within the message, as was just checked.
        let event = UnsafeRawBufferPointer(rebasing: body[connectorHeader..<(connectorHeader + length)])
        let mark = body.loadUnaligned(fromByteOffset: 12, as: UInt32.self)
        return parseEvent(event, mark: mark, into: &batch)
    }

    // Safety: each field is read by `number`, which checks that it is there.
    private static func parseEvent(
        _ event: UnsafeRawBufferPointer, mark: UInt32, into batch: inout ProcessEventBatch
    ) -> Bool {
        let what = event.loadUnaligned(as: UInt32.self)
        let time = event.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        guard let first = number(0, of: event) else { return false }
        if what == 0 {
            batch.answers.append(ProcessEventBatch.Answer(mark: mark, error: UInt32(bitPattern: first)))
            return true
        }
        guard let second = number(1, of: event) else { return false }
        switch what {
        case 0x1:
            guard let child = number(2, of: event), let group = number(3, of: event) else { return false }
            guard child == group else { return true }
            batch.events.append(ProcessEvent(kind: .forked(parent: second), pid: group, time: time))
        case 0x2:
            batch.events.append(ProcessEvent(kind: .executed, pid: second, time: time))
        case 0x4:
            guard let effective = number(3, of: event) else { return false }
            let kind = ProcessEvent.Kind.user(UInt32(bitPattern: effective), isFirstThread: first == second)
            batch.events.append(ProcessEvent(kind: kind, pid: second, time: time))
        case 0x8000_0000 where first == second:
            batch.events.append(ProcessEvent(kind: .ended, pid: second, time: time))
        default:
            break
        }
        return true
    }

    /// One of the numbers of 32 bits behind the header of an event.
    // Safety: the range is checked against the event.
    private static func number(_ index: Int, of event: UnsafeRawBufferPointer) -> Int32? {
        let offset = eventHeader + index * 4
        guard offset + 4 <= event.count else { return nil }
        return event.loadUnaligned(fromByteOffset: offset, as: Int32.self)
    }
}
