"""What a therapist's own departures have in common: shown to that therapist, and to nobody else.

It looks back on a therapist's own work, never ahead, and never at one client: a prompt stands only where at least
three departures of at least three clients share something, so that it says nothing about any of them. No client is
named. No count is kept: it is read when the therapist opens the page, from their own departures of 90 days.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import audit
from sessions_app.models import CapturedFact, DepartureEvent, DepartureReport, PromptChoice
from sessions_app.models.departures import Kind
from sessions_app.models.reports import MainReason

LOOKED_AT = timedelta(days=90)
LEAST = 3  # departures, and clients
EARLY = timedelta(minutes=15)
CODES = {"early", "line-lost", *(f"reason-{each}" for each in MainReason.values)}
SUPERVISION = _("It may be chance. If it goes round in your head, it is a good thing to bring to supervision.")


@dataclass(frozen=True)
class Prompt:
    """`code` names it for *do not show this again*; `what` is what was seen, `helps` what may help."""

    code: str
    what: str | Promise
    helps: str | Promise


def of(person, *, now=None):
    """The prompts that `person` has not put away: four queries, however much there is."""
    hidden = hidden_by(person)
    return [each for each in seen_by(person, now=now) if each.code not in hidden]


def seen_by(person, *, now=None):
    lately = own_lately(person, now=now)
    return [*early(lately), *dropped(lately), *of_one_reason(lately)]


def own_lately(person, *, now=None):
    """Own departures of 90 days that happened, with a client: by the index on therapist and time. No exercise."""
    since = (now or timezone.now()) - LOOKED_AT
    own = (
        DepartureEvent.objects.of(person)
        .happened_to(person)
        .standing()
        .real()
        .filter(began_at__gte=since, client__isnull=False)
    )
    fields = ["began_at", "ending", "kind", "client", "therapist", "logged_by", "session__starts_at"]
    return [each for each in own.select_related("session").only(*fields) if each.has_happened]


def clients_of(departures):
    return len({each.client_id for each in departures})


def is_enough(departures):
    """The rule of small numbers: three departures, of three clients. Fewer, or those of one client, say nothing."""
    return len(departures) >= LEAST and clients_of(departures) >= LEAST


def early(departures):
    found = [each for each in departures if each.session and each.began_at - each.session.starts_at <= EARLY]
    if is_enough(found):
        what = _("Three or more of your sessions of the last 90 days ended within the first fifteen minutes.")
        helps = _("Some find it useful to look at how they open: the first question, or how soon the hard topic comes.")
        yield Prompt("early", what, helps)


def dropped(departures):
    if is_enough([each for each in departures if each.kind == Kind.CONNECTION_LOST]):
        what = _("Three or more of your remote sessions of the last 90 days were cut off.")
        helps = _("Agree at the start what both of you do when the line drops, and test the line beforehand.")
        yield Prompt("line-lost", what, helps)


def of_one_reason(departures):
    """The same reason three times: as noted at step 6, or as the report's main one."""
    reasons = reasons_by_departure(departures)
    for reason in MainReason:
        found = [each for each in departures if reason in reasons.get(each.pk, ())]
        if reason != MainReason.NOT_KNOWN and is_enough(found):
            what = _("Three or more of your departures of the last 90 days share a reason: “%(reason)s”.")
            yield Prompt(f"reason-{reason.value}", what % {"reason": reason.label}, helps_with(reason))


def reasons_by_departure(departures):
    keys, found = [each.pk for each in departures], {}
    for fact in CapturedFact.objects.filter(departure__in=keys, name="reasons").current():
        found.setdefault(fact.departure_id, set()).update(fact.value or [])
    reported = DepartureReport.objects.filter(departure__in=keys).exclude(main_reason="")
    for departure, reason in reported.values_list("departure", "main_reason"):
        found.setdefault(departure, set()).add(reason)
    return found


def helps_with(reason):
    return {
        MainReason.PAINFUL_TOPIC: _("Going slower, and saying beforehand where you are heading, may help."),
        MainReason.OVERWHELMED: _("Stopping earlier to settle, and agreeing on a sign for “enough”, may help."),
        MainReason.THERAPIST: _("Asking how the last session was, before going on, may help."),
        MainReason.FELT_JUDGED: _("Asking how it is to be here today, before anything else, may help."),
        MainReason.PRACTICAL: _("Asking about time, transport and money when you make the appointment may help."),
    }.get(reason, _("Think about what these sessions had in common, and what was yours to change."))


def hidden_by(person):
    """The codes that `person` put away last, rather than taking them out again."""
    newest = PromptChoice.objects.filter(person=person).order_by("code", "-pk").distinct("code")
    return {each.code for each in newest if each.is_hidden}


@transaction.atomic
def choose(code, *, is_hidden, by):
    """Do not show this again, or do. The trail holds that something was chosen and not what: it is theirs alone."""
    if (code in hidden_by(by)) != is_hidden:
        PromptChoice.objects.create(person=by, code=code, is_hidden=is_hidden)
        audit.record("prompt_chosen", by, by=by)
