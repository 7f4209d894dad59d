"""Whom the audit trail is about, and who looked at one client: for the privacy officer, and for the client who asks.

A client is found by the clinic's own reference, whole and exact, and nothing of them is read but their number.
"""

from dataclasses import dataclass, field

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from accounts import audit, audit_openings
from accounts.audit import AuditEntry
from accounts.models import Team
from sessions_app import client_numbers
from sessions_app.models import Client, DepartureEvent, TherapySession

FARTHEST = 3  # steps from a row to its client, as in an addendum: report, departure, client
#: Two questions, each with an index of its own; as one with an OR the whole trail would be read.
ABOUT = """
SELECT id FROM accounts_auditentry WHERE about && ARRAY({keys})
UNION SELECT id FROM accounts_auditentry WHERE (subject_type, subject_id) IN ({rows})
"""
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
    found = found_with(client_numbers.find(reference=reference))
    audit.record(SEARCHED, by, by=by, clients=[each.pk for each in found])
    return found


def client_numbered(pk):
    """The number and team of a real client; None where there is none."""
    found = found_with(client_numbers.find(number=pk))
    return found[0] if found else None


def found_with(known):
    """Where each of them is in care."""
    teams = Team.objects.select_related("site").in_bulk({each.team_id for each in known})
    return [Found(each.pk, teams[each.team_id].name, teams[each.team_id].site.name) for each in known]


def of_client(pk):
    """Every entry that concerns the client, as a queryset, newest first: two queries, one of them now.

    That is what names them or a departure that is theirs now; and what was done to a row of theirs, which is all that
    entries say from before they named anybody. For a privacy officer and who answers for the client: the database finds
    nothing for anybody else, and shows these entries until the transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT doorway_look_into_trail(%s)", [pk])
        found = cursor.fetchone()[0]
    numbers = RawSQL("SELECT unnest(%s::bigint[])", [found])
    return AuditEntry.objects.filter(pk__in=numbers).select_related("by__team__site").order_by("-pk")


def statement_about(pk):
    """The question behind it as SQL, and its values: `doorway_look_into_trail` asks it as the owner of the tables."""
    keys, values_of_keys = keys_of(pk).query.sql_with_params()
    rows, values_of_rows = rows_of(pk).query.sql_with_params()
    return ABOUT.format(keys=keys, rows=rows), [*values_of_keys, *values_of_rows]


def keys_of(pk):
    """The keys that mean the client, as a query with one column."""
    themselves = as_key("client", Client.objects.filter(pk=pk))
    return themselves.union(as_key("departure", DepartureEvent.objects.filter(client=pk)))


def as_key(kind, rows):
    text = Concat(Value(f"{kind}:"), Cast("pk", models.CharField()))
    return rows.order_by().annotate(key=Cast(text, models.CharField(max_length=50))).values_list("key")


def rows_of(pk):
    """What is the client's, as a query with two columns: the label of the table, and the row's number as text."""
    first, *others = [
        model._base_manager.filter(**{way: pk}).order_by().values_list(label_of(model), Cast("pk", models.CharField()))
        for model in apps.get_models()
        for way in ways_to_a_client(model)
    ]
    return first.union(*others)


def label_of(model):
    return Value(model._meta.label_lower, output_field=models.CharField())


def ways_to_a_client(model):
    """Lookups that lead from a row to the client it belongs to, over the departure or what belongs to one."""
    if model is Client:
        return ["pk"]
    if model is TherapySession:
        return ["clients"]
    if hasattr(model, "pgh_obj") or not model._meta.managed:
        return []
    return [way for steps in range(1, FARTHEST + 1) for way in ways_in(model, steps)]


def ways_in(model, steps):
    """Lookups of so many steps that end at a client. None leads to a row of the same table: that is somebody else's."""
    for each in model._meta.concrete_fields:
        target = each.related_model if each.is_relation else None
        if target is Client and steps == 1:
            yield each.name
        elif target not in (None, Client, model) and steps > 1:
            yield from (f"{each.name}__{way}" for way in ways_in(target, steps - 1))


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
