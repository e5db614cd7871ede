import FoundationEssentials
import LinuxIO

/// A file beside the database with numbers that no counter has reached, so that the counters of a rebuilt database
/// begin above everything that was ever handed out, even when the clock stands wrong.
struct HighWaterMark: Sendable {
    /// One number for each kind of counter.
    struct Values: Sendable, Equatable {
        var versions: UInt64 = 0
        var runs: UInt64 = 0
        var generations: UInt64 = 0
    }

    /// How far ahead of the counters the mark is kept.
    static let reserve = Values(versions: 1 << 32, runs: 1 << 16, generations: 1 << 12)
    /// The directory of the database.
    let directory: String
    /// The file's name.
    let name: String

    /// Reads the mark; zeros when there is none or it is not readable as one.
    func read() -> Values {
        guard let handle = try? DirectoryHandle(trustedPath: directory),
            let file = try? handle.openForReading(name),
            let bytes = try? file.readAll(limit: 256)
        else { return Values() }
        let numbers = bytes.split(separator: UInt8(ascii: " ")).map { UInt64(String(decoding: $0, as: UTF8.self)) }
        guard numbers.count == 3, let versions = numbers[0], let runs = numbers[1], let generations = numbers[2] else {
            return Values()
        }
        return Values(versions: versions, runs: runs, generations: generations)
    }

    /// Where the counters of a new database begin: above the mark; versions also above what the clock allows any
    /// earlier database to have reached at a million writes a second.
    func start(clock: UInt64) -> Values {
        var values = read()
        values.versions = max(values.versions, clock << 20)
        return values
    }

    /// Moves the mark ahead of the counters, unless it is far enough ahead already.
    func advance(beyond counters: Values) throws(StoreError) {
        let (mark, reserve) = (read(), Self.reserve)
        let isAhead =
            mark.versions >= counters.versions + reserve.versions / 2 && mark.runs >= counters.runs + reserve.runs / 2
            && mark.generations >= counters.generations + reserve.generations / 2
        if isAhead { return }
        let versions = counters.versions + reserve.versions
        let text = "\(versions) \(counters.runs + reserve.runs) \(counters.generations + reserve.generations)"
        do throws(LinuxIOError) {
            let handle = try DirectoryHandle(trustedPath: directory)
            let temporary = name + ".new"
            if try handle.status(of: temporary) != nil { try handle.remove(temporary) }
            let file = try handle.createTemporary(temporary, permissions: 0o600)
            try file.writeAll(Array(text.utf8))
            try file.sync()
            try handle.rename(temporary, to: name)
            try handle.sync()
        } catch {
            throw StoreError(file: error, act: "record the newest version in '\(directory)/\(name)'")
        }
    }
}
