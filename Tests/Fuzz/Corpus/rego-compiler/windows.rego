# Whether a host may be changed now: maintenance windows by weekday and hour, and freezes by date.
package windows

now := time.parse_rfc3339_ns(input.now)

day := time.weekday(now)

minute := (clock[0] * 60) + clock[1]

clock := time.clock(now)

open contains window.name if {
    some window in data.windows
    day in window.days
    some label in window.labels
    label in input.host.labels
    minute >= minutes(window.from)
    minute < minutes(window.to)
}

minutes(text) := (to_number(parts[0]) * 60) + to_number(parts[1]) if parts := split(text, ":")

frozen contains freeze.reason if {
    some freeze in data.freezes
    now >= time.parse_rfc3339_ns(freeze.from)
    now < time.parse_rfc3339_ns(freeze.to)
    not exempt(freeze)
}

exempt(freeze) if {
    some label in freeze.except
    label in input.host.labels
}

default allow := false

allow if {
    count(open) > 0
    count(frozen) == 0
}

allow if input.emergency

decision := {"allow": allow, "open": open, "frozen": frozen}
