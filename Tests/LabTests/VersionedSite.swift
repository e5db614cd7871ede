import Testing

/// A site of which every resource differs from one version to the next, and what a host looks like that holds one.
///
/// Versions alternate between two sets of modes, and between having and lacking one file and one directory.
struct VersionedSite {
    /// Small files, of a few pages each, so that a torn one could be told.
    var files: Int
    /// Files of a quarter of a megabyte.
    var bigFiles: Int
    /// Directories whose mode changes.
    var directories: Int
    /// Links whose target changes.
    var links: Int
    /// Units of their own file, which run.
    var units: Int
    /// Lines of a small file.
    var lines = 60

    /// How many resources differ from one version to the next.
    var changes: Int { files + bigFiles + directories + links + units + 2 }

    /// The files of the repository.
    func tree(version: Int) -> [String: String] {
        let small = (0..<files).map { number in
            Site.file("/srv/data/f\(number)", content(of: "f\(number)", version), mode: mode(of: number, version))
        }
        let big = (0..<bigFiles).map { "file: /srv/data/b\($0)\nsource: big/b\($0)\nmode: \"0644\"" }
        let made = (0..<directories).map {
            "directory: /srv/data/d\($0)\nmode: \"\(version.isMultiple(of: 2) ? "0755" : "0711")\""
        }
        let linked = (0..<links).map { "symlink: /srv/data/l\($0)\ntarget: version-\(version)" }
        let alternating =
            version.isMultiple(of: 2)
            ? ["file: /srv/data/odd\nabsent: true", "directory: /srv/data/odd.d\nabsent: true"]
            : [Site.file("/srv/data/odd", "odd"), Site.directory("/srv/data/odd.d")]
        let running = (0..<units).map { number in
            Site.unit(
                "lab-\(number).service", service: ["Environment=VERSION=\(version)", "ExecStart=/bin/sleep infinity"])
        }
        var tree = [
            "a.yaml": Site.blueprint(
                "a", [Site.directory("/srv/data")] + made + small + big + linked + alternating + running)
        ]
        for number in 0..<bigFiles { tree["big/b\(number)"] = content(of: "b\(number)", version) + "\n" }
        return tree
    }

    /// Every file is wholly of one of the versions, whether the host runs or is off.
    func expectWhole(_ host: LabHost, versions: [Int], _ place: String) async throws {
        let list = "cd /srv/data && for f in f* b*; do printf '%s\\0' $f; cat $f; printf '\\0'; done"
        let parts = try await anywhere(host, list).split(separator: "\0", omittingEmptySubsequences: false)
        var found: [Substring: Substring] = [:]
        for index in stride(from: 0, to: parts.count - 1, by: 2) { found[parts[index]] = parts[index + 1] }
        for name in names {
            let content = found[Substring(name)] ?? "(missing)"
            let isWhole = versions.contains { content == self.content(of: name, $0) + "\n" }
            #expect(isWhole, "\(name) is of no version \(place): \(content.prefix(100))…\(content.suffix(100))")
        }
        let targets = try await anywhere(host, "cd /srv/data && readlink l*").split(separator: "\n")
        #expect(
            targets.count == links && targets.allSatisfy { target in versions.contains { "version-\($0)" == target } })
    }

    /// Whether the host, running or off, shows that a run was under way: temporaries, or files of two versions.
    func isUnfinished(_ host: LabHost, version: Int) async throws -> Bool {
        let script = """
            cd /srv/data; ls -A | grep -c aetheredge
            head -qn1 f* b* | cut -d' ' -f4 | sort -u; readlink l* | sort -u
            """
        let lines = try await anywhere(host, script).split(separator: "\n").map(String.init)
        return lines != ["0", "\(version)", "version-\(version)"]
    }

    /// Everything is of the version, and nothing else is there.
    func expectHeld(_ host: LabHost, version: Int, _ place: String) async throws {
        let script = """
            cd /srv/data
            head -qn1 f* b* | cut -d' ' -f4 | sort | uniq -c; readlink l* | sort | uniq -c
            stat -c %a f0 f1; stat -c %a d* | sort -u; ls -A | grep -v '^[fbdl][0-9]*$'
            systemctl show -p Environment --value 'lab-*.service' | grep . | sort | uniq -c
            systemctl is-active 'lab-*.service' | sort | uniq -c
            """
        let lines = try await host.shell(script).output.split(separator: "\n").map(\.trimmed)
        let isEven = version.isMultiple(of: 2)
        let expected =
            ["\(files + bigFiles) \(version)", "\(links) version-\(version)"]
            + [isEven ? "644" : "600", "644", isEven ? "755" : "711"] + (isEven ? [] : ["odd", "odd.d"])
            + ["\(units) VERSION=\(version)", "\(units) active"]
        #expect(lines == expected, "\(place)")
    }

    private var names: [String] { (0..<files).map { "f\($0)" } + (0..<bigFiles).map { "b\($0)" } }

    private func mode(of number: Int, _ version: Int) -> String {
        number.isMultiple(of: 2) && !version.isMultiple(of: 2) ? "0600" : "0644"
    }

    private func content(of name: String, _ version: Int) -> String {
        let count = name.hasPrefix("b") ? 6000 : lines
        return (0..<count).map { "file \(name) version \(version) line \($0) of \(count)" }.joined(separator: "\n")
    }

    private func anywhere(_ host: LabHost, _ script: String) async throws -> String {
        if host.isRunning { return try await host.shell(script).output }
        return try await host.offline(["sh", "-c", script + "\ntrue"]).output
    }
}

