"""The therapist's account: a draft that saves itself, signed once, locked for good, added to afterwards."""

import hashlib
import json

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import audit
from sessions_app import captures, checklist, signals, timeline
from sessions_app.models import DepartureEvent, DepartureReport, ReportAddendum
from sessions_app.models.reports import MainReason

State = DepartureReport.State
ANSWERS = ["main_reason", "account", "check_in_at", "author_state"]


class ReportIsSigned(Exception):
    """The report is locked; what changed since goes into an addendum."""


def blank_for(departure, *, by):
    """A report that nobody has begun, filled in as far as the record goes; nothing is written by looking at it."""
    return DepartureReport(departure=departure, author=by, main_reason=captured_reason(departure))


@transaction.atomic
def draft_for(departure, *, by):
    """The report of the departure, begun now if there is none; the main reason comes from step 6 if it is one."""
    report, is_new = DepartureReport.objects.get_or_create(
        departure=departure, defaults={"author": by, "main_reason": captured_reason(departure)}
    )
    if is_new:
        audit.record("report_begun", report, by=by)
    return report


def captured_reason(departure):
    """The one reason noted at step 6; nothing when there is none, or more than one."""
    fact = captures.current(departure).get("reasons")
    return fact.value[0] if fact and len(fact.value) == 1 and fact.value[0] in MainReason.values else ""


@transaction.atomic
def save_draft(report, *, by, **answers):
    """Keep what was written so far. Raises ReportIsSigned once it is locked."""
    report = locked(report)
    if report.is_signed:
        raise ReportIsSigned
    for name, value in answers.items():
        setattr(report, name, value)
    report.save(update_fields=[*answers, "saved_at"])
    audit.record("draft_saved", report, by=by, fields=sorted(answers))
    return report


@transaction.atomic
def sign(report, *, by):
    """Lock the report: from now on its words, its facts and their hash stand, and the supervisor has it.

    Nothing is required: what was left out is signed as not provided. Signing twice is signing once.
    """
    report = locked(report)
    if report.is_signed:
        return report
    now = timezone.now()
    report.content = content_of(report, signed_at=now)
    report.content_hash = hash_of(report.content)
    report.state, report.signed_at, report.submitted_at = State.SUBMITTED, now, now
    report.save()
    audit.record("report_signed", report, by=by, hash=report.content_hash)
    if report.check_in_at:
        signals.check_in_chosen.send(DepartureEvent, departure=report.departure, by=by, at=report.check_in_at)
    return report


@transaction.atomic
def add_addendum(report, *, text, by):
    """Add to a signed report. One that was returned goes back to the supervisor with it."""
    report = locked(report)
    digest = hashlib.sha256(text.encode()).hexdigest()
    addendum = ReportAddendum.objects.create(report=report, text=text, text_hash=digest, by=by)
    if report.state == State.RETURNED:
        report.state, report.submitted_at = State.SUBMITTED, timezone.now()
        report.save(update_fields=["state", "submitted_at", "saved_at"])
    audit.record("addendum_added", report, by=by, hash=digest)
    return addendum


@transaction.atomic
def mark_feedback_seen(report, *, by):
    """The author has read what the supervisor wrote; it leaves the Now page."""
    report = locked(report)
    report.feedback_seen_at = timezone.now()
    report.save(update_fields=["feedback_seen_at", "saved_at"])
    audit.record("feedback_seen", report, by=by)


def locked(report):
    """The report as it now is, held until the transaction ends: two signatures at once follow each other."""
    return (
        DepartureReport.objects.select_for_update(of=["self"])
        .select_related("departure__session", "departure__site")
        .get(pk=report.pk)
    )


