"""A small operator: it marks blueprints that ask for it, follows their mode, and is told of their end."""
import kopf

KIND = ("aetheredge.io", "v1", "blueprints")
ASKED = {"operator": "yes"}


@kopf.on.startup()
def configure(settings, **_):
    settings.posting.level = 20
    settings.watching.server_timeout = 30


@kopf.on.create(*KIND, labels=ASKED)
def created(patch, body, **_):
    patch.metadata.annotations["operator/created"] = "yes"
    patch.status["resources"] = len(body["spec"]["resources"])
    kopf.info(body, reason="Adopted", message="the operator takes care of it")


@kopf.on.update(*KIND, labels=ASKED, field="spec.mode")
def changed(old, new, patch, **_):
    patch.metadata.annotations["operator/mode"] = f"{old}-{new}"


@kopf.on.delete(*KIND, labels=ASKED)
def deleted(name, **_):
    print("released", name, flush=True)
