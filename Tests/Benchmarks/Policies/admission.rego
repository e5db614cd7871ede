# Whether a plan of changes may be applied: what each change touches, who asked for it, and how much changes at once.
package admission

protected := {"/etc/passwd", "/etc/shadow", "/etc/sudoers", "/boot", "/usr/lib/systemd"}

destructive := {"delete", "replace"}

deny contains message if {
    some change in input.plan.changes
    change.verb in destructive
    some path in protected
    startswith(change.path, path)
    message := sprintf("%s of %s needs a ticket", [change.verb, change.path])
}

deny contains message if {
    some change in input.plan.changes
    change.kind == "file"
    change.mode in {"0777", "0666"}
    message := sprintf("%s would be writable by everybody", [change.path])
}

deny contains message if {
    some change in input.plan.changes
    change.kind == "service"
    change.verb == "stop"
    some unit in data.critical
    change.unit == unit
    not approved(change)
    message := sprintf("service %s is critical, and none of %d people approved", [unit, count(data.approvers[unit])])
}

approved(change) if {
    some name in input.plan.approvals
    name in data.approvers[change.unit]
}

by_kind[kind] := total if {
    some kind in {change.kind | some change in input.plan.changes}
    total := count([1 | some change in input.plan.changes; change.kind == kind])
}

risk := sum([weight |
    some change in input.plan.changes
    weight := data.weights[change.verb]
])

default allow := false

allow if {
    count(deny) == 0
    risk <= data.risk_limit
}

decision := {"allow": allow, "deny": deny, "risk": risk, "kinds": by_kind}
