import Model

extension AuditDirectory {
    /// Checks every record of every segment; `end` bounds the newest, which may be growing.
    func verify(upTo end: (segment: AuditSegment, size: Int64)?) throws(StoreError) -> AuditVerification {
        var check = AuditCheck()
        for segment in try segments() {
            if let end, segment > end.segment { break }
            let size = segment == end?.segment ? end?.size : nil
            check.begin(segment)
            try forEachLine(of: segment, upTo: size) { (bytes, number) throws(StoreError) in
                check.add(bytes, line: number)
            }
            if check.verification.failure != nil { break }
        }
        return check.finished()
    }
}

/// Follows the chain and stops at the first record that does not fit.
struct AuditCheck {
    private(set) var verification = AuditVerification(records: 0, firstSequence: nil, head: .empty)
    private var segment = AuditSegment(firstSequence: 1)
    private var anchor: AuditHead?
    private var pruned: AuditHead?

    /// The next lines are those of a segment.
    mutating func begin(_ next: AuditSegment) { segment = next }

    /// Checks the next line; false at the first that does not fit.
    mutating func add(_ bytes: [UInt8], line number: Int) -> Bool {
        switch AuditLine.parse(bytes) {
        case .failure(let fault):
            return fail(fault.reason, line: number)
        case .success(let line):
            if let reason = fault(of: line, line: number) { return fail(reason, line: number) }
            if verification.firstSequence == nil {
                verification.firstSequence = line.sequence
                anchor = AuditHead(sequence: line.sequence - 1, hash: line.previous)
            }
            note(line.record)
            verification.records += 1
            verification.head = AuditHead(sequence: line.sequence, hash: line.hash)
            return true
        }
    }

    /// The result, once every line was given: what is missing before the first record must have been removed on record.
    consuming func finished() -> AuditVerification {
        var result = verification
        guard result.failure == nil, let anchor, anchor.sequence > 0 else { return result }
        // A crash between a removal's record and the removal leaves more than the record says.
        guard let pruned, pruned.sequence >= anchor.sequence, pruned.sequence > anchor.sequence || pruned == anchor
        else {
            result.failure = AuditVerification.Failure(
                segment: AuditSegment(firstSequence: anchor.sequence + 1).name, line: 1, sequence: anchor.sequence,
                reason: "what came before it is gone, and no record says that it was removed")
            return result
        }
        return result
    }

    private func fault(of line: AuditLine, line number: Int) -> String? {
        if verification.firstSequence == nil {
            if line.sequence == 1 && line.previous != AuditHead.empty.hash { return "the first record follows another" }
        } else {
            if line.sequence != verification.head.sequence + 1 {
                return "it has sequence \(line.sequence) after \(verification.head.sequence)"
            }
            if line.previous != verification.head.hash { return "it does not follow the record before it" }
        }
        if number == 1 && line.sequence != segment.firstSequence {
            return "its segment should begin with sequence \(segment.firstSequence)"
        }
        return nil
    }

    private mutating func note(_ record: AuditRecord) {
        guard record.verb == AuditLog.pruneVerb, let sequence = record.details["sequence"]?.integerValue,
            let hash = record.details["head"]?.stringValue.flatMap(ContentDigest.init(hex:))
        else { return }
        pruned = AuditHead(sequence: UInt64(clamping: sequence), hash: hash)
    }

    private mutating func fail(_ reason: String, line number: Int) -> Bool {
        let sequence =
            verification.firstSequence == nil ? segment.firstSequence : verification.head.sequence + 1
        verification.failure = AuditVerification.Failure(
            segment: segment.name, line: number, sequence: sequence, reason: reason)
        return false
    }
}
