"""Names of resources: the same row has the same name in every file, and a name says nothing about anybody."""

from uuid import NAMESPACE_URL, uuid5

from followups.fhir.codes import base


def uuid_of(kind, key):
    return str(uuid5(NAMESPACE_URL, f"{base()}/{kind}/{key}"))


def urn(kind, key):
    return f"urn:uuid:{uuid_of(kind, key)}"


def reference(kind, key):
    """A reference to a resource of the same file."""
    return {"reference": urn(kind, key), "type": kind}


def identifier(name, value, **more):
    """The name that this installation knows it by. `name` says in which list: `departures`, `staff`."""
    return {**more, "system": f"{base()}/sid/{name}", "value": str(value)}


def entry(kind, key, resource):
    """One entry of a bundle. Its address is its name: nothing here has a place on a server."""
    own = {"resourceType": kind, "id": uuid_of(kind, key)}
    return {"fullUrl": urn(kind, key), "resource": own | resource}
