# METADATA
# title: tour
# custom: {a: 1}
package a.b["c"]

import data.names as n
import input.x

default p := false

p if { some i, v in data.xs; v > 1; not i == 0 }

q contains x if some x in {1, 2} | {3}

r[k] := v if some k, v in {"a": [1, 2.5e3, null]}

f(x) := x * 2 if x > 0

else := -x

s := [y | some y in data.xs; y % 2 == 1] with data.xs as [1, 2, 3]

t if every e in [1, 2] { e < 3; walk(e, [_, w]) }

a.b.c := $"x{f(1)}" if { [_, {"k": z}] = [1, {"k": 2}]; z == 2 }

u contains v if { v := `raw\n` }

w := object.union({"a": set()}, {"b": "\u00e9\n"})
