"""What a file has to be beyond what the library of FHIR's definitions looks at. Each check returns what is wrong."""

import base64
import re
from datetime import datetime

from fhir.resources import get_fhir_model_class as model_of_r5
from fhir.resources.R4B import get_fhir_model_class as model_of_r4b

from followups.fhir import code_systems
from followups.fhir.codes import OWN, system

DATE_TIME = re.compile(r"^\d{4}-\d\d-\d\dT")
WITH_ZONE = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")
MODELS = {"R5": model_of_r5, "R4": model_of_r4b}

REQUEST = {"draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown"}
EVENT = {"preparation", "in-progress", "not-done", "on-hold", "stopped", "completed", "entered-in-error", "unknown"}
TASK = {"draft", "requested", "received", "accepted", "rejected", "ready", "cancelled", "in-progress", "on-hold"}
TASK |= {"failed", "completed", "entered-in-error"}
PUBLICATION = {"draft", "active", "retired", "unknown"}
DOCUMENT = {"preliminary", "final", "amended", "entered-in-error"}
IN_BOTH = {
    ("CarePlan", "status"): REQUEST,
    ("CarePlan", "intent"): {"proposal", "plan", "order", "option"},
    ("Communication", "status"): EVENT,
    ("Task", "status"): TASK,
    ("Task", "intent"): {"unknown", "proposal", "plan", "order", "original-order", "reflex-order", "option"},
    ("Task", "priority"): {"routine", "urgent", "asap", "stat"},
    ("DocumentReference", "status"): {"current", "superseded", "entered-in-error"},
    ("DocumentReference", "docStatus"): DOCUMENT,
    ("PlanDefinition", "status"): PUBLICATION,
    ("Location", "status"): {"active", "suspended", "inactive"},
    ("Location", "mode"): {"instance", "kind"},
}
STATUS = ("Encounter", "status")
#: Required bindings, of which the library knows some and checks none. FHIR 4.0.1 and 5.0.0.
BOUND = {
    "R4": IN_BOTH
    | {
        STATUS: {"planned", "arrived", "triaged", "in-progress", "onleave", "finished", "cancelled", "entered-in-error"}
        | {"unknown"}
    },
    "R5": IN_BOTH
    | {
        STATUS: {"planned", "in-progress", "on-hold", "discharged", "completed", "cancelled", "discontinued"}
        | {"entered-in-error", "unknown"}
    },
}
IS_EXTENSION = re.compile(r"\.extension\[\d+\]$")
HL7 = "http://terminology.hl7.org/CodeSystem"
#: As HL7 Terminology defines them.
KNOWN = {
    f"{HL7}/v3-ActCode": {"AMB": "ambulatory", "VR": "virtual", "HH": "home health"},
    f"{HL7}/v3-ParticipationType": {"PPRF": "primary performer"},
    f"{HL7}/v3-ParticipationMode": {
        "PHONE": "telephone",
        "WRITTEN": "written",
        "EMAILWRIT": "email",
        "MAILWRIT": "mail",
    },
    f"{HL7}/v3-Confidentiality": {"R": "restricted"},
    f"{HL7}/v2-0203": {"PI": "Patient internal identifier"},
    f"{HL7}/organization-type": {"prov": "Healthcare Provider"},
    f"{HL7}/plan-definition-type": {"clinical-protocol": "Clinical Protocol"},
    f"{HL7}/communication-not-done-reason": {
        "recipient-unavailable": "Recipient Unavailable",
        "invalid-phone-number": "Invalid Phone Number",
        "patient-objection": "Patient Objection",
    },
}


def problems_of(bundle, version):
    """Everything that is wrong with a file, in words; none for a good one."""
    resources = [entry["resource"] for entry in bundle["entry"]]
    for resource in [bundle, *resources]:  # raises where the library finds something
        MODELS[version](resource["resourceType"]).model_validate(resource)
    return [
        *empty_ones(bundle),
        *without_zone(bundle),
        *names(bundle),
        *dangling(bundle),
        *unbound(resources, version),
        *unknown_codes(bundle),
        *out_of_order(bundle),
        *against_rules(resources, version),
    ]


def walk(element, path=""):
    """Every element inside, with where it is."""
    yield path, element
    if isinstance(element, dict):
        for name, value in element.items():
            yield from walk(value, f"{path}.{name}")
    if isinstance(element, list):
        for number, value in enumerate(element):
            yield from walk(value, f"{path}[{number}]")


def of_kind(bundle, kind):
    return [each["resource"] for each in bundle["entry"] if each["resource"]["resourceType"] == kind]


