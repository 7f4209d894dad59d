"""Whom the audit trail is about, and who looked at one client: for the privacy officer, and for the client who asks.

A client is found by the clinic's own reference, whole and exact, and nothing of them is read but their number.
"""

from dataclasses import dataclass, field

from django.apps import apps
from django.db import models, transaction
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from accounts import audit, audit_openings
from accounts.audit import AuditEntry
from sessions_app.models import Client, DepartureEvent, DepartureReport, TherapySession

READ, SEARCHED = "trail_read", "trail_searched"


class Way(models.TextChoices):
    """What somebody did, as a client may be told it."""

    LOOKED = "looked", _("opened it")
    LISTED = "listed", _("saw it in a list")
    COPIED = "copied", _("took a copy")
    WROTE = "wrote", _("wrote in it")
    CHECKED = "checked", _("checked who looked")


COPIES = {"exported", "paper_asked_for", "paper_filed", "paper_read", "copy_asked_for", "copy_given", "letter_sent"}


def watch():
    """Tell the trail which rows stand for whom. Called once, when all models are there."""
    kinds = {Client: "client", DepartureEvent: "departure"}
    for model, kind in kinds.items():
        audit_openings.stands_for(model, kind, "id")
    for model in apps.get_models():
        for each in model._meta.concrete_fields:
            if each.is_relation and each.related_model in kinds:
                audit_openings.stands_for(model, kinds[each.related_model], each.attname)


@dataclass(frozen=True)
class Found:
    """A client's number, and the team whose reference it is."""

    pk: int
    team: str
    site: str


@transaction.atomic
def clients_called(reference, *, by):
    """The clients with exactly that reference, one for each team at most. That `by` asked is in their trail."""
    rows = Client.objects.real().filter(reference=reference.strip()).order_by("pk")
    found = [Found(*each) for each in rows.values_list("pk", "team__name", "team__site__name")]
    audit.record(SEARCHED, by, by=by, clients=[each.pk for each in found])
    return found


def client_numbered(pk):
    """The number and team of a real client; None where there is none."""
    row = Client.objects.real().filter(pk=pk).values_list("pk", "team__name", "team__site__name").first()
    return Found(*row) if row else None


def of_client(pk):
    """Every entry that concerns the client, as a queryset, newest first: one query.

    That is what names them or a departure that is theirs now; and, from the time before entries did so, what
    was done to a row of theirs.
    """
    query, values = named_in(pk), [pk, pk]
    parts = [*rows_of_theirs()]
    query += " UNION SELECT entry.id FROM accounts_auditentry entry JOIN ("
    query += " UNION ALL ".join(part for part, _count in parts)
    query += ") theirs ON entry.subject_type = theirs.type AND entry.subject_id = theirs.id"
    values += [pk] * sum(count for _part, count in parts)
    entries = AuditEntry.objects.filter(pk__in=RawSQL(query, values))  # noqa: S611 names of our own tables, values apart
    return entries.select_related("by__team__site").order_by("-pk")


def named_in(_pk):
    return (
        "SELECT id FROM accounts_auditentry WHERE about && ARRAY(SELECT 'client:' || %s::bigint UNION ALL"
        " SELECT 'departure:' || id FROM sessions_app_departureevent WHERE client_id = %s)::varchar[]"
    )


def rows_of_theirs():
    """Pieces of SQL, and how often each asks for the client: (label of the model, id) of all that is the client's."""
    yield "SELECT 'sessions_app.client' AS type, %s::text AS id", 1
    attended = "SELECT 'sessions_app.therapysession', therapysession_id::text FROM {table} WHERE client_id = %s"
    yield as_text(attended, table=TherapySession.clients.through._meta.db_table), 1
    yield "SELECT 'sessions_app.departureevent', id::text FROM sessions_app_departureevent WHERE client_id = %s", 1
    theirs = "SELECT id FROM sessions_app_departureevent WHERE client_id = %s"
    for model in apps.get_models():
        if not model._meta.managed or hasattr(model, "pgh_obj"):
            continue
        names = {"table": model._meta.db_table, "key": model._meta.pk.column}
        for each in model._meta.concrete_fields:
            where = None
            if each.related_model is Client:
                where = "= %s"
            elif each.related_model is DepartureEvent:
                where = f"IN ({theirs})"
            elif each.related_model is DepartureReport:
                where = f"IN (SELECT id FROM sessions_app_departurereport WHERE departure_id IN ({theirs}))"
            if where and model is not DepartureEvent:
                select = f"SELECT '{model._meta.label_lower}', {{key}}::text FROM {{table}} WHERE {{column}} {where}"
                yield as_text(select, **names, column=each.column), 1


def as_text(query, **names):
    return sql.SQL(query).format(**{name: sql.Identifier(each) for name, each in names.items()}).as_string(None)


def way_of(entry):
    """What the person did, in the client's terms."""
    if entry.action in (READ, SEARCHED):
        return Way.CHECKED
    if entry.action in COPIES:
        return Way.COPIED
    if entry.action != audit.SEEN:
        return Way.WROTE
    return Way.LISTED if entry.subject_type == "accounts.user" else Way.LOOKED


@dataclass
class Line:
    """One person on one day: how often they did what."""

    day: object
    person: object
    system_actor: str
    ways: dict = field(default_factory=dict)

    @property
    def said(self):
        return [(Way(way).label, count) for way, count in self.ways.items()]


def answer_sheet(entries, *, zone):
    """The client's own answer, newest day first: each person once a day. Times are days on the wall of `zone`."""
    lines = {}
    for entry in entries:
        day = entry.at.astimezone(zone).date()
        line = lines.setdefault((day, entry.by_id, entry.system_actor), Line(day, entry.by, entry.system_actor))
        way = way_of(entry)
        line.ways[way] = line.ways.get(way, 0) + 1
    return list(lines.values())


@transaction.atomic
def note_reading(pk, *, by, how):
    """That somebody read a client's trail stands in it as well. `how` is a page's name or a form."""
    audit.record(READ, Client(pk=pk), by=by, client=pk, how=how)
