"""Where an edition stands, and everything a list of them shows."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from protocols import editions
from protocols.models import ProtocolVersion


class State(TextChoices):
    DRAFT = "draft", _("Draft")
    WAITING = "waiting", _("With the clinical lead")
    SCHEDULED = "scheduled", _("Takes effect later")
    IN_FORCE = "in_force", _("In force")
    REPLACED = "replaced", _("Replaced")
    RETIRED = "retired", _("Retired")
    DROPPED = "dropped", _("Put aside")


def every():
    """All editions with the people behind them, the newest first, each with its `state`. Two queries."""
    people = ("draft__drafted_by", "draft__submitted_by", "draft__approved_by", "draft__copy_of", "retirement__by")
    found = list(ProtocolVersion.objects.select_related(*people).order_by("-number"))
    now_in_force = editions.in_force().pk
    for version in found:
        version.state = state_of(version, now_in_force)
    return found


def state_of(version, now_in_force):
    """`now_in_force` is the id of the edition that departures begin with."""
    if version.pk == now_in_force:
        return State.IN_FORCE
    if getattr(version, "retirement", None):
        return State.RETIRED
    if version.published_at:
        return State.REPLACED if version.is_published else State.SCHEDULED
    draft = getattr(version, "draft", None)
    if draft and draft.dropped_at:
        return State.DROPPED
    return State.WAITING if draft and draft.submitted_at else State.DRAFT
