"""PlanDefinition: an edition of the eleven steps, to be read, adopted or compared elsewhere. No engine runs on it."""

from zoneinfo import ZoneInfo

from followups.fhir.codes import PLAN_TYPE, base, own, own_coding, structure
from followups.fhir.elements import coding, concept, extension, moment, words
from followups.fhir.identities import entry
from protocols.models import Setting

UTC = ZoneInfo("UTC")
PROTOCOL = concept(coding(PLAN_TYPE, "clinical-protocol", "Clinical Protocol"))
ABOUT = "Eleven steps for the moment a client heads for the door. The order is a suggestion, and no step is required."


def address():
    """The canonical address of the protocol, whichever edition."""
    return f"{base()}/PlanDefinition/eleven-steps"


def canonical(version):
    """The protocol in one edition, as other resources refer to it."""
    return f"{address()}|{version.number}"


def plan_definition(version, steps, *, is_r5, is_in_force=True):
    """One edition with its steps. One that a later edition has replaced is `retired`; a draft is never handed out."""
    facts = {
        "url": address(),
        "version": str(version.number),
        "name": "ElevenSteps",
        "title": words(version.title),
        "type": PROTOCOL,
        "status": "active" if is_in_force else "retired",
        "experimental": False,
        "date": moment(version.published_at, UTC),
        "publisher": "Doorway",
        "description": ABOUT,
        "language": "en",
        "action": [action_of(step, is_r5=is_r5) for step in steps],
    }
    return entry("PlanDefinition", f"eleven-steps/{version.number}", facts)


def action_of(step, *, is_r5):
    """One step, with what each setting changes as actions inside it."""
    phase = own("step-phase", step.phase)
    link = {"linkId": step.slug} if is_r5 else {}
    return {
        "id": step.slug,
        **link,
        "extension": [*outcomes_of(step), *captures_of(step.captures, "captures")],
        "prefix": str(step.position),
        "title": words(step.title),
        "description": words(step.prompt),
        "textEquivalent": lines(step.say_or_do),
        "code": phase if is_r5 else [phase],
        "requiredBehavior": "could",
        "action": [action_in(step, setting, is_r5=is_r5) for setting in settings_of(step)],
    }


def settings_of(step):
    return [each for each in Setting if each in step.variants or each in step.by_setting]


def action_in(step, setting, *, is_r5):
    """What a setting says differently: another prompt, more lines, and lines that make no sense there."""
    change = step.by_setting.get(setting, {})
    name = f"{step.slug}-{setting.replace('_', '-')}"
    without = [step.say_or_do[number - 1] for number in change.get("without", [])]
    return {
        "id": name,
        **({"linkId": name} if is_r5 else {}),
        "extension": [
            *captures_of(change.get("captures", []), "captures"),
            *captures_of(change.get("not_asked", []), "not-asked"),
            *(extension(structure("left-out"), valueString=words(line)) for line in without),
        ],
        "title": str(setting.label),
        "description": words(change.get("prompt", "")),
        "textEquivalent": lines(step.variants.get(setting, [])),
        "condition": [{"kind": "applicability", "expression": condition(setting)}],
        "requiredBehavior": "could",
    }


def condition(setting):
    """When it applies, as FHIRPath on the Encounter of the same file: the same in both versions."""
    own_code = own_coding("setting", setting)
    place = f"%encounter.extension.where(url = '{structure('departure')}').extension.where(url = 'setting')"
    is_there = f"value.coding.where(system = '{own_code['system']}' and code = '{own_code['code']}').exists()"
    return {
        "description": own_code["display"],
        "language": "text/fhirpath",
        "expression": f"{place}.{is_there}",
    }


def outcomes_of(step):
    return [extension(structure("outcome"), valueCoding=own_coding("step-outcome", each)) for each in step.outcomes]


def captures_of(names, what):
    return [extension(structure(what), valueCoding=own_coding("step-capture", name)) for name in names]


def lines(texts):
    return "\n".join(words(text) for text in texts)
