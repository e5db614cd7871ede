import CSystemd
import Glibc

/// Reads the journal.
///
/// Its files are read through memory maps, so every method may block on the disk: not for the cooperative pool.
///
/// A reader belongs to one thread at a time. It begins before the first entry: move it before reading.
public struct JournalReader: ~Copyable {
    // Safety: owned by this value alone, and closed in deinit only.
    private let handle: OpaquePointer
    /// The largest value of a field in bytes; what is beyond is cut off.
    public let valueSizeMaximum: Int

    /// Opens the journal of this machine.
    public init(valueSizeMaximum: Int = 65_536) throws(SystemdError) {
        var handle: OpaquePointer?
        let result = sd_journal_open(&handle, Int32(SD_JOURNAL_LOCAL_ONLY))
        try self.init(result, handle, valueSizeMaximum, "the journal")
    }

    /// Opens the journal files in a directory, such as that of another root.
    public init(directory: String, valueSizeMaximum: Int = 65_536) throws(SystemdError) {
        var handle: OpaquePointer?
        let result = sd_journal_open_directory(&handle, directory, 0)
        try self.init(result, handle, valueSizeMaximum, "the journal in '\(directory)'")
    }

    private init(
        _ result: Int32, _ handle: OpaquePointer?, _ valueSizeMaximum: Int, _ what: String
    ) throws(SystemdError) {
        guard result >= 0, let handle else { throw SystemdError.of(result, "cannot open \(what)") }
        self.handle = handle
        self.valueSizeMaximum = valueSizeMaximum
        // The name of the field and '=' count too. Zero would mean no limit.
        let threshold = sd_journal_set_data_threshold(handle, valueSizeMaximum + JournalFieldName.lengthMaximum + 1)
        precondition(threshold >= 0, "sd_journal_set_data_threshold has no way to fail")
    }

    deinit {
        sd_journal_close(handle)
    }

    /// Lets only entries with this value in this field pass.
    ///
    /// Several matches of one field allow any of the values; matches of different fields must all hold.
    public func addMatch(_ field: String, _ value: String) throws(SystemdError) {
        let match = Array("\(field)=\(value)".utf8)
        try check(sd_journal_add_match(handle, match, match.count), "match the field '\(field)' in")
    }

    /// What was matched so far, or what is matched from here on.
    public func addDisjunction() throws(SystemdError) {
        try check(sd_journal_add_disjunction(handle), "combine matches in")
    }

    /// What was matched so far, and what is matched from here on.
    public func addConjunction() throws(SystemdError) {
        try check(sd_journal_add_conjunction(handle), "combine matches in")
    }

    /// Lets every entry pass again.
    public func removeMatches() {
        sd_journal_flush_matches(handle)
    }

    /// Goes before the first entry.
    public func seekHead() throws(SystemdError) {
        try check(sd_journal_seek_head(handle), "seek in")
    }

    /// Goes behind the last entry; ``previous()`` then finds it.
    public func seekTail() throws(SystemdError) {
        try check(sd_journal_seek_tail(handle), "seek in")
    }

    /// Goes to the entry with a cursor, or to where it would be; ``next()`` then finds it or the one after.
    public func seek(cursor: String) throws(SystemdError) {
        try check(sd_journal_seek_cursor(handle, cursor), "seek in")
    }

    /// Moves to the next entry; false at the end.
    public func next() throws(SystemdError) -> Bool {
        try check(sd_journal_next(handle), "read") > 0
    }

    /// Moves to the previous entry; false at the beginning.
    public func previous() throws(SystemdError) -> Bool {
        try check(sd_journal_previous(handle), "read") > 0
    }

    /// The bytes of a field of this entry; nil if it has none.
    public func bytes(_ field: String) throws(SystemdError) -> [UInt8]? {
        var data: UnsafeRawPointer?
        var count = 0
        let result = sd_journal_get_data(handle, field, &data, &count)
        guard result != -ENOENT else { return nil }
        try check(result, "read the field '\(field)' of an entry of")
        // Safety: the data is valid until the next call on the handle; it is copied at once.
        let value = UnsafeRawBufferPointer(start: data, count: count).dropFirst(field.utf8.count + 1)
        return Array(value.prefix(valueSizeMaximum))
    }

    /// The text of a field of this entry, with what is not UTF-8 replaced; nil if it has none.
    public func text(_ field: String) throws(SystemdError) -> String? {
        try bytes(field).map { String(decoding: $0, as: UTF8.self) }
    }

    /// When this entry was written, in microseconds of the wall clock.
    public func timestamp() throws(SystemdError) -> UInt64 {
        var microseconds: UInt64 = 0
        try check(sd_journal_get_realtime_usec(handle, &microseconds), "read the time of an entry of")
        return microseconds
    }

    /// Where this entry is, for ``seek(cursor:)``.
    public func cursor() throws(SystemdError) -> String {
        // Safety: libsystemd allocates the text; it is copied and freed here.
        var text: UnsafeMutablePointer<CChar>?
        try check(sd_journal_get_cursor(handle, &text), "read the position in")
        defer { free(text) }
        return text.map { String(cString: $0) } ?? ""
    }

    @discardableResult
    private func check(_ result: Int32, _ tried: String) throws(SystemdError) -> Int32 {
        try SystemdError.check(result, "cannot \(tried) the journal")
    }
}
