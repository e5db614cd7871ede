# Admission of a pod: where its images come from, what its containers may do and use.
package kubernetes

deny contains message if {
    some container in containers
    not trusted(container.image)
    message := sprintf("container `%s` uses the image `%s`, whose registry nobody trusts", [container.name, container.image])
}

deny contains message if {
    some container in containers
    container.securityContext.privileged
    message := sprintf("container `%s` is privileged", [container.name])
}

deny contains message if {
    some container in containers
    not container.securityContext.runAsNonRoot
    message := sprintf("container `%s` may run as root", [container.name])
}

deny contains message if {
    some container in containers
    some kind in ["cpu", "memory"]
    not container.resources.limits[kind]
    message := sprintf("container `%s` has no limit of %s", [container.name, kind])
}

deny contains message if {
    some container in containers
    endswith(container.image, ":latest")
    message := sprintf("container `%s` does not pin its image", [container.name])
}

deny contains message if {
    some label in data.labels
    not input.request.object.metadata.labels[label]
    message := sprintf("the label `%s` is missing", [label])
}

deny contains message if {
    some volume in input.request.object.spec.volumes
    volume.hostPath
    not volume.hostPath.path in data.host_paths
    message := sprintf("volume `%s` mounts %s of the host", [volume.name, volume.hostPath.path])
}

deny contains message if {
    some container in containers
    some capability in container.securityContext.capabilities.add
    not capability in data.capabilities
    message := sprintf("container `%s` wants the capability %s", [container.name, capability])
}

containers contains container if some container in input.request.object.spec.containers

containers contains container if some container in input.request.object.spec.initContainers

trusted(image) if {
    some registry in data.registries
    startswith(image, registry)
}

decision := {
    "uid": input.request.uid,
    "allowed": count(deny) == 0,
    "message": concat("; ", sort(deny)),
}
