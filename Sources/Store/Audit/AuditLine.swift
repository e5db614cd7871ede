import Model

/// A record as a line of the log.
///
/// A line is the canonical JSON of the record with its sequence and the hash before it, to which its own hash is
/// added as the last member. The hash is over the line's bytes without that member, so that it can be checked with
/// `sed` and `sha256sum` alone.
struct AuditLine {
    /// Details above this size are replaced by their digest.
    static let detailsLimit = 32 << 10
    /// No line is longer: everything else in a record is bounded too.
    static let lengthLimit = 64 << 10
    private static let textLimit = 4 << 10
    private static let hashMember = Array(",\"hash\":\"".utf8)
    private static let end = Array("\"}".utf8)

    let sequence: UInt64
    let previous: ContentDigest
    let hash: ContentDigest
    let record: AuditRecord
    /// The bytes without the newline.
    let bytes: [UInt8]

    /// Writes a record after a head.
    init(_ record: AuditRecord, after head: AuditHead) {
        self.record = record
        sequence = head.sequence + 1
        previous = head.hash
        let body: JSONValue = [
            "actor": .string(Self.bounded(record.actor)), "details": Self.bounded(record.details),
            "object": .string(Self.bounded(record.object)), "previous": .string(previous.hex),
            "sequence": .integer(Int64(sequence)), "time": .string(record.time.description),
            "verb": .string(Self.bounded(record.verb)),
        ]
        let canonical = body.canonicalBytes
        hash = ContentDigest(hashing: canonical)
        bytes = canonical.dropLast() + Self.hashMember + Array(hash.hex.utf8) + Self.end
    }

    /// Reads a line; the reason why it is none otherwise.
    static func parse(_ bytes: [UInt8]) -> Result<AuditLine, AuditLineFault> {
        let tail = hashMember.count + 64 + end.count
        guard bytes.count > tail, bytes.count <= lengthLimit, bytes.ends(with: end),
            bytes[(bytes.count - tail)...].starts(with: hashMember),
            let hash = ContentDigest(
                hex: String(decoding: bytes[(bytes.count - 64 - end.count)..<(bytes.count - end.count)], as: UTF8.self))
        else { return .failure(AuditLineFault("it is not a record")) }
        let body = bytes.dropLast(tail) + [UInt8(ascii: "}")]
        guard ContentDigest(hashing: Array(body)) == hash else {
            return .failure(AuditLineFault("its hash does not fit its bytes"))
        }
        guard let value = try? JSONValue(parsing: Array(body)), let sequence = value["sequence"]?.integerValue,
            let previous = value["previous"]?.stringValue.flatMap(ContentDigest.init(hex:)),
            let time = value["time"]?.stringValue.flatMap(WallTime.init(text:)),
            let actor = value["actor"]?.stringValue, let verb = value["verb"]?.stringValue,
            let object = value["object"]?.stringValue, let details = value["details"], sequence > 0
        else { return .failure(AuditLineFault("it lacks a member")) }
        let record = AuditRecord(time: time, actor: actor, verb: verb, object: object, details: details)
        return .success(
            AuditLine(sequence: UInt64(sequence), previous: previous, hash: hash, record: record, bytes: bytes))
    }

    private init(
        sequence: UInt64, previous: ContentDigest, hash: ContentDigest, record: AuditRecord, bytes: [UInt8]
    ) {
        self.sequence = sequence
        self.previous = previous
        self.hash = hash
        self.record = record
        self.bytes = bytes
    }

    private static func bounded(_ details: JSONValue) -> JSONValue {
        let bytes = details.canonicalBytes
        if bytes.count <= detailsLimit { return details }
        return ["omittedBytes": .integer(Int64(bytes.count)), "digest": .string(ContentDigest(hashing: bytes).hex)]
    }

    private static func bounded(_ text: String) -> String {
        text.utf8.count <= textLimit ? text : String(text.prefix(textLimit / 4)) + "…"
    }
}

/// Why bytes are not a line of the log.
struct AuditLineFault: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}

extension [UInt8] {
    fileprivate func ends(with bytes: [UInt8]) -> Bool { suffix(bytes.count).elementsEqual(bytes) }
}
