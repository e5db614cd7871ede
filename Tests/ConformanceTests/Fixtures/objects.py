"""The Python client of Kubernetes, typed and dynamic, on the API of a host."""
from kubernetes import client, config, dynamic

GROUP, VERSION = "aetheredge.io", "v1"


def blueprint(name, **spec):
    return {
        "apiVersion": f"{GROUP}/{VERSION}", "kind": "Blueprint", "metadata": {"name": name, "labels": {"made": "python"}},
        "spec": {"resources": [{"directory": f"/srv/{name}"}], **spec},
    }


config.load_kube_config()
api = client.ApiClient()

# Discovery, typed.
assert GROUP in [group.name for group in client.ApisApi(api).get_api_versions().groups]
assert client.CoreApi(api).get_api_versions().versions == ["v1"]
assert client.VersionApi(api).get_code().git_version
kinds = client.CustomObjectsApi(api).get_api_resources(GROUP, VERSION)
assert "blueprints" in [resource.name for resource in kinds.resources]

# Objects, dynamic.
dyn = dynamic.DynamicClient(api)
blueprints = dyn.resources.get(api_version=f"{GROUP}/{VERSION}", kind="Blueprint")
assert not blueprints.namespaced
made = blueprints.create(body=blueprint("one"), field_manager="python")
assert made.metadata.generation == 1 and made.spec.mode == "enforce"
assert blueprints.get(name="one").metadata.uid == made.metadata.uid
patched = blueprints.patch(
    name="one", body={"spec": {"mode": "observe"}}, content_type="application/merge-patch+json")
assert patched.metadata.generation == 2
try:
    blueprints.replace(body=made.to_dict() | {"spec": {"resources": []}}, name="one")
    raise AssertionError("an update of an old version went through")
except dynamic.exceptions.ConflictError as error:
    assert error.status == 409
applied = blueprints.server_side_apply(
    body={"apiVersion": f"{GROUP}/{VERSION}", "kind": "Blueprint", "metadata": {"name": "one"},
          "spec": {"resources": [{"directory": "/srv/two"}]}},
    name="one", field_manager="other")
assert len(applied.spec.resources) == 2
names = [item.metadata.name for item in blueprints.get(label_selector="made=python").items]
assert names == ["one"], names

# A watch after a version tells what happened since, once and in order.
version = applied.metadata.resourceVersion
blueprints.create(body=blueprint("two"))
blueprints.delete(name="one")
seen = []
for event in blueprints.watch(resource_version=version, timeout=20):
    seen.append((event["type"], event["object"].metadata.name))
    if len(seen) == 2:
        break
assert seen == [("ADDED", "two"), ("DELETED", "one")], seen

# Events, typed in both groups.
core = client.CoreV1Api(api)
core.create_namespaced_event("default", client.CoreV1Event(
    metadata=client.V1ObjectMeta(generate_name="python-"), reason="Tested", message="hello", type="Normal",
    involved_object=client.V1ObjectReference(
        api_version=f"{GROUP}/{VERSION}", kind="Blueprint", name="two", uid=blueprints.get(name="two").metadata.uid)))
events = core.list_event_for_all_namespaces(field_selector="involvedObject.name=two").items
assert [event.reason for event in events] == ["Tested"]
notes = client.EventsV1Api(api).list_namespaced_event("default", field_selector="regarding.name=two").items
assert [event.note for event in notes] == ["hello"]

# A selection is deleted.
client.CustomObjectsApi(api).delete_collection_cluster_custom_object(
    GROUP, VERSION, "blueprints", label_selector="made=python")
assert blueprints.get(label_selector="made=python").items == []
print("fine")
