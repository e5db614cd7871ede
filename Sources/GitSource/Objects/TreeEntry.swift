/// One file or link of a commit.
struct TreeEntry: Sendable, Equatable {
    /// What an entry is.
    enum Kind: Sendable, Equatable {
        case file(isExecutable: Bool)
        case link
        case submodule
    }

    var kind: Kind
    var object: String
    var size: Int
    var components: [String]

    var path: String { components.joined(separator: "/") }
    var displayPath: String { RedactedText(path).description }
}

/// Reads the output of `git ls-tree -r -z --long`.
struct TreeListing {
    /// What is wrong with a listing.
    enum Problem: Error, Equatable {
        case malformed
        case unsafeName(String)
        case unknownKind(String, mode: String)
    }

    static let pathLengthMaximum = 4000

    static func parse(_ output: [UInt8]) throws(Problem) -> [TreeEntry] {
        var entries: [TreeEntry] = []
        for record in output.split(separator: 0) { entries.append(try entry(record)) }
        return entries
    }

    private static func entry(_ record: ArraySlice<UInt8>) throws(Problem) -> TreeEntry {
        guard let tab = record.firstIndex(of: UInt8(ascii: "\t")) else { throw .malformed }
        let words = String(decoding: record[..<tab], as: UTF8.self).split(separator: " ")
        guard words.count == 4 else { throw .malformed }
        let name = record[(tab + 1)...]
        guard let path = String(validating: name, as: UTF8.self) else {
            throw .unsafeName(String(decoding: name, as: UTF8.self))
        }
        // By bytes: a combining mark after a slash makes one character of both.
        let components = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map {
            String(Substring($0))
        }
        guard path.utf8.count <= pathLengthMaximum, components.allSatisfy(isSafe) else { throw .unsafeName(path) }
        let kind: TreeEntry.Kind
        switch words[0] {
        case "100644", "100664": kind = .file(isExecutable: false)
        case "100755": kind = .file(isExecutable: true)
        case "120000": kind = .link
        case "160000": kind = .submodule
        default: throw .unknownKind(path, mode: String(words[0]))
        }
        let size = kind == .submodule ? 0 : Int(words[3])
        guard let size, size >= 0 else { throw .malformed }
        return TreeEntry(kind: kind, object: String(words[2]), size: size, components: components)
    }

    /// Whether a name stays a name when it is written to a directory, and cannot pass for a repository's own.
    static func isSafe(_ component: String) -> Bool {
        !component.isEmpty && component != "." && component != ".." && component.utf8.count <= 255
            && component.lowercased() != ".git"
    }
}
