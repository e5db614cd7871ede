# SSH and sudo as a baseline wants them, over facts of a host.
package hardening

wanted := {
    "PermitRootLogin": {"no", "prohibit-password"},
    "PasswordAuthentication": {"no"},
    "X11Forwarding": {"no"},
    "PermitEmptyPasswords": {"no"},
    "Protocol": {"2"},
}

weak_ciphers := {"3des-cbc", "aes128-cbc", "aes192-cbc", "aes256-cbc", "arcfour"}

finding contains {"rule": "ssh-option", "option": option, "value": value} if {
    some option, allowed in wanted
    value := object.get(input.ssh.options, option, "unset")
    not value in allowed
}

finding contains {"rule": "ssh-cipher", "cipher": cipher} if {
    some cipher in split(input.ssh.options.Ciphers, ",")
    cipher in weak_ciphers
}

finding contains {"rule": "ssh-attempts", "value": tries} if {
    tries := to_number(input.ssh.options.MaxAuthTries)
    tries > 4
}

finding contains {"rule": "sudo-nopasswd", "user": entry.user, "command": command} if {
    some entry in input.sudoers
    "NOPASSWD" in entry.tags
    some command in entry.commands
    not command in data.harmless
}

finding contains {"rule": "sudo-all", "user": entry.user} if {
    some entry in input.sudoers
    "ALL" in entry.commands
    not administrator(entry.user)
}

finding contains {"rule": "sudo-shell", "user": entry.user, "command": command} if {
    some entry in input.sudoers
    some command in entry.commands
    regex.match(`/(ba|da|z|k|c)?sh$`, command)
}

finding contains {"rule": "key-old", "user": key.user, "type": key.type} if {
    some key in input.keys
    weak_key(key)
}

weak_key(key) if key.type == "ssh-dss"

weak_key(key) if {
    key.type == "ssh-rsa"
    key.bits < 3072
}

administrator(user) if user in data.groups.sudo

administrator(user) if {
    startswith(user, "%")
    trim_prefix(user, "%") in data.groups.admin
}

decision := {"compliant": count(finding) == 0, "findings": finding}
