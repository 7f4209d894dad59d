"""Finding the edition in force and publishing a new one."""

import json
from functools import lru_cache
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from protocols.models import Phase, ProtocolStep, ProtocolVersion

FIRST_EDITION = Path(__file__).parent / "first_edition.json"


class NoProtocol(LookupError):
    """No edition has been published, so no departure can be pinned to one."""


def in_force():
    """The published edition with the highest number; raises NoProtocol when there is none."""
    version = ProtocolVersion.objects.published().order_by("-number").first()
    if version is None:
        raise NoProtocol("No protocol version is published. Run the migrations: they publish the first one.")
    return version


@lru_cache(maxsize=32)
def steps_of(version_id):
    """The eleven steps of a published edition, in order; raises NoProtocol for one that is not published.

    Kept in memory: the database refuses to change a published edition, so they cannot grow old.
    """
    if not ProtocolVersion.objects.published().filter(pk=version_id).exists():
        raise NoProtocol("Only a published edition has steps that stand.")
    return tuple(ProtocolStep.objects.filter(version=version_id))


def phases_of(version_id):
    """The steps of a published edition in the four groups of the page, in order, as (phase, steps)."""
    return [(phase, [step for step in steps_of(version_id) if step.phase == phase]) for phase in Phase]


def step_of(version_id, slug):
    """One step of a published edition; raises ProtocolStep.DoesNotExist for a slug it does not have."""
    for step in steps_of(version_id):
        if step.slug == slug:
            return step
    raise ProtocolStep.DoesNotExist(slug)


@transaction.atomic
def publish_first(*, version_model=ProtocolVersion, step_model=ProtocolStep):
    """Publish the first edition from `first_edition.json`, once; a second call changes nothing.

    The models can be passed in because the migration that calls this holds historical ones.
    """
    if version_model.objects.filter(number=1).exists():
        return
    edition = json.loads(FIRST_EDITION.read_text(encoding="utf-8"))
    version = version_model.objects.create(number=1, title=edition["title"])
    for position, step in enumerate(edition["steps"], start=1):
        step_model.objects.create(version=version, position=position, **step)
    version.published_at = timezone.now()
    version.save(update_fields=["published_at"])
