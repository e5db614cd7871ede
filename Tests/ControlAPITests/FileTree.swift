import FoundationEssentials

/// Files that tests make.
enum FileTree {
    static func makeDirectories(_ path: String) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
}
