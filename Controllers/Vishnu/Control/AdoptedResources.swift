import HostRuntime
import LinuxIO
import Model

/// Reads files, directories, links and units as they are and writes them as YAML.
///
/// Only what a blueprint can hold is adopted: text up to a bound; a larger or binary file is named with what to do.
struct AdoptedResources<Host: HostReading>: Sendable {
    let host: Host
    private let textMaximum = 64 << 10

    init(host: Host) { self.host = host }

    func report(_ ids: [ResourceID]) -> AdoptReport {
        var lines = [
            "apiVersion: \(apiVersionName)", "kind: Blueprint", "metadata:", "  name: adopted", "spec:", "  resources:",
        ]
        var problems: [ResourceProblem] = []
        for id in ids {
            do throws(HostError) {
                lines += try entry(id).map { "    " + $0 }
            } catch {
                problems.append(ResourceProblem(resource: id, reason: .observationFailed, message: error.message))
            }
        }
        return AdoptReport(yaml: lines.joined(separator: "\n") + "\n", problems: problems)
    }

    private func entry(_ id: ResourceID) throws(HostError) -> [String] {
        guard id.type != .unit else { return try unit(id.identity) }
        let path = id.identity
        guard let status = try host.status(of: path) else {
            throw HostError(.notFound, "cannot adopt '\(path)': there is nothing at the path")
        }
        let owner = [
            "  owner: \(quoted(host.userName(status.owner)))", "  group: \(quoted(host.groupName(status.group)))",
        ]
        let mode = "  mode: \"0\(String(status.permissions, radix: 8))\""
        switch (id.type, status.type) {
        case (.file, .regular):
            return ["- file: \(quoted(path))"] + owner + [mode] + (try content(path, size: status.size))
        case (.directory, .directory): return ["- directory: \(quoted(path))"] + owner + [mode]
        case (.symlink, .symbolicLink):
            return ["- symlink: \(quoted(path))", "  target: \(quoted(try host.linkTarget(of: path)))"]
        default:
            throw HostError(.wrongType, "cannot adopt '\(path)' as a \(id.type.rawValue): something else is there")
        }
    }

    private func content(_ path: String, size: Int64) throws(HostError) -> [String] {
        let advice = "copy it into the repository and declare it with source: PATH"
        guard size <= Int64(textMaximum) else {
            throw HostError(.tooLarge, "cannot adopt '\(path)': it has \(size) bytes; \(advice)")
        }
        var bytes: [UInt8] = []
        _ = try host.read(path) { (chunk) throws(HostError) in bytes += chunk }
        guard let text = String(validating: bytes, as: UTF8.self),
            !text.unicodeScalars.contains(where: Self.isUnprintable)
        else {
            throw HostError(.wrongType, "cannot adopt '\(path)': it is no text; \(advice)")
        }
        return ["  content: \(quoted(text))"]
    }

    private func unit(_ name: String) throws(HostError) -> [String] {
        guard let unit = try host.units([name]).first, unit.loadState != "not-found" else {
            throw HostError(.notFound, "cannot adopt '\(name)': systemd knows no such unit")
        }
        var lines = ["- unit: \(quoted(name))", "  active: \(unit.activeState == "active")"]
        switch unit.unitFileState {
        case "enabled", "enabled-runtime": lines.append("  enabled: true")
        case "disabled": lines.append("  enabled: false")
        case "masked", "masked-runtime": lines.append("  masked: true")
        default: break
        }
        return lines
    }

    private static func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 && scalar != "\n" && scalar != "\t" && scalar != "\r"
    }

    /// JSON's strings are YAML's double-quoted ones.
    private func quoted(_ text: String) -> String { JSONValue.string(text).canonicalText }
}
