package v
p[x] { x := input[_]; x != "" } { x := 1 }
q = y { y := count(p) } else = 0 { true }
f(a) = b { b := a }