def content_of(report, *, signed_at):
    """The whole report as plain data, in English words, so that it reads the same for ever."""
    departure = DepartureEvent.objects.for_page().get(pk=report.departure_id)
    with override("en-gb"):
        return {
            "version": 1,
            "departure": str(departure.pk),
            "author": report.author.name,
            "signed_at": signed_at.isoformat(),
            "answers": {
                "main_reason": report.get_main_reason_display(),
                "account": report.account,
                "check_in_at": report.check_in_at.isoformat() if report.check_in_at else "",
            },
            "author_state": report.get_author_state_display(),  # for the supervisor; never part of the chart
            "facts": [[str(label), str(words)] for label, words in facts_of(departure)],
            "steps": steps_of(departure),
            "noted": [[str(label), str(words)] for label, words in captures.describe(departure)],
            "kept_private": [  # for the author and the supervisor, as the author's state is; never part of the chart
                [str(label), str(words)] for label, words in captures.describe(departure, is_private=True)
            ],
            "given": [
                given.snapshot
                | {"way": given.way, "taken": given.taken, "safe_at_home": given.safe_at_home, "how": given.how}
                for given in departure.given_resources.all()
            ],
            "timeline": [
                [entry.at.isoformat(), str(entry.words)] for entry in timeline.of(departure) if not entry.is_private
            ],
        }


def facts_of(departure):
    """The facts at the head of a report, as (label, words); what is not known says so. Needs `for_page()`."""
    unknown = _("Not provided")
    minutes = departure.minutes_of_service
    others = [(_("Others in the group"), str(departure.others))] if departure.is_of_a_group else []
    return [
        (_("Started"), at_the_site(departure.began_at, departure.site)),
        (_("Client"), departure.client.reference if departure.client else unknown),
        (_("Setting"), f"{departure.get_format_display()}, {departure.get_composition_display().lower()}"),
        *others,
        (_("Kind"), departure.get_kind_display() or unknown),
        (_("Response level"), departure.get_response_level_display() or unknown),
        (_("Ending"), departure.get_ending_display() or unknown),
        (_("Ended"), at_the_site(departure.ended_at, departure.site) if departure.ended_at else unknown),
        (_("Minutes of service"), str(minutes) if minutes is not None else unknown),
    ]


def at_the_site(moment, site):
    """The time on the site's wall, with the zone named: whoever reads it may be elsewhere."""
    return f"{moment.astimezone(site.zone):%d %b %Y %H:%M} ({site.time_zone})"


def steps_of(departure):
    """The eleven with their standing answers, as plain rows."""
    return [
        {
            "position": state.step.position,
            "title": state.step.title,
            "outcome": str(state.response.get_outcome_display()) if state.is_recorded else _("Not recorded"),
            "reason": (str(state.response.get_reason_display()) or state.response.note) if state.is_recorded else "",
            "at": state.response.occurred_at.isoformat() if state.is_recorded else "",
        }
        for state in checklist.states(departure)
    ]


def hash_of(content):
    """SHA-256 of the canonical JSON: sorted keys, no spaces, UTF-8."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def is_intact(report):
    """Whether the signed words and facts still have the hash they were signed with."""
    return report.is_signed and hash_of(report.content) == report.content_hash


def missing_facts(departure):
    """What a reader will look for and not find, as (what, why). A list, never a score; not provided is allowed."""
    noted = captures.current(departure)
    wanted = [
        (departure.client_id, _("Which client it was"), _("The record belongs to somebody.")),
        (departure.response_level, _("How soon we must act"), _("It shows that safety was asked about, or why not.")),
        (departure.ending, _("How it ended"), _("It shows whether care went on.")),
        ("capacity" in noted, _("Capacity to decide"), _("A reader asks whether the choice was the client's own.")),
        ("concerns-told" in noted, _("Concerns you told the client"), _("A choice is informed when it knew of them.")),
    ]
    if checklist.is_asked("left-how", departure):
        wanted.append(("left-how" in noted, _("How they left"), _("It matters for the way home.")))
    if checklist.is_asked("ended-by", departure):
        wanted.append(("ended-by" in noted, _("Who ended the call"), _("A lost line is not the client's choice.")))
    return [(what, why) for known, what, why in wanted if not known]


def for_now(author):
    """The author's reports that wait for them: returned first, then drafts, then unread feedback."""
    return list(
        DepartureReport.objects.real()
        .filter(author=author, departure__voided_at=None)
        .filter(Q(state__in=[State.RETURNED, State.DRAFT]) | Q(state=State.CLOSED, feedback_seen_at=None))
        .select_related("departure__client")
        .order_by("-state", "saved_at")[:5]
    )