def empty_ones(bundle):
    for path, value in walk(bundle):
        if value is None or value in ([], {}) or ((isinstance(value, str) and value != value.strip()) or value == ""):
            yield f"{path} is empty, or has space around it"
        if isinstance(value, str) and re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", value):
            yield f"{path} has control characters"


def without_zone(bundle):
    for path, value in walk(bundle):
        if isinstance(value, str) and DATE_TIME.match(value) and not WITH_ZONE.match(value):
            yield f"{path}: {value} names no zone"


def names(bundle):
    """Addresses are names of their own, each once, and each resource has the same name as its entry."""
    addresses = [each["fullUrl"] for each in bundle["entry"]]
    if len(set(addresses)) != len(addresses):
        yield "a name stands twice"
    for each in bundle["entry"]:
        if each["fullUrl"] != f"urn:uuid:{each['resource']['id']}":
            yield f"{each['fullUrl']} is not the name of its resource"


def dangling(bundle):
    """References that lead out of the file, or to something of another kind; the same for the protocol's edition."""
    kinds = {each["fullUrl"]: each["resource"]["resourceType"] for each in bundle["entry"]}
    editions = {f"{each['url']}|{each['version']}" for each in of_kind(bundle, "PlanDefinition")}
    for path, value in walk(bundle):
        if path.endswith(".valueCanonical") and value not in editions:
            yield f"{path}: {value} is not in the file"
        if isinstance(value, dict) and "reference" in value and "type" in value:
            if kinds.get(value["reference"]) != value["type"]:
                yield f"{path} leads nowhere"
        elif isinstance(value, str) and value.startswith("urn:uuid:") and value not in kinds:
            yield f"{path} leads nowhere"


def unbound(resources, version):
    for resource in resources:
        for (kind, name), allowed in BOUND[version].items():
            if resource["resourceType"] == kind and resource[name] not in allowed:
                yield f"{kind}.{name} cannot be {resource[name]} in {version}"


def unknown_codes(bundle):
    """Codes that their system does not have, or calls otherwise."""
    own = {system(name): name for name in OWN}
    for path, value in walk(bundle):
        if isinstance(value, dict) and {"system", "code", "display"} <= set(value):
            if value["system"] in own:
                concepts = code_systems.code_system(own[value["system"]])["concept"]
                known = {each["code"]: each["display"] for each in concepts}
            else:
                known = KNOWN.get(value["system"], {})
            if known.get(value["code"]) != value["display"]:
                yield f"{path}: {value} is not a code of its system"


def out_of_order(bundle):
    """FHIR's own rules that nothing ends before it starts, and no task was changed before it was written."""
    for path, value in walk(bundle):
        if isinstance(value, dict) and {"start", "end"} <= set(value) and at(value["start"]) > at(value["end"]):
            yield f"{path} ends before it starts"
        is_task = isinstance(value, dict) and {"authoredOn", "lastModified"} <= set(value)
        if is_task and at(value["authoredOn"]) > at(value["lastModified"]):
            yield f"{path} was changed before it was written"


def against_rules(resources, version):
    """Rules of FHIR that need more than one element to see: att-1, drt-1, exp-1, ext-1 and tsk-1."""
    for path, value in walk(resources):
        if not isinstance(value, dict):
            continue
        if "data" in value and "contentType" not in value:
            yield f"{path} has data of no type"
        if "expression" in value and isinstance(value["expression"], str) and "language" not in value:
            yield f"{path} is in no language"
        if IS_EXTENSION.search(path) and ("extension" in value) == has_value(value):
            yield f"{path} is an extension with no value, or with too many"
        if value.get("resourceType") == "Task" and "restriction" in value and version == "R5":
            yield f"{path} restricts what no order asked for"
        if "unit" in value and not {"value", "system", "code"} <= set(value):
            yield f"{path} is no length of time"


def has_value(extension):
    return sum(name.startswith("value") for name in extension) == 1


def at(text):
    return datetime.fromisoformat(text)


def readable(bundle):
    """All words in a file as a reader has them, documents unpacked. The protocol is the same for everybody: not it."""
    found = []
    for each in bundle["entry"]:
        if each["resource"]["resourceType"] != "PlanDefinition":
            found += [value for _path, value in walk(each["resource"]) if isinstance(value, str)]
    for each in of_kind(bundle, "DocumentReference"):
        found += [base64.b64decode(part["attachment"]["data"]).decode() for part in each["content"]]
    return "\n".join(found)
