internal import CLinux
internal import Glibc

/// Names of one directory, stored as C strings end to end, so that a pass over them allocates nothing.
public struct NameTable: Sendable {
    private var bytes: [CChar] = []
    private var offsets: [Int32] = []

    /// Makes an empty table.
    public init() {}

    /// Makes a table of names.
    public init(_ names: some Sequence<String>) throws(LinuxIOError) {
        for name in names { try append(name) }
    }

    /// How many names there are.
    public var count: Int { offsets.count }

    /// Whether there are none.
    public var isEmpty: Bool { offsets.isEmpty }

    /// Adds a name, which takes the next index.
    public mutating func append(_ name: String) throws(LinuxIOError) {
        guard FileName.isValid(name), bytes.count < Int(Int32.max) - 512 else {
            throw LinuxIOError(code: .invalid, call: "NameTable.append", path: name, detail: "not a file name")
        }
        offsets.append(Int32(bytes.count))
        bytes.append(contentsOf: name.utf8.lazy.map { CChar(bitPattern: $0) })
        bytes.append(0)
    }

    /// Removes all names and keeps the storage.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        offsets.removeAll(keepingCapacity: true)
    }

    /// The name at an index.
    public subscript(index: Int) -> String {
        let start = Int(offsets[index])
        let end = index + 1 < offsets.count ? Int(offsets[index + 1]) : bytes.count
        return String(decoding: bytes[start..<(end - 1)].lazy.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Calls with each index of a range and its C string.
    @inline(__always)
    func forEach(in range: Range<Int>, _ body: (Int, UnsafePointer<CChar>) -> Void) {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "the range lies beyond the names")
        bytes.withUnsafeBufferPointer { names in
            // Safety: every offset was recorded by `append` and points at a NUL-terminated name.
            guard let start = names.baseAddress else { return }
            for index in range { body(index, start + Int(offsets[index])) }
        }
    }
}

/// What looking at one name gave.
public enum StatusOutcome: Sendable, Equatable {
    /// The name is there.
    case found(FileStatus)
    /// There is no such name.
    case absent
    /// The kernel did not tell.
    case failed(Errno)
}

extension DirectoryHandle {
    /// Looks at many names in this directory, without allocating.
    ///
    /// The body gets the index of the name in the table. `range` limits the pass to some of the names.
    @inline(never)
    public borrowing func forEachStatus(
        of names: borrowing NameTable, in range: Range<Int>? = nil, _ body: (Int, StatusOutcome) -> Void
    ) {
        let number = rawValue
        var raw = statx()
        names.forEach(in: range ?? 0..<names.count) { index, name in
            let result = cl_statx(number, name, FileStatus.flags, FileStatus.mask, &raw)
            if result >= 0 {
                body(index, .found(FileStatus(raw)))
            } else if result == -Int(ENOENT) || result == -Int(ENOTDIR) {
                body(index, .absent)
            } else {
                body(index, .failed(Errno(rawValue: Int32(-result))))
            }
        }
    }
}
