"""Forms of a step as a browser sends them, and editions in the state a story begins with."""

from protocols import content, drafts, editions, publishing
from protocols.forms import SettingForm, StepForm


def form_of(version, slug, setting=""):
    """Every field of the page as it was opened."""
    step = content.of_step(version, slug)
    facts = {"step": step, "was": content.fingerprint(step)}
    form = SettingForm(**facts, setting=setting) if setting else StepForm(**facts)
    return {name: form[name].value() for name in form.fields if form[name].value() is not None}


def written(version, slug, **changes):
    """A step with other words, as `drafts.change_step` takes it."""
    return content.of_step(version, slug) | changes


def change(version, slug, *, by, **changes):
    was = content.fingerprint(content.of_step(version, slug))
    return drafts.change_step(version, written(version, slug, **changes), was=was, by=by)


def retitled(words, *, by, slug="stay-calm"):
    """A draft of `by` in which one step has another title."""
    made = drafts.begin(editions.in_force(), by=by)
    return change(made, slug, by=by, title={"en": words})


def published(words, *, by, lead, at=None, zone=""):
    """An edition that two people put in force, with another title of the first step."""
    made = publishing.send(retitled(words, by=by), by=by)
    return publishing.publish(made, by=lead, at=at, zone=zone)
