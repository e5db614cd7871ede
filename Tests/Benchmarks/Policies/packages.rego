# Installed packages against advisories: versions by semver, severity by score.
package packages

affected contains finding if {
    some installed in input.packages
    some advisory in data.advisories[installed.name]
    semver.compare(installed.version, advisory.introduced) >= 0
    semver.compare(installed.version, advisory.fixed) < 0
    not advisory.id in data.accepted
    finding := {
        "id": advisory.id,
        "package": installed.name,
        "version": installed.version,
        "fixed": advisory.fixed,
        "severity": severity(advisory.score),
    }
}

severity(score) := "critical" if score >= 9

severity(score) := "high" if {
    score >= 7
    score < 9
}

severity(score) := "medium" if {
    score >= 4
    score < 7
}

severity(score) := "low" if score < 4

counts[level] := total if {
    some level in ["critical", "high", "medium", "low"]
    total := count([1 | some finding in affected; finding.severity == level])
}

default allow := false

allow if {
    counts.critical == 0
    counts.high <= data.high_limit
}

decision := {"allow": allow, "counts": counts, "affected": affected}
