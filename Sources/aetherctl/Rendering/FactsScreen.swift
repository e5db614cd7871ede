import Model

/// Facts as `NAME VALUE`, each under the name that a condition uses below `input.host.facts`.
struct FactsScreen {
    let table: TextTable

    init(_ facts: HostFacts) {
        var rows: [[String]] = []
        func add(_ name: String, _ value: String?) { if let value { rows.append([name, value]) } }
        add("os.id", facts.os?.id)
        add("os.idLike", facts.os?.idLike?.joined(separator: " "))
        add("os.name", facts.os?.name)
        add("os.prettyName", facts.os?.prettyName)
        add("os.version", facts.os?.version)
        add("os.versionID", facts.os?.versionID)
        add("os.versionCodename", facts.os?.versionCodename)
        add("os.variantID", facts.os?.variantID)
        add("kernel.name", facts.kernel?.name)
        add("kernel.release", facts.kernel?.release)
        add("kernel.version", facts.kernel?.version)
        add("architecture", facts.architecture)
        add("hostname", facts.hostname)
        add("cpus", facts.cpus.map { String($0) })
        add("memory.totalBytes", facts.memory.map { String($0.totalBytes) })
        for (index, address) in (facts.addresses ?? []).enumerated() {
            add(
                "addresses[\(index)]",
                "\(address.interface) \(address.address)/\(address.prefixLength) \(address.family) \(address.scope)")
        }
        add("systemd.version", facts.systemd.map { String($0.version) })
        add("systemd.release", facts.systemd?.release)
        table = TextTable(["FACT", "VALUE"], rows: rows)
    }
}
