package a
import rego.v1
x := {k: v | some k, v in input} if not f with input as {} with data.a as 1
