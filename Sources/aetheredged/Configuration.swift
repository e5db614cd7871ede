import GitSource
import LinuxIO
import Logging
import Model

/// The configuration of the daemon: decoded once, validated, then passed down.
///
/// Each default stands here once.
struct Configuration: Sendable, Hashable {
    /// Where the declared state comes from; nil leaves the host alone.
    var source: SourceKind.Spec?
    /// Between passes over everything: a lost event is rare.
    var fullPass = Duration.seconds(1800)
    /// Losing a fifth of a host at once is rarely meant.
    var removalLimitPercent = 20
    /// Runs that are kept.
    var runsKept = 1000
    /// Generations that are kept.
    var generationsKept = 20
    /// How long replaced bytes can be recovered.
    var contentRetention = Duration.seconds(30 * 86_400)
    /// The most bytes of replaced content.
    var contentBytesMaximum: Int64 = 1 << 30
    /// The fleet's database; nil keeps API objects in the state database.
    var postgres: PostgresSettings?
    /// Groups that may change things, besides root.
    var administrators = ["aetheredge-admin"]
    /// Groups that may read.
    var readers = ["aetheredge"]
    /// The least level that is logged.
    var logLevel = Logger.Level.info
}

extension Configuration {
    /// Reads a validated document over what is set already.
    mutating func apply(_ document: PositionedValue) throws(ConfigurationError) {
        if let source = document["source"] { self.source = try Self.source(source) }
        if let reconcile = document["reconcile"] {
            if let seconds = Self.seconds(reconcile["fullPass"]) { fullPass = .seconds(seconds) }
            if let percent = Self.integer(reconcile["removalLimit"]) { removalLimitPercent = Int(percent) }
        }
        if let retention = document["retention"] {
            if let runs = Self.integer(retention["runs"]) { runsKept = Int(runs) }
            if let generations = Self.integer(retention["generations"]) { generationsKept = Int(generations) }
            if let seconds = Self.seconds(retention["content"]) { contentRetention = .seconds(seconds) }
            if let text = retention["contentLimit"]?.text { contentBytesMaximum = try Self.bytes(text) }
        }
        if let settings = document["store"]?["postgres"] { postgres = try Self.postgres(settings) }
        if let groups = document["api"]?["administrators"]?.elements { administrators = groups.compactMap(\.text) }
        if let groups = document["api"]?["readers"]?.elements { readers = groups.compactMap(\.text) }
        if let level = document["log"]?["level"]?.text.flatMap({ Logger.Level(rawValue: $0) }) { logLevel = level }
    }

    private static func source(_ value: PositionedValue) throws(ConfigurationError) -> SourceKind.Spec {
        var spec = SourceKind.Spec()
        spec.git = value["git"]?.text
        spec.directory = value["directory"]?.text
        if let url = spec.git {
            spec.ref = value["ref"]?.text ?? "main"
            guard !GitLocation(url: url).hasPassword else {
                throw ConfigurationError(
                    "source.git holds a password, which whoever reads the source would see; give git a credential "
                        + "helper, a .netrc or an SSH key of the account 'aetheredge-git' instead")
            }
        }
        spec.path = value["path"]?.text ?? "."
        spec.intervalSeconds = seconds(value["interval"]).map(Int.init) ?? 60
        if let verify = value["verify"] {
            spec.verify = SourceKind.SignatureRequirement(
                allowedSigners: verify["allowedSigners"]?.text, gnupgHome: verify["gnupgHome"]?.text)
        }
        if let directory = spec.directory, !directory.isAbsolutePath {
            throw ConfigurationError("source.directory '\(directory)' is not absolute; begin it with '/'")
        }
        guard let interval = spec.intervalSeconds, interval > 0 else {
            throw ConfigurationError("source.interval must be at least 1s")
        }
        return spec
    }

    private static func postgres(_ value: PositionedValue) throws(ConfigurationError) -> PostgresSettings {
        var settings = PostgresSettings(connection: value["connection"]?.text ?? "")
        settings.passwordFile = value["passwordFile"]?.text
        settings.partition = value["partition"]?.text
        if let count = integer(value["connections"]) { settings.connections = Int(count) }
        if let time = seconds(value["connectTimeout"]) { settings.connectTimeout = .seconds(time) }
        if let time = seconds(value["statementTimeout"]) { settings.statementTimeout = .seconds(time) }
        guard settings.connectTimeout > .zero, settings.statementTimeout > .zero else {
            throw ConfigurationError("the times of store.postgres must be at least 1s")
        }
        return settings
    }

    private static func seconds(_ value: PositionedValue?) -> Int64? { value?.text.flatMap(DurationText.seconds) }

    private static func integer(_ value: PositionedValue?) -> Int64? { value?.json.integerValue }

    /// Bytes of `512MiB`, `1GiB`, `1000000`.
    private static func bytes(_ text: String) throws(ConfigurationError) -> Int64 {
        let units: [(String, Int64)] = [
            ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40), ("", 1),
        ]
        for (suffix, factor) in units where text.hasSuffix(suffix) {
            guard let number = Int64(text.dropLast(suffix.count)), number > 0 else { continue }
            let (product, isOverflown) = number.multipliedReportingOverflow(by: factor)
            if !isOverflown { return product }
        }
        throw ConfigurationError("retention.contentLimit '\(text)' is not understood; write it as in 512MiB or 1GiB")
    }
}

/// A configuration that cannot be used.
struct ConfigurationError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
