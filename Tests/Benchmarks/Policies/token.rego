# A request with a signed token: its signature, its claims, and what its scopes allow.
package token

default allow := false

claims := payload if {
    [valid, _, payload] := io.jwt.decode_verify(input.token, {
        "cert": data.key,
        "alg": "RS256",
        "iss": "https://login.example.com",
        "aud": "aetheredge",
        "time": input.now,
    })
    valid
}

needed := {
    "GET": "read",
    "POST": "write",
    "PUT": "write",
    "DELETE": "admin",
}

allow if {
    scope := needed[input.method]
    scope in split(claims.scope, " ")
    owns(input.path)
}

owns(path) if {
    parts := split(trim(path, "/"), "/")
    parts[0] == "tenants"
    parts[1] == claims.tenant
}

owns("/healthz")

decision := {"allow": allow, "subject": claims.sub}
