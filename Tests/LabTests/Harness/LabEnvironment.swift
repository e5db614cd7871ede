/// The environment of every command in the lab: nothing of the machine's own leaks in.
let labEnvironment = [
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8",
    "HOME": "/root", "TERM": "dumb",
]
