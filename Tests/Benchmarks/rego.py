"""The policies of Policies/ with the data and inputs that they are measured with, all of them from a fixed seed.

Each case is a folder with policy.rego, data.json and input.json; its query is data.PACKAGE.decision.
"""

import json
import os
import random

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "Policies")


def admission(pick):
    verbs, kinds = ["create", "update", "update", "delete", "replace"], ["file", "file", "package", "user"]
    paths = ["/srv/app/f{}", "/etc/app/{}.conf", "/opt/tool/{}", "/usr/lib/systemd/system/{}.service"]
    changes = [
        {"verb": pick.choice(verbs), "kind": pick.choice(kinds), "path": pick.choice(paths).format(i),
         "mode": pick.choice(["0644"] * 12 + ["0777"])} for i in range(80)]
    changes += [
        {"verb": pick.choice(["start", "stop"]), "kind": "service", "unit": f"unit{i % 9}.service", "path": ""}
        for i in range(20)]
    units = [f"unit{i}.service" for i in range(0, 9, 2)]
    data = {
        "critical": units, "approvers": {unit: ["ann", f"lead{i}"] for i, unit in enumerate(units)},
        "weights": {"create": 1, "update": 2, "delete": 5, "replace": 4, "start": 1, "stop": 3}, "risk_limit": 150}
    return data, {"plan": {"changes": changes, "approvals": ["lead1", "bob"]}}


def rbac(pick, count=1000):
    bindings = [
        {"user": f"user{i}", "role": f"role{i % 50}", "namespace": f"ns{i % 20}"} for i in range(count)]
    roles = {
        f"role{i}": [{"verb": "read", "kind": f"kind{i % 7}"}, {"verb": "write", "kind": f"kind{i % 5}"}]
        for i in range(50)}
    i = count - 43
    asked = {"user": f"user{i}", "namespace": f"ns{i % 20}", "verb": "read", "kind": f"kind{i % 50 % 7}"}
    return {"bindings": bindings, "roles": roles}, asked


def network(pick):
    zones = ["edge", "web", "web", "app", "app", "app", "database", "management"]
    hosts = {}
    for i in range(200):
        flows = [
            {"target": f"host{pick.randrange(200)}", "port": pick.choice([22, 80, 443, 5432, 8080, 9100])}
            for _ in range(pick.randrange(1, 4))]
        hosts[f"host{i}"] = {
            "zone": pick.choice(zones), "flows": flows, "listens": pick.sample([22, 80, 443, 5432, 8080], 2)}
    return {"hosts": hosts, "closed": [5432, 9100], "management": [22]}, {"from": ["host0", "host1"]}


def hardening(pick):
    options = {
        "PermitRootLogin": "yes", "PasswordAuthentication": "no", "X11Forwarding": "yes", "MaxAuthTries": "6",
        "Ciphers": "chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes128-cbc,3des-cbc", "Port": "22"}
    commands = ["/usr/bin/systemctl restart app", "/bin/bash", "/usr/bin/apt", "ALL", "/usr/bin/journalctl"]
    sudoers = [
        {"user": pick.choice(["%wheel", "%sudo", f"user{i}"]), "commands": pick.sample(commands, 2),
         "tags": pick.choice([[], ["NOPASSWD"], ["SETENV"]])} for i in range(40)]
    keys = [
        {"user": f"user{i}", "type": pick.choice(["ssh-ed25519", "ssh-rsa", "ssh-dss"]),
         "bits": pick.choice([1024, 2048, 3072, 4096])} for i in range(60)]
    data = {
        "harmless": ["/usr/bin/journalctl"],
        "groups": {"sudo": ["user1", "user2", "user3"], "admin": ["wheel", "sudo"]}}
    return data, {"ssh": {"options": options}, "sudoers": sudoers, "keys": keys}


def token(pick):
    with open(os.path.join(FOLDER, "token.json")) as file:
        signed = json.load(file)
    asked = {
        "token": signed["token"], "method": "POST", "path": "/tenants/blue/hosts/7", "now": 1_900_000_000_000_000_000}
    return {"key": signed["key"]}, asked


def logs(pick):
    lines = []
    for i in range(100):
        address = f"10.0.{pick.randrange(3)}.{pick.randrange(4)}"
        lines.append(pick.choice([
            f"Nov 22 10:{i % 60:02}:01 host sshd[{i}]: Failed password for root from {address} port {4000 + i} ssh2",
            f"Nov 22 10:{i % 60:02}:01 host sshd[{i}]: Accepted publickey for ann from {address} port {4000 + i} ssh2",
            f"Nov 22 10:{i % 60:02}:02 host kernel: [  {i}.00{i}] Out of memory: Killed process {i} (java)",
            f"Nov 22 10:{i % 60:02}:03 host app[{i}]: GET /api/v1/items/{i}?q=a%20b 200 {i}ms",
            f"Nov 22 10:{i % 60:02}:03 host app[{i}]: GET /static/../../etc/passwd 404 1ms",
            f"Nov 22 10:{i % 60:02}:04 host systemd[1]: unit{i}.service: Main process exited, code=exited, status=1"]))
    patterns = {
        "login-failed": (r"sshd\[\d+\]: Failed password for (?:invalid user )?\S+ from [\d.]+", "low"),
        "root-login": r"(?:Failed|Accepted) \w+ for root\b",
        "oom": (r"Out of memory: Killed process \d+ \(\w+\)", "high"),
        "traversal": (r"(?:GET|POST) \S*\.\./\S*", "high"),
        "slow": r" \d{3,}ms$",
        "unit-failed": (r"\w+\.service: Main process exited, code=\w+, status=[1-9]\d*", "high"),
        "server-error": r"(?:GET|POST|PUT) \S+ 5\d\d ",
        "encoded": r"%[0-9A-Fa-f]{2}",
        "segfault": (r"segfault at [0-9a-f]+ ip [0-9a-f]+", "high"),
        "timestamp": r"^[A-Z][a-z]{2} [ 0-3]\d \d{2}:\d{2}:\d{2} "}
    rules = {}
    for name, entry in patterns.items():
        pattern, severity = entry if isinstance(entry, tuple) else (entry, "medium")
        rules[name] = {"pattern": pattern, "severity": severity}
    return {"rules": rules}, {"lines": lines}


