/// The name of the one source of a host.
public let sourceName = "default"
/// Asks for a fetch and a pass: any new value does.
public let reconcileRequestedAnnotation = "aetheredge.io/reconcile-requested"
/// Names the source that an object comes from; its spec belongs to the repository.
public let ownerLabel = "aetheredge.io/source"
