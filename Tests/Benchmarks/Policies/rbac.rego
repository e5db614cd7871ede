# Who may do what: bindings give roles to users in a namespace, roles have rules.
package rbac

default allow := false

allow if {
    some binding in data.bindings
    binding.user == input.user
    binding.namespace == input.namespace
    some rule in data.roles[binding.role]
    rule.verb == input.verb
    rule.kind == input.kind
}

decision := allow
