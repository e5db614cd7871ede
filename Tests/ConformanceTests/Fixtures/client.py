"""What the Python client of Kubernetes does with the API: discovery, lists, writes, patches, a watch and reviews."""

import sys

from kubernetes import client, config, dynamic, watch

GROUP, VERSION = "aetheredge.io", "v1"

config.load_kube_config(sys.argv[1])
api = client.ApiClient()
assert client.VersionApi(api).get_code().git_version.startswith("v1.")
assert GROUP in [group.name for group in client.ApisApi(api).get_api_versions().groups]

review = client.AuthorizationV1Api(api).create_self_subject_access_review({
    "spec": {"resourceAttributes": {"verb": "create", "group": GROUP, "resource": "blueprints"}}})
assert review.status.allowed

objects = client.CustomObjectsApi(api)
name = "from-python"
body = {
    "apiVersion": f"{GROUP}/{VERSION}", "kind": "Blueprint", "metadata": {"name": name},
    "spec": {"mode": "observe", "resources": [{"file": "/etc/motd", "content": "hello\n"}]},
}
made = objects.create_cluster_custom_object(GROUP, VERSION, "blueprints", body)
version = made["metadata"]["resourceVersion"]
patched = objects.patch_cluster_custom_object(
    GROUP, VERSION, "blueprints", name, {"metadata": {"labels": {"made-by": "python"}}})
assert patched["metadata"]["labels"] == {"made-by": "python"}

seen = []
stream = watch.Watch()
for event in stream.stream(
        objects.list_cluster_custom_object, GROUP, VERSION, "blueprints",
        field_selector=f"metadata.name={name}", resource_version=version, timeout_seconds=20):
    seen.append(event["type"])
    if event["object"]["metadata"].get("labels", {}).get("made-by") == "python":
        stream.stop()
assert "MODIFIED" in seen, seen

blueprints = dynamic.DynamicClient(api).resources.get(api_version=f"{GROUP}/{VERSION}", kind="Blueprint")
assert blueprints.namespaced is False
assert name in [item.metadata.name for item in blueprints.get().items]
assert [item.metadata.name for item in blueprints.get(label_selector="made-by=python").items] == [name]
blueprints.delete(name=name)
try:
    blueprints.get(name=name)
    raise AssertionError("it was deleted")
except dynamic.exceptions.NotFoundError as error:
    assert error.status == 404
print("the Python client works")
