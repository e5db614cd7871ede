import Glibc
import TestSupport
import Testing

/// Who did it: drifts by short-lived programs of many users, in a host and on the machine itself.
@Suite(.product, .serialized, .timeLimit(.minutes(30)))
struct AttributionLabTests {
    private static let programs = 50
    private static let count = Lab.campaign(ci: 100, full: 1_000)
    /// The share in percent that is to be named.
    ///
    /// In a host the process connector is silent, and a machine that does other things meanwhile, or whose host does,
    /// lets some programs end before they are looked at. Not one may be named wrongly.
    private static let shareMinimum = Lab.campaign(ci: 60, full: 99)
    /// Milliseconds between the end of one program and the start of the next.
    private static let gap = 1

    /// What was said of the authors.
    struct Tally: CustomStringConvertible {
        var right = 0
        var wrong: [String] = []
        var unknown: [String: Int] = [:]

        var description: String {
            let reasons = unknown.map { "\($0.value) unknown (\($0.key))" }
            return (["\(right) right", "\(wrong.count) wrong"] + reasons).joined(separator: ", ")
        }
    }

    @Test func `in a host, nearly every short-lived program and its user are named, and nobody wrongly`() async throws {
        let site = Self.site()
        let (storm, writers) = try await Self.build()
        try await withManagedHost(name: "authors", site: site) { managed in
            try await managed.host.putProgram(storm, at: "/srv/storm")
            try await managed.host.putProgram(writers[0], at: "/srv/writer-00")
            try await managed.host.putProgram(writers[1], at: "/srv/writer-01")
            try await managed.host.shell(Self.copies(in: "/srv")).checked()
            let command = ["/srv/storm"] + Self.arguments(files: "/srv/authors", programs: "/srv/writer-")
            let life = try await managed.host.execute(command, timeout: .seconds(300)).checked().line
            let tally = try await Self.tally(programs: "/srv/writer-") { try await managed.list("resources") }
            report("authors in a host: \(tally); a program lives for \(life) us")
            Self.expect(tally)
        }
    }

    /// By hand, as it takes the machine's own fanotify and process connector.
    @Test(.enabled(if: Lab.campaign(ci: 0, full: 1) == 1, "by hand, with AETHEREDGE_CAMPAIGN=full"))
    func `on the machine itself, nearly every short-lived program and its user are named, and nobody wrongly`()
        async throws
    {
        let (storm, writers) = try await Self.build()
        let directory = "\(Lab.hostsDirectory)/\(await LabSite.shared.nextName("machine"))"
        try makeDirectories("\(directory)/root")
        defer { _ = try? ChildProcess.start(["rm", "-rf", directory], environment: labEnvironment).wait() }
        for (name, text) in Self.site() { try writeFile("\(directory)/site/\(name)", Array(text.utf8)) }
        let configuration = "source:\n  directory: \(directory)/site\n  interval: 1h\n"
        try writeFile("\(directory)/aetheredge.yaml", Array(configuration.utf8))
        try writeFile("\(directory)/storm", storm, mode: 0o755)
        try writeFile("\(directory)/writer-00", writers[0], mode: 0o755)
        try writeFile("\(directory)/writer-01", writers[1], mode: 0o755)
        try await ChildProcess.run(["sh", "-euc", Self.copies(in: directory)], timeout: .seconds(60)).checked()

        let daemon = try ChildProcess.start(
            [
                InstalledProduct.program("sbin/aetheredged"), "--config", "\(directory)/aetheredge.yaml", "--root",
                "\(directory)/root", "--state-dir", "\(directory)/state", "--socket", "\(directory)/control.sock",
            ], environment: labEnvironment, output: .log("\(directory)/log"), error: .output)
        defer { daemon.stop() }
        let ctl = [InstalledProduct.program("bin/aetherctl"), "--socket", "\(directory)/control.sock"]
        try await poll("converged", within: .seconds(120), every: .milliseconds(200)) {
            let status = try await ChildProcess.run(ctl + ["status", "-o", "json"], timeout: .seconds(60))
            guard status.status == 0 else { return false }
            return try JSONValue(parsing: status.output)["converged"].bool == true
        }
        let files = "\(directory)/root/srv/authors"
        let command = ["\(directory)/storm"] + Self.arguments(files: files, programs: "\(directory)/writer-")
        let life = try await ChildProcess.run(command, timeout: .seconds(300)).checked().line
        let tally = try await Self.tally(programs: "\(directory)/writer-") {
            let list = try await ChildProcess.run(ctl + ["get", "resources", "-o", "json"], timeout: .seconds(60))
            return try JSONValue(parsing: list.checked().output)["items"].items
        }
        report("authors on the machine: \(tally); a program lives for \(life) us")
        Self.expect(tally)
    }

    private static func expect(_ tally: Tally) {
        #expect(tally.wrong.isEmpty, "\(tally.wrong.prefix(5))")
        #expect(tally.right * 100 >= count * shareMinimum, "\(tally)")
    }

    /// Files that everybody may write.
    private static func site() -> [String: String] {
        let files = (0..<count).map { Site.file(path($0), "declared", mode: "0666") }
        return ["a.yaml": Site.blueprint("a", [Site.directory("/srv"), Site.directory("/srv/authors")] + files)]
    }

    private static func path(_ number: Int) -> String {
        let digits = String(number)
        return "/srv/authors/f-" + String(repeating: "0", count: 5 - digits.count) + digits
    }

    private static func build() async throws -> (storm: [UInt8], writers: [[UInt8]]) {
        let writers = [
            try await LabProgram.build("drift-writer"), try await LabProgram.build("drift-writer", dynamic: true),
        ]
        return (try await LabProgram.build("drift-storm"), writers)
    }

    /// A shell script that makes the other programs: every second one needs the loader.
    private static func copies(in directory: String) -> String {
        "cd \(directory); for n in $(seq 2 \(programs - 1)); do cp writer-0$((n % 2)) writer-$(printf %02d $n); done"
    }

    private static func arguments(files: String, programs prefix: String) -> [String] {
        ["\(count)", "\(programs)", "\(gap)", files, prefix]
    }

    /// Waits until all is repaired, and compares who is named with who it was.
    private static func tally(programs prefix: String, list: () async throws -> [JSONValue]) async throws -> Tally {
        var drifts: [String: JSONValue] = [:]
        try await poll("all drifts are repaired", within: .seconds(120), every: .milliseconds(500)) {
            for item in try await list() {
                let drift = item["status"]["lastDrift"]
                if let id = item["spec"]["id"].string, drift["repairedTime"] != .null { drifts[id] = drift["actor"] }
            }
            return drifts.count >= count
        }
        var tally = Tally()
        for number in 0..<count {
            let actor = drifts["file:\(path(number))"] ?? .null
            let digits = String(number % programs)
            let program = prefix + (digits.count == 1 ? "0" : "") + digits
            if let reason = actor["unknown"].string {
                tally.unknown[reason, default: 0] += 1
            } else if actor["exe"] == .null, actor["uid"].int == 20_000 + number % programs {
                tally.unknown["a process without its program", default: 0] += 1
            } else if actor["exe"].string == program, actor["uid"].int == 20_000 + number % programs {
                tally.right += 1
            } else {
                tally.wrong.append("\(program): \(actor)")
            }
        }
        return tally
    }
}
