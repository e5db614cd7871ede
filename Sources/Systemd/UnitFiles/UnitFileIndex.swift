import LinuxIO

/// The unit directories of this machine, read once, for the file states of many units.
///
/// The service manager reads all of them again for every unit that it is asked about, which makes a question about a
/// thousand units a matter of many seconds. The index answers where the answer is plain and leaves the rest to the
/// manager.
struct UnitFileIndex {
    private struct Found {
        let directory: Int
        let type: FileType
        let target: String?
    }

    private let directories: [String]
    /// What bears the name of a unit, in the order of the directories.
    private var files: [String: [Found]] = [:]
    /// Units that a link in a `.wants` or `.requires` directory of the administrator names.
    private var enabled: Set<String> = []
    /// Names that any link bears or leads to, wherever it is.
    private var linked: Set<String> = []
    /// Units, or beginnings of their names, with a drop-in directory.
    private var dropIns: Set<String> = []

    /// Reads the directories, those of the highest priority first; ones that are not there are empty.
    init(directories: [String]) throws(LinuxIOError) {
        self.directories = directories
        for (index, path) in directories.enumerated() {
            do throws(LinuxIOError) {
                try read(path, index)
            } catch  where error.code == .noEntry {
                continue
            }
        }
    }

    /// The state of a unit's file; nil where only the manager can tell.
    func state(of name: UnitName) -> UnitFileState? {
        guard let first = files[name.rawValue]?.first, !name.rawValue.utf8.contains(UInt8(ascii: "@")) else {
            return nil
        }
        let directory = directories[first.directory]
        if first.type == .symbolicLink {
            guard first.target == "/dev/null" else { return nil }
            if directory.hasSuffix(Self.administrator) { return .masked }
            return directory.hasSuffix(Self.runtime) ? .maskedRuntime : nil
        }
        guard first.type == .regular, Self.plain.contains(where: { directory.hasSuffix($0) }), !hasDropIns(name),
            let text = Self.content(of: "\(directory)/\(name)"), !text.isEmpty
        else { return nil }
        if enabled.contains(name.rawValue) { return .enabled }
        guard !linked.contains(name.rawValue) else { return nil }
        let install = InstallSection(parsing: text)
        if install.hasRules { return .disabled }
        return install.hasAlso ? .indirect : .static
    }

    private static let administrator = "/etc/systemd/system"
    private static let runtime = "/run/systemd/system"
    private static let plain = [administrator, "/usr/local/lib/systemd/system", "/lib/systemd/system"]
    private static let entryLimit = 100_000
    private static let fileSizeMaximum = 262_144

    private mutating func read(_ path: String, _ index: Int) throws(LinuxIOError) {
        let directory = try DirectoryHandle(trustedPath: path)
        for entry in try directory.entries(limit: Self.entryLimit) where entry.isUTF8 {
            let name = entry.name
            // Some file systems do not tell types in a listing.
            let type = entry.type == .unknown ? try directory.status(of: name)?.type ?? .unknown : entry.type
            if type == .symbolicLink {
                let target = try directory.readLink(name)
                files[name, default: []].append(Found(directory: index, type: .symbolicLink, target: target))
                note(link: nil, to: target)
            } else if type == .directory {
                try readSubdirectory(directory, name, isAdministrator: path.hasSuffix(Self.administrator))
            } else {
                files[name, default: []].append(Found(directory: index, type: type, target: nil))
            }
        }
    }

    private mutating func readSubdirectory(
        _ directory: borrowing DirectoryHandle, _ name: String, isAdministrator: Bool
    ) throws(LinuxIOError) {
        if name.hasSuffix(".d") { dropIns.insert(String(name.dropLast(2))) }
        let isDependency = name.hasSuffix(".wants") || name.hasSuffix(".requires")
        guard isDependency || name.hasSuffix(".upholds") else { return }
        let links = try directory.openSubdirectory(name)
        for entry in try links.entries(limit: Self.entryLimit) where entry.isUTF8 {
            let type = entry.type == .unknown ? try links.status(of: entry.name)?.type ?? .unknown : entry.type
            guard type == .symbolicLink else { continue }
            note(link: entry.name, to: try links.readLink(entry.name))
            if isAdministrator, isDependency { enabled.insert(entry.name) }
        }
    }

    private mutating func note(link name: String?, to target: String) {
        if let name { linked.insert(name) }
        if let end = target.pathComponents.last { linked.insert(end) }
    }

    /// Whether settings may come from drop-ins: of the unit, of its type, or of names that begin like it up to a dash.
    private func hasDropIns(_ name: UnitName) -> Bool {
        guard !dropIns.isEmpty else { return false }
        let suffix = "." + name.type.rawValue
        if dropIns.contains(name.rawValue) || dropIns.contains(name.type.rawValue) { return true }
        let stem = name.rawValue.dropLast(suffix.count)
        return stem.indices.contains { stem[$0] == "-" && dropIns.contains(stem[...$0] + suffix) }
    }

    private static func content(of path: String) -> [UInt8]? {
        guard let parent = path.parentPath, let directory = try? DirectoryHandle(trustedPath: parent),
            let file = try? directory.openForReading(String(path.lastPathComponent))
        else { return nil }
        return try? file.readAll(limit: fileSizeMaximum)
    }
}
