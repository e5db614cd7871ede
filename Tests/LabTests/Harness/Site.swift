/// Text of site repositories: blueprints from their resources, and units that only run.
enum Site {
    /// A blueprint document; each resource is the lines of one list item, without the dash.
    static func blueprint(_ name: String, _ resources: [String], spec: [String] = []) -> String {
        let head = ["apiVersion: aetheredge.io/v1", "kind: Blueprint", "metadata:", "  name: \(name)", "spec:"]
        let items = resources.flatMap { resource in
            resource.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { index, line in
                (index == 0 ? "    - " : "      ") + line
            }
        }
        return (head + spec.map { "  \($0)" } + ["  resources:"] + items).joined(separator: "\n") + "\n"
    }

    static func file(_ path: String, _ content: String, mode: String = "0644", more: String = "") -> String {
        let lines = content.split(separator: "\n", omittingEmptySubsequences: true).map { "  \($0)" }.joined(
            separator: "\n")
        return "file: \(path)\ncontent: |\n\(lines)\nowner: root\ngroup: root\nmode: \"\(mode)\""
            + (more.isEmpty ? "" : "\n\(more)")
    }

    static func directory(_ path: String) -> String {
        "directory: \(path)\nowner: root\ngroup: root\nmode: \"0755\""
    }

    /// A unit of its own file that runs until it is stopped.
    static func unit(_ name: String, service: [String] = ["ExecStart=/bin/sleep infinity"]) -> String {
        let content =
            (["[Unit]", "Description=Lab workload", "[Service]"] + service + [
                "[Install]", "WantedBy=multi-user.target",
            ])
            .map { "  \($0)" }.joined(separator: "\n")
        return "unit: \(name)\nactive: true\nenabled: true\ncontent: |\n\(content)"
    }
}
