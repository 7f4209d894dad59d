"""The chart of a departure as plain data: the one source of the printed page, the filed PDF, the text and exchange.

Only what belongs to the chart is read here, by name: the signed content, what was added to it, the resources given,
the plan as far as it means to reach the client, every attempt, where the work stands, and what two people decided.
What staff do among themselves, what a supervisor says of a report, and what an author keeps apart are other
compartments; nothing of them is read, so nothing says that they exist. That a trainee's report was co-signed, by whom
and when, is a signature like the author's, and stands on the chart.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import override

from followups import plan_rows
from followups.models import (
    ContactAttempt,
    ContactOverride,
    FollowUp,
    FollowUpChange,
    RelationshipStatus,
    StatusDecision,
)
from followups.signed_record import sections_of
from followups.signed_words import Section, given_row
from sessions_app import record, reports, reviews
from sessions_app.hashes import hash_of
from sessions_app.models import DepartureReport, GivenResource, ReportAddendum


@dataclass(frozen=True)
class Addition:
    """What was added after signing. `kind` says which: an addendum, or a late entry; `at` is when it was written."""

    kind: str
    text: str
    by: str
    at: datetime
    happened_at: datetime | None
    hash: str


@dataclass(frozen=True)
class Given:
    name: str
    words: str
    at: datetime
    is_after_signing: bool


@dataclass(frozen=True)
class Promise:
    """One contact that was planned with the client. `why` is the reason it was not needed, if it was not."""

    task: str
    channel: str
    owner: str
    due_at: datetime
    state: str
    why: str
    closed_at: datetime | None
    is_signed: bool  # whether it stands in the signed report, just as it still is


@dataclass(frozen=True)
class Attempt:
    at: datetime
    channel: str
    result: str
    note: str
    by: str
    is_signed: bool


@dataclass(frozen=True)
class Standing:
    """Where the work with the client stands, as somebody said it, and why."""

    what: str
    why: str
    by: str
    at: datetime


@dataclass(frozen=True)
class CoSignature:
    by: str
    at: datetime


@dataclass(frozen=True)
class Decision:
    """What two people said together: how it stands, or contact that the client had said no to."""

    what: str
    why: str
    by: tuple
    at: datetime


@dataclass(frozen=True)
class Chart:
    """Everything that may be printed of one departure, up to now. Moments are in UTC; `zone` is the site's wall.

    Without a signed report `signed_at` is None and `sections` are empty. `mark` changes when anything of it changes.
    """

    departure_id: UUID
    client: str
    site: str
    zone: ZoneInfo
    country: str
    began_at: datetime
    is_practice: bool
    author: str
    signed_at: datetime | None
    content_hash: str
    is_intact: bool
    sections: tuple[Section, ...]
    additions: tuple[Addition, ...]
    given: tuple[Given, ...]
    promises: tuple[Promise, ...]
    attempts: tuple[Attempt, ...]
    decisions: tuple[Decision, ...]
    standings: tuple[Standing, ...]
    co_signed: CoSignature | None
    mark: str
    has_attempts: bool = True
    has_signed_plan: bool = False
    has_signed_attempts: bool = False

    @property
    def is_signed(self):
        return self.signed_at is not None

    @property
    def version(self):
        """One as it was signed, and one more with everything that was added."""
        return 1 + len(self.additions)

    @property
    def given_since(self):
        return [each for each in self.given if each.is_after_signing or not self.is_signed]

    @property
    def promises_since(self):
        """What the signed report does not say of the plan, or not as it now is."""
        return [each for each in self.promises if not each.is_signed]

    @property
    def attempts_since(self):
        return [each for each in self.attempts if not each.is_signed]


def with_chart(departures):
    """The departures with all that `of` reads, in as many queries whether there is one or a hundred."""
    reports_there = DepartureReport.objects.select_related("author").prefetch_related(
        Prefetch("addenda", ReportAddendum.objects.select_related("by")),
        Prefetch("reviews", reviews.co_signatures(), to_attr="co_signatures"),
    )
    contacts = FollowUp.objects.exclude(channel="").exclude(state=FollowUp.State.REPLACED).order_by("due_at", "pk")
    changes = Prefetch("changes", FollowUpChange.objects.filter(deed=FollowUpChange.Deed.NOT_NEEDED))
    agreed = StatusDecision.objects.agreed().select_related("proposed_by", "answered_by").order_by("answered_at", "pk")
    confirmed = ContactOverride.objects.filter(is_confirmed=True).select_related("asked_by", "answered_by")
    return departures.select_related("client", "site", "therapist", "logged_by").prefetch_related(
        Prefetch("report", reports_there),
        Prefetch("given_resources", GivenResource.objects.select_related("resource").order_by("at", "pk")),
        Prefetch("follow_ups", contacts.select_related("owner").prefetch_related(changes), to_attr="planned_contacts"),
        Prefetch("contact_attempts", ContactAttempt.objects.select_related("by")),
        Prefetch("decisions", agreed, to_attr="agreed_decisions"),
        Prefetch("overrides", confirmed.order_by("answered_at", "pk"), to_attr="confirmed_overrides"),
        Prefetch("relationship_statuses", RelationshipStatus.objects.select_related("by"), to_attr="standings"),
    )


def of(departure, *, has_attempts=True):
    """The chart of a departure that was read `with_chart`; without attempts where they are not to be handed on."""
    report = getattr(departure, "report", None)
    report = report if report and report.is_signed else None
    content = report.content if report else {}
    zone = departure.site.zone
    return Chart(
        departure_id=departure.pk,
        client=departure.client.reference if departure.client else "",
        site=departure.site.name,
        zone=zone,
        country=departure.site.country,
        began_at=departure.began_at,
        is_practice=departure.is_practice,
        author=content.get("author") or (report.author.name if report else departure.whom_it_happened_to.name),
        signed_at=report.signed_at if report else None,
        content_hash=report.content_hash if report else "",
        is_intact=reports.is_intact(report) if report else True,
        sections=tuple(sections_of(content, zone=zone, has_attempts=has_attempts)) if report else (),
        additions=tuple(addition(each) for each in report.addenda.all()) if report else (),
        given=tuple(given(each, report) for each in departure.given_resources.all()),
        promises=tuple(promise(each, content) for each in departure.planned_contacts),
        attempts=tuple(attempt(each, content) for each in departure.contact_attempts.all()) if has_attempts else (),
        decisions=tuple(decisions_of(departure)),
        standings=tuple(standing(each) for each in departure.standings),
        co_signed=next(map(co_signature, reversed(report.co_signatures)), None) if report else None,
        mark=mark_of(departure, report),
        has_attempts=has_attempts,
        has_signed_plan=bool(content.get("plan")),
        has_signed_attempts=bool(content.get("attempts")),
    )


def addition(addendum):
    kind = str(addendum.get_kind_display())
    return Addition(kind, addendum.text, addendum.by.name, addendum.at, addendum.happened_at, addendum.text_hash)


def co_signature(review):
    return CoSignature(review.by.name, review.at)


def standing(row):
    what = [row.get_status_display(), row.receiving]
    if row.consent:
        what.append(_("Consent: %(said)s") % {"said": row.get_consent_display().lower()})
    return Standing(" · ".join(map(str, filter(None, what))), row.why_in_words, row.by.name, row.at)


def given(row, report):
    words = given_row(row.snapshot | {"how": row.how})
    return Given(words.label, words.words, row.at, bool(report and row.at > report.signed_at))


def promise(follow_up, content):
    return Promise(
        task=follow_up.task,
        channel=follow_up.get_channel_display(),
        owner=follow_up.owner.name,
        due_at=follow_up.due_at,
        state=str(follow_up.get_state_display()),
        why=follow_up.why_not_needed,
        closed_at=follow_up.closed_at,
        is_signed=is_in(content.get("plan", []), follow_up, plan_rows.plain_promise),
    )


def attempt(row, content):
    return Attempt(
        at=row.occurred_at,
        channel=row.get_channel_display(),
        result=str(row.get_result_display()),
        note=row.note,
        by=row.by.name,
        is_signed=is_in(content.get("attempts", []), row, plan_rows.attempt),
    )


def is_in(signed, row, plain):
    """Whether a row stands in the signed list with all that it says, in the words in which reports are signed."""
    if not signed:
        return False
    with override(record.WRITTEN_IN):
        said = plain(row)
    return any(said.items() <= each.items() for each in signed)


def decisions_of(departure):
    """How it stands, as two people agreed; and contact against the client's wish, as two people confirmed it."""
    for each in departure.agreed_decisions:
        names = (each.proposed_by.name, each.answered_by.name)
        yield Decision(str(each.get_choice_display()), each.words, names, each.answered_at)
    for each in departure.confirmed_overrides:
        what = _("Contact that the client had not allowed (%(channels)s), because of danger to: %(who)s")
        facts = {"channels": each.channel_words, "who": ", ".join(map(str, each.ground_words))}
        names = (each.asked_by.name, each.answered_by.name)
        yield Decision(what % facts, each.words, names, each.answered_at)


def mark_of(departure, report):
    """A short name for all that the chart now says, in whatever language it is read."""
    rows = [
        report.content_hash if report else "",
        [each.pk for each in report.addenda.all()] if report else [],
        [each.pk for each in departure.given_resources.all()],
        [[each.pk, each.state, each.due_at.isoformat(), each.owner_id] for each in departure.planned_contacts],
        [each.pk for each in departure.contact_attempts.all()],
        [each.pk for each in departure.agreed_decisions],
        [each.pk for each in departure.confirmed_overrides],
        [each.pk for each in departure.standings],
        [each.pk for each in report.co_signatures] if report else [],
    ]
    return hash_of(rows)