extension ManagedHost {
    /// How long the shortest of the runs to these versions takes, as the runs themselves say.
    func shortestRun(to site: VersionedSite, versions: ClosedRange<Int>) async throws -> Duration {
        var shortest = Duration.seconds(60)
        for version in versions {
            let commit = try await converge("version \(version)", site.tree(version: version))
            let runs = try await list("workflowruns").filter { $0["spec"]["commit"].string == commit }
            let status = try #require(runs.first)["status"]
            let start = try #require(status["startTime"].string.flatMap(Self.secondOfDay))
            let end = try #require(status["completionTime"].string.flatMap(Self.secondOfDay))
            shortest = min(shortest, .seconds(end < start ? end + 86_400 - start : end - start))
        }
        return shortest
    }

    /// The seconds since midnight of `2026-01-31T23:59:59.123456Z`.
    private static func secondOfDay(_ text: String) -> Double? {
        let parts = text.dropLast().split(separator: "T").last?.split(separator: ":").map { Double($0) }
        guard let parts, parts.count == 3, let hour = parts[0], let minute = parts[1], let second = parts[2] else {
            return nil
        }
        return hour * 3600 + minute * 60 + second
    }

    /// The run of the commit is there once and succeeded, nothing else changed the host, nothing is under way, and the
    /// audit chain holds.
    ///
    /// Returns the phases of the commit's runs, oldest first; of those that came before the last, `others` are expected
    /// too.
    @discardableResult
    func expectOneRun(
        of commit: String, also others: Set<String> = [], _ place: String
    ) async throws -> [String] {
        let runs = try await list("workflowruns").sorted { Self.number(of: $0) < Self.number(of: $1) }
        let phases = runs.filter { $0["spec"]["commit"].string == commit }.compactMap { $0["status"]["phase"].string }
        #expect(phases.filter { $0 == "Succeeded" }.count == 1, "\(phases) \(place)")
        let allowed = others.union(["Succeeded", "RolledBack", "Superseded"])
        #expect(phases.allSatisfy(allowed.contains), "\(phases) \(place)")
        let repairs = runs.filter { $0["spec"]["cause"].string == "drift" }.compactMap { $0["metadata"]["name"].string }
        #expect(repairs.isEmpty, "\(place)")
        #expect(try await status()["runs"]["active"].int == 0, "\(place)")
        let audit = try await ctl("audit", "verify")
        #expect(audit.status == 0, "\(audit) \(place)")
        return phases
    }

    /// The number in `run-12`.
    private static func number(of run: JSONValue) -> Int {
        run["metadata"]["name"].string.flatMap { Int($0.dropFirst("run-".count)) } ?? 0
    }
}