def kubernetes(pick):
    def container(name, i):
        image = ["registry.example.com/app:1.4.2", "docker.io/library/nginx:latest", "ghcr.io/team/tool:v2"][i % 3]
        security = {"runAsNonRoot": i % 2 == 0, "privileged": i == 3, "capabilities": {
            "add": [["NET_BIND_SERVICE"], ["SYS_ADMIN"], []][i % 3]}}
        limits = {"cpu": "500m", "memory": "128Mi"} if i % 2 == 0 else {"memory": "1Gi"}
        return {"name": name, "image": image, "securityContext": security, "resources": {"limits": limits}}

    spec = {
        "containers": [container(f"main{i}", i) for i in range(6)],
        "initContainers": [container(f"init{i}", i) for i in range(2)],
        "volumes": [
            {"name": "logs", "hostPath": {"path": "/var/log"}}, {"name": "root", "hostPath": {"path": "/"}},
            {"name": "scratch", "emptyDir": {}}]}
    pod = {"metadata": {"name": "web", "labels": {"app": "web", "team": "blue"}}, "spec": spec}
    data = {
        "registries": ["registry.example.com/", "ghcr.io/team/"], "labels": ["app", "team", "owner", "cost-center"],
        "host_paths": ["/var/log"], "capabilities": ["NET_BIND_SERVICE"]}
    return data, {"request": {"uid": "705ab4f5-6393-11e8-b7cc-42010a800002", "object": pod}}


def filter_(pick):
    departments, groups = ["sales", "legal", "it", "hr"], [f"group{i}" for i in range(12)]
    people = {
        f"person{i}": {"department": pick.choice(departments), "level": pick.randrange(5),
                       "groups": pick.sample(groups, 3)} for i in range(100)}
    documents = [
        {"id": i, "owner": f"person{pick.randrange(100)}", "department": pick.choice(departments),
         "level": pick.randrange(8), "groups": pick.sample(groups, 2), "title": f"document {i}",
         "salary": i * 10, "notes": "confidential"} for i in range(1000)]
    return {"people": people, "documents": documents}, {"user": "person7"}


def packages(pick):
    # Minor versions of two digits: regopy 1.5.2 has 0.10.3 stand before 0.2.0.
    def version(i):
        return f"{i % 4}.{pick.randrange(10, 30)}.{pick.randrange(10)}"

    advisories = {}
    for i in range(60):
        found = []
        for j in range(pick.randrange(1, 6)):
            major = i % 4
            found.append({
                "id": f"CVE-2026-{i * 10 + j:05}", "introduced": f"{major}.0.0", "fixed": f"{major}.{pick.randrange(10, 30)}.0",
                "score": pick.randrange(20, 100) / 10})
        advisories[f"package{i}"] = found
    data = {"advisories": advisories, "accepted": ["CVE-2026-00010", "CVE-2026-00200"], "high_limit": 3}
    return data, {"packages": [{"name": f"package{i}", "version": version(i)} for i in range(100)]}


def windows(pick):
    days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    labels = ["web", "database", "edge", "test", "eu", "us"]
    windows = [
        {"name": f"window{i}", "days": pick.sample(days, 3), "labels": pick.sample(labels, 2),
         "from": f"{pick.randrange(12):02}:30", "to": f"{pick.randrange(12, 24)}:00"} for i in range(50)]
    freezes = [
        {"reason": f"freeze{i}", "from": f"2026-{i % 12 + 1:02}-01T00:00:00+00:00", "to": f"2026-{i % 12 + 1:02}-26T00:00:00+00:00",
         "except": pick.sample(labels, 1)} for i in range(12)]
    return {"maintenance": windows, "freezes": freezes}, {
        "now": "2026-11-22T10:35:00+00:00", "emergency": False, "host": {"name": "host1", "labels": ["web", "eu"]}}


POLICIES = {
    "admission": admission, "rbac": rbac, "network": network, "hardening": hardening, "token": token, "logs": logs,
    "kubernetes": kubernetes, "filter": filter_, "packages": packages, "windows": windows}


def write(folder, sizes=()):
    """Writes every case into a folder of its own, and of `rbac` one more for each size; answers their names."""
    made = {name: (name, make(random.Random(name))) for name, make in POLICIES.items()}
    made |= {f"rbac-{size}": ("rbac", rbac(None, size)) for size in sizes}
    for case, (policy, (data, asked)) in made.items():
        place = os.path.join(folder, case)
        os.makedirs(place)
        with open(os.path.join(FOLDER, f"{policy}.rego")) as file:
            source = file.read()
        for name, text in {
                "policy.rego": source, "data.json": json.dumps(data), "input.json": json.dumps(asked),
                "query": f"data.{policy}.decision"}.items():
            with open(os.path.join(place, name), "w") as file:
                file.write(text)
    return list(made)
