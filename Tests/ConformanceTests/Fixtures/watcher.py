"""Watches blueprints through every restart of the daemon until one named 'last' comes; prints what it saw."""
import sys

import urllib3
from kubernetes import client, config, watch

config.load_kube_config()
objects = client.CustomObjectsApi()
place = ("aetheredge.io", "v1", "blueprints")
version = objects.list_cluster_custom_object(*place)["metadata"]["resourceVersion"]
print("watching", flush=True)
while True:
    try:
        stream = watch.Watch().stream(
            objects.list_cluster_custom_object, *place, resource_version=version, timeout_seconds=60)
        for event in stream:
            metadata = event["object"]["metadata"]
            version = metadata["resourceVersion"]
            print(event["type"], metadata["name"], flush=True)
            if metadata["name"] == "last":
                sys.exit(0)
    except (urllib3.exceptions.HTTPError, client.ApiException) as error:
        print("again:", type(error).__name__, file=sys.stderr, flush=True)
