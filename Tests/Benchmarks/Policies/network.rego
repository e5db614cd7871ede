# What can be reached from outside, over a graph of hosts whose edges are open ports between zones.
package network

edges[host] := targets if {
    some host, details in data.hosts
    targets := {flow.target |
        some flow in details.flows
        not flow.port in data.closed
    }
}

exposed := graph.reachable(edges, input.from)

violation contains message if {
    some host in exposed
    data.hosts[host].zone == "database"
    message := sprintf("%s can be reached from outside", [host])
}

violation contains message if {
    some host in exposed
    some port in data.hosts[host].listens
    port in data.management
    message := sprintf("%s shows its port %d", [host, port])
}

zones[zone] := count(members) if {
    some zone in {details.zone | some details in data.hosts}
    members := [host | some host in exposed; data.hosts[host].zone == zone]
}

decision := {"exposed": count(exposed), "violations": violation, "zones": zones}
