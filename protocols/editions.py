"""Finding the edition in force, its steps in the language of the page, and publishing the editions Doorway has."""

import copy
import json
from functools import lru_cache
from pathlib import Path

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import get_language, gettext, override

from protocols.models import EditionTranslation, Phase, ProtocolStep, ProtocolVersion, StepTranslation

HERE = Path(__file__).parent
#: The editions that come with Doorway, by number; beside each lies its translation as `….es.json`.
EDITIONS = {1: HERE / "first_edition.json", 2: HERE / "second_edition.json"}
WRITTEN_IN = "en"  # the language of the editions themselves
TRANSLATED_INTO = ["es"]


class NoProtocol(LookupError):
    """No edition has been published, so no departure can be pinned to one."""


def in_force():
    """The published edition that took effect last and is not retired; raises NoProtocol when there is none.

    Nothing has to run for one to take effect at its time: from that moment on it is what this finds.
    """
    version = ProtocolVersion.objects.standing().first()
    if version is None:
        raise NoProtocol("No protocol version is published. Run the migrations: they publish the first one.")
    return version


def steps_of(version_id, language=None):
    """The eleven steps of a published edition, in order; raises NoProtocol for one that is not published.

    They speak `language` (the active one when missing) if the edition was translated into it, else English.
    """
    return steps_in(version_id, (language or get_language() or WRITTEN_IN).partition("-")[0])


@lru_cache(maxsize=32)
def steps_in(version_id, language):
    """Kept in memory: the database refuses to change a published edition, so its steps cannot grow old.

    A translation may be mended until it was reviewed. That is done by a migration, and programs start anew after one.
    """
    if not ProtocolVersion.objects.published().filter(pk=version_id).exists():
        raise NoProtocol("Only a published edition has steps that stand.")
    return steps_as_written(version_id, language)


def steps_as_written(version_id, language):
    """The steps of any edition, a draft as well, as they are now in the words of `language`. Three queries."""
    translated = StepTranslation.objects.filter(translation__version=version_id, translation__language=language)
    words = {each.step_id: each for each in translated}
    steps = ProtocolStep.objects.filter(version=version_id).prefetch_related("own")
    return tuple(in_words_of(words[step.pk], step, language) if step.pk in words else step for step in steps)


def in_words_of(translated, step, language):
    """The same step with the words of a translation. What it lacks stays English, and says so on the page."""
    spoken = copy.copy(step)
    with override(language):
        spoken.title = translated.title or unspoken(step.title)
        spoken.prompt = translated.prompt or unspoken(step.prompt)
        spoken.say_or_do = lines_in(translated.say_or_do, step.say_or_do)
        spoken.variants = {
            name: lines_in(translated.variants.get(name, []), said) for name, said in step.variants.items()
        }
        spoken.by_setting = {name: prompt_in(translated, name, change) for name, change in step.by_setting.items()}
        spoken.own_tasks = [
            (task.key, task.translations.get(language) or unspoken(task.words)) for task in step.own.all()
        ]
    return spoken


def lines_in(translated, lines):
    """Each line in the other language, or as it is with a word that it was not translated."""
    return [nth(translated, place) or unspoken(line) for place, line in enumerate(lines)]


def prompt_in(translated, setting, change):
    if "prompt" not in change:
        return change
    return change | {"prompt": translated.prompts.get(setting) or unspoken(change["prompt"])}


def nth(lines, place):
    return lines[place] if place < len(lines) else ""


def unspoken(words):
    return gettext("%(words)s (not translated yet)") % {"words": words}


def phases_of(version_id):
    """The steps of a published edition in the four groups of the page, in order, as (phase, steps)."""
    return [(phase, [step for step in steps_of(version_id) if step.phase == phase]) for phase in Phase]


def step_of(version_id, slug):
    """One step of a published edition; raises ProtocolStep.DoesNotExist for a slug it does not have."""
    for step in steps_of(version_id):
        if step.slug == slug:
            return step
    raise ProtocolStep.DoesNotExist(slug)


def read(number, language=""):
    """An edition as its file has it, or its translation: a dictionary with `steps`."""
    file = EDITIONS[number].with_suffix(f".{language}.json" if language else ".json")
    return json.loads(file.read_text(encoding="utf-8"))


def publish_all():
    """Publish the editions that come with Doorway, and their translations; what is there already stays as it is."""
    for number in EDITIONS:
        publish(number)
        for language in TRANSLATED_INTO:
            translate(number, language)


@transaction.atomic
def publish(number, *, version_model=ProtocolVersion, step_model=ProtocolStep):
    """Publish one edition from its file, once; a second call changes nothing.

    The models can be passed in because the migrations that call this hold historical ones.
    """
    if version_model.objects.filter(number=number).exists():
        return
    edition = read(number)
    version = version_model.objects.create(number=number, title=edition["title"])
    for position, step in enumerate(edition["steps"], start=1):
        step_model.objects.create(version=version, position=position, **step)
    version.published_at = Now()  # the database's clock decides when an edition has taken effect
    version.save(update_fields=["published_at"])


@transaction.atomic
def translate(number, language, *, translation_model=EditionTranslation, words_model=StepTranslation):
    """Add the words of an edition in another language from its file, once; nobody has reviewed them yet."""
    if translation_model.objects.filter(version__number=number, language=language).exists():
        return
    version = translation_model._meta.get_field("version").related_model.objects.get(number=number)
    translation = translation_model.objects.create(version=version, language=language)
    steps = {step.slug: step for step in version.steps.all()}
    for words in read(number, language)["steps"]:
        words_model.objects.create(translation=translation, step=steps[words.pop("slug")], **words)
