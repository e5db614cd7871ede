# Lines of a log by patterns, and which of them mean that somebody must look.
package logs

hits contains {"rule": name, "line": number} if {
    some number, line in input.lines
    some name, rule in data.rules
    regex.match(rule.pattern, line)
}

addresses contains address if {
    some line in input.lines
    contains(line, "Failed password")
    some address in regex.find_n(`\b(?:\d{1,3}\.){3}\d{1,3}\b`, line, -1)
}

failures[address] := total if {
    some address in addresses
    total := count([1 | some line in input.lines; contains(line, "Failed password"); contains(line, address)])
}

alarm contains {"address": address, "failures": total} if {
    some address, total in failures
    total >= 5
}

severe := count([1 | some hit in hits; data.rules[hit.rule].severity == "high"])

decision := {"alarms": alarm, "severe": severe, "hits": count(hits)}
