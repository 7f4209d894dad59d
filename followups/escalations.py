"""Who is told when nobody answers. A stand-in with the product's defaults, until the ladders are rows of the policy."""

from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

from sessions_app.models import ResponseLevel


@dataclass(frozen=True)
class Step:
    step: int
    told: str
    after_minutes: int
    source: str = _("Product default")


HOUR, DAY = 60, 1440
AS_ELEVATED = [Step(1, "supervisor", HOUR), Step(2, "clinical_lead", 4 * HOUR)]
LADDERS = {
    ResponseLevel.IMMEDIATE: [Step(1, "supervisor", 15), Step(2, "clinical_lead", 30)],
    ResponseLevel.ELEVATED: AS_ELEVATED,
    ResponseLevel.UNABLE_TO_ASSESS: AS_ELEVATED,
    ResponseLevel.SOME_CONCERN: [Step(1, "supervisor", DAY)],
    ResponseLevel.NONE_IDENTIFIED: [Step(1, "owner", 2 * DAY), Step(2, "supervisor", 5 * DAY)],
}


def ladder(policy, level):
    """The steps that follow the owner's reminder, in order."""
    return LADDERS[level]
