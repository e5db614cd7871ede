/// What a commit says of itself.
public struct Commit: Sendable, Equatable {
    /// Who did something, and when.
    public struct Person: Sendable, Equatable {
        /// The name.
        public var name: String
        /// The address.
        public var email: String
        /// Seconds since 1970-01-01T00:00:00Z, cut to what 64 bits of nanoseconds hold: anything can be committed.
        public var secondsSinceEpoch: Int64
        /// The person's offset from UTC, as `+0200`.
        public var zone: String
    }

    /// Its name.
    public var id: CommitID
    /// The name of its tree.
    public var tree: CommitID
    /// The names of its parents.
    public var parents: [CommitID]
    /// Who wrote the change.
    public var author: Person
    /// Who made the commit.
    public var committer: Person
    /// The first line of its message.
    public var subject: String
    /// Whether it carries a signature, good or bad.
    public var isSigned: Bool

    static let subjectLengthMaximum = 500

    /// Reads a commit object; `nil` if it is not one.
    init?(id: CommitID, object: [UInt8]) {
        let text = String(decoding: object, as: UTF8.self)
        let parts = text.split(separator: "\n", omittingEmptySubsequences: false)
        let headEnd = parts.firstIndex(of: "") ?? parts.endIndex
        var tree: CommitID?
        var people: [Substring: Person] = [:]
        var parents: [CommitID] = []
        var isSigned = false
        for line in parts[..<headEnd] where !line.hasPrefix(" ") {
            let words = line.split(separator: " ", maxSplits: 1)
            guard words.count == 2 else { continue }
            switch words[0] {
            case "tree": tree = CommitID(String(words[1]))
            case "parent": if let parent = CommitID(String(words[1])) { parents.append(parent) }
            case "author", "committer": people[words[0]] = Person(parsing: words[1])
            case "gpgsig", "gpgsig-sha256": isSigned = true
            default: break
            }
        }
        guard let tree, let author = people["author"], let committer = people["committer"] else { return nil }
        self.id = id
        self.tree = tree
        self.parents = parents
        self.author = author
        self.committer = committer
        self.isSigned = isSigned
        let message = parts[headEnd...].drop { $0.isEmpty }
        subject = String((message.first ?? "").prefix(Self.subjectLengthMaximum))
    }
}

extension Commit.Person {
    static let secondsMaximum = Int64.max / 1_000_000_000

    /// Reads `Name <address> seconds zone`.
    fileprivate init?(parsing text: Substring) {
        guard let open = text.firstIndex(of: "<"), let close = text.lastIndex(of: ">"), open < close else { return nil }
        let times = text[text.index(after: close)...].split(separator: " ")
        guard times.count == 2, !times[0].isEmpty, times[0].utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        name = text[..<open].split(separator: " ").joined(separator: " ")
        email = String(text[text.index(after: open)..<close])
        secondsSinceEpoch = min(Int64(times[0]) ?? .max, Self.secondsMaximum)
        zone = String(times[1])
    }
}
