import Model

/// Which of the kept versions is meant.
enum RecoveryChoice {
    /// A time as people write it: RFC 3339, or an age.
    static func time(_ text: String, now: WallTime) -> WallTime? {
        WallTime(text: text) ?? DurationText.seconds(text).map { now.adding(seconds: -$0) }
    }

    /// The version that was replaced last, or with a time the one that was there then: the first that was replaced at
    /// it or after it.
    ///
    /// The versions stand newest first.
    static func version(
        at time: WallTime?, of versions: [RecoverableVersion], resource: ResourceID
    ) throws -> RecoverableVersion {
        guard let newest = versions.first else {
            throw CommandFailure("nothing of '\(resource)' is kept: no run has replaced or removed it")
        }
        guard let time else { return newest }
        guard let version = versions.last(where: { $0.time >= time }) else {
            throw CommandFailure(
                "'\(resource)' was not replaced after \(time): what was there then is on the host; "
                    + "see 'aetherctl recover --list \(resource)'")
        }
        return version
    }

    static func table(_ versions: [RecoverableVersion]) -> TextTable {
        TextTable(
            ["REPLACED", "RUN", "BYTES", "DIGEST"],
            rows: versions.map {
                [$0.time.description, $0.run, String($0.content.size), $0.content.digest.description]
            })
    }
}
