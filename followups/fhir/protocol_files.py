"""The rest of an edition in its PlanDefinition, so that it can be read back: other languages and own tasks."""

from django.utils.translation import gettext as _

from followups.fhir.codes import structure
from followups.fhir.elements import extension, words
from protocols import files
from protocols.content import LANGUAGES
from protocols.editions import TRANSLATED_INTO, WRITTEN_IN
from protocols.models import Setting
from protocols.readable import MOST_PROBLEMS, Unreadable

#: HL7's own extension for a text in another language, in R4 and R5.
TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
OWN_TASK = "own-task"
#: The parts of an action that hold words, and what they are in an edition.
SAID = {"title": "title", "description": "prompt"}


# Writing ------------------------------------------------------------------------------------------------------------


def complete(resource, content, *, is_r5):
    """Add to a PlanDefinition what reading it back needs: other languages, and the organisation's own tasks."""
    for action, step in zip(resource["action"], content["steps"], strict=True):
        for name, ours in SAID.items():
            translate(action, name, step[ours])
        translate(action, "textEquivalent", joined(step["lines"]))
        for inner in action["action"]:
            own = step["settings"].get(setting_of(inner["id"], step["slug"]), {})
            translate(inner, "description", own.get("prompt", {}))
            translate(inner, "textEquivalent", joined(own.get("lines", [])))
        action["action"] += [own_task(task, is_r5=is_r5) for task in step["own_tasks"]]
    return resource


def translate(element, name, said):
    """The same words in other languages, beside the element that holds them."""
    found = [
        {
            "url": TRANSLATION,
            "extension": [{"url": "lang", "valueCode": language}, {"url": "content", "valueString": said[language]}],
        }
        for language in TRANSLATED_INTO
        if said.get(language, "").strip()
    ]
    if found:
        element[f"_{name}"] = {"extension": found}


def joined(lines):
    """Lines of each language under each other, an empty one where it was not translated."""
    return {language: "\n".join(words(line.get(language, "")) for line in lines) for language in LANGUAGES}


def own_task(task, *, is_r5):
    made = {
        "id": task["key"],
        **({"linkId": task["key"]} if is_r5 else {}),
        "extension": [extension(structure(OWN_TASK), valueBoolean=True)],
        "title": words(task[WRITTEN_IN]),
        "requiredBehavior": "could",
    }
    translate(made, "title", task)
    return made


def setting_of(action_id, slug):
    return action_id.removeprefix(f"{slug}-").replace("-", "_")


# Reading ------------------------------------------------------------------------------------------------------------


def read(resource):
    """The edition of a PlanDefinition as the readable file has it; whether it may be is for `protocols.files` to say.

    Raises Unreadable where a part is of another kind than FHIR has it.
    """
    actions = part(resource, "action", list, "PlanDefinition")
    return {
        **files.FORM,
        "title": part(resource, "title", str, "PlanDefinition"),
        "steps": [step_of(each, f"action.{number}") for number, each in enumerate(actions[:MOST_PROBLEMS])],
    }


def part(element, name, kind, place):
    """A part of an element; empty where it is missing."""
    if not isinstance(element, dict):
        raise Unreadable([(place, _("Here should be an object: {…}."))])
    value = element.get(name, kind())
    if not isinstance(value, kind):
        raise Unreadable([(f"{place}.{name}", _("This is not what FHIR has here."))])
    return value


def step_of(action, place):
    slug = part(action, "id", str, place)
    inner = [(each, f"{place}.action.{number}") for number, each in enumerate(part(action, "action", list, place))]
    own = [(each, here) for each, here in inner if values(each, OWN_TASK, "valueBoolean", bool, here)]
    settings = {
        setting_of(part(each, "id", str, here), slug): (each, here) for each, here in inner if (each, here) not in own
    }
    left_out = {name: values(each, "left-out", "valueString", str, here) for name, (each, here) in settings.items()}
    found = {name: setting_in(each, here) for name, (each, here) in settings.items()}
    return {
        "slug": slug,
        "phase": phase_of(action, place),
        "outcomes": codes(action, "outcome", place),
        "captures": codes(action, "captures", place),
        **{ours: said(action, name, place) for name, ours in SAID.items()},
        "lines": [
            line | {"not_in": [name for name, lines in left_out.items() if words(line[WRITTEN_IN]) in lines]}
            for line in lines_of(action, place)
        ],
        "own_tasks": [said(each, "title", here) | {"key": part(each, "id", str, here)} for each, here in own],
        "settings": {name: own_words for name, own_words in found.items() if own_words or name not in Setting.values},
    }


def setting_in(action, place):
    prompt = said(action, "description", place)
    found = {
        "prompt": prompt if any(prompt.values()) else None,
        "lines": lines_of(action, place),
        "captures": codes(action, "captures", place),
        "not_asked": codes(action, "not-asked", place),
    }
    return {name: value for name, value in found.items() if value}


def phase_of(action, place):
    """R4 has a list of concepts here, R5 one."""
    code = action.get("code", {})
    concept = code[0] if isinstance(code, list) and code else code
    codings = part(concept, "coding", list, f"{place}.code")
    return part(codings[0], "code", str, f"{place}.code.coding") if codings else ""


def values(element, name, kind, python_type, place):
    """The values of our own extensions of that name, whichever installation wrote them."""
    return [
        part(each, kind, python_type, f"{place}.extension.{number}")
        for number, each in enumerate(part(element, "extension", list, place))
        if part(each, "url", str, f"{place}.extension.{number}").endswith(f"/StructureDefinition/{name}")
    ]


def codes(element, name, place):
    return [part(each, "code", str, place) for each in values(element, name, "valueCoding", dict, place)]


def said(element, name, place):
    return {WRITTEN_IN: part(element, name, str, place), **translations(element, name, place)}


def lines_of(element, place):
    spoken = {language: text.split("\n") for language, text in said(element, "textEquivalent", place).items() if text}
    return [
        {language: lines[number] for language, lines in spoken.items() if number < len(lines) and lines[number]}
        for number in range(len(spoken.get(WRITTEN_IN, [])))
    ]


def translations(element, name, place):
    """{language: words} of an element, without languages that Doorway does not speak."""
    found = {}
    for each in part(part(element, f"_{name}", dict, place), "extension", list, f"{place}._{name}"):
        if part(each, "url", str, place) != TRANSLATION:
            continue
        parts = {part(inner, "url", str, place): inner for inner in part(each, "extension", list, place)}
        language = part(parts.get("lang", {}), "valueCode", str, place)
        if language in TRANSLATED_INTO:
            found[language] = part(parts.get("content", {}), "valueString", str, place)
    return found
