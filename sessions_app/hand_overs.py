"""Handing a client over to another therapist: the record goes with the client.

Who logged a departure, who wrote and who signed a report stays as it was. Whoever had the client before sees them no
more, except for the reports that are theirs to write, to sign and to add to (`to_report_on`).
"""

from datetime import timedelta

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, staff_mails
from accounts.encrypted import give_to
from accounts.models import Role, StaffMail, User
from accounts.supervision import answers_for
from sessions_app import caseload, signals
from sessions_app.models import Client, ClientHandOver, DepartureEvent, TherapySession
from sessions_app.models.hand_overs import LOOKED_FOR

#: The rest of the day on which it happened: whoever was in the room ticks what is left, and then the record follows.
STAYS = timedelta(hours=12)


class NotHandedOver(ValueError):
    """It cannot be so. The message is one sentence for whoever hands over."""


def may_take_over(former):
    """Therapists who work here, and who are not who has the client now."""
    therapists = User.objects.filter(is_active=True, roles__contains=[Role.THERAPIST])
    return therapists.exclude(pk=former.pk).order_by("name", "pk")


@transaction.atomic
def hand_over_all(*, clients, former, to, by, note=""):
    """Hand over each of these clients, all of them or none. Returns the ClientHandOvers. Raises NotHandedOver."""
    return [hand_over(each, former=former, to=to, by=by, note=note) for each in sorted(clients, key=lambda one: one.pk)]


@transaction.atomic
def hand_over(client, *, former, to, by, note=""):
    """`client` goes from `former` to `to`, with the departures, the coming sessions and the open follow-ups.

    `by` answers for `former` today. Returns the ClientHandOver. `to` is told by mail, without a word about the client.
    A departure that began within STAYS stays with `former` so long, unless they have no account any more; `follow`
    brings it. Raises NotHandedOver, and then nothing is written: when somebody else was first, when `to` is nobody
    who may have clients, and when their team knows another client by the reference.
    """
    client = held(client)
    refuse_the_impossible(client, former=former, to=to, by=by)
    former = client.therapist  # as they are now: whether they still work here decides what stays with them
    made = begin(client, former=former, to=to, by=by, note=note)
    record = held_departures(client, former)
    signals.client_hands_over.send(Client, client=client, former=former, to=to, by=by)
    bring_departures(record, former=former, to=to, by=by)
    bring_sessions(client, former=former, to=to)
    give(client, to)
    audit.record("client_handed_over", client, by=by, former=former.pk, to=to.pk)
    tell(to)
    return made


def held(client):
    """The client's row, held until the transaction ends. A tap that is written down meanwhile is not kept waiting."""
    return Client.objects.select_for_update(of=["self"], no_key=True).get(pk=client.pk)


def refuse_the_impossible(client, *, former, to, by):
    if client.therapist_id != former.pk:
        raise NotHandedOver(_("Somebody has handed this client over in the meantime."))
    if client.is_practice or former.pk == to.pk or not (to.is_active and to.is_therapist):
        raise NotHandedOver(_("They cannot have clients here. Choose somebody else."))
    if not answers_for(by).filter(pk=former.pk).exists():
        raise NotHandedOver(_("You do not answer for this therapist any more."))


def begin(client, **facts):
    """Say that it happens, so that until the end of the transaction the database lets the record go."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT doorway_hand_over(%s)", [client.pk])
    return ClientHandOver.objects.create(client=client, **facts)


def give(client, to):
    client.therapist, client.team = to, to.team
    try:
        caseload.refuse_known(client)
        caseload.save(client, update_fields=["therapist", "team"])
    except caseload.ReferenceIsTaken as problem:
        words = _("Their team has another client with this reference. Change one of the two first.")
        raise NotHandedOver(words) from problem


def held_departures(client, former):
    """The record, held: departures before their follow-ups, as every deed has it, and in one order."""
    rows = DepartureEvent.objects.filter(client=client, therapist=former)
    return list(rows.select_for_update(of=["self"], no_key=True).order_by("pk"))


def bring_departures(record, *, former, to, by):
    settled = timezone.now() - STAYS
    for departure in record:
        if departure.began_at < settled or not former.is_active:
            bring(departure, to=to, by=by)


def bring(departure, *, to, by):
    """One departure goes with its client. The caller holds it."""
    departure.logged_by_id = departure.logged_by_id or departure.therapist_id
    departure.save(update_fields=["logged_by", *give_to(departure, therapist=to)])
    audit.record("departure_went_with_client", departure, by=by, to=to.pk)


def bring_sessions(client, *, former, to):
    """Sessions ahead, unless somebody else comes too who stays with `former`: then the client comes to theirs."""
    ahead = TherapySession.objects.filter(therapist=former, starts_at__gt=timezone.now(), clients=client)
    others = TherapySession.clients.through.objects.filter(client__therapist=former).exclude(client=client)
    for session in ahead.exclude(pk__in=others.values("therapysession")).select_for_update(of=["self"]).order_by("pk"):
        session.calendar_key = ""  # it is no appointment of the other's calendar
        session.save(update_fields=[*give_to(session, therapist=to, site=to.site), "calendar_key"])


def tell(person):
    """One mail an hour, however many clients come."""
    hour = timezone.now().strftime("%Y-%m-%dT%H")
    staff_mails.write(StaffMail.Kind.CLIENTS_CAME, person=person, once=f"clients-came:{person.pk}:{hour}")


def follow():
    """Departures that were still going on, or under way from a device, when their client went: they go as well.

    Said by the clock, as often as one likes. Returns how many went.
    """
    now = timezone.now()
    late = DepartureEvent.objects.real().filter(
        client__hand_overs__at__gte=now - LOOKED_FOR, client__hand_overs__former=F("therapist")
    )
    settled = Q(began_at__lt=now - STAYS) | Q(therapist__is_active=False)
    ids = late.filter(settled).exclude(therapist=F("client__therapist")).values_list("pk", flat=True)
    return sum(follow_one(pk) for pk in sorted(set(ids)))


@transaction.atomic
def follow_one(pk):
    held_row = DepartureEvent.objects.select_for_update(of=["self"], no_key=True)
    departure = held_row.select_related("client__therapist").get(pk=pk)
    client = departure.client
    last = ClientHandOver.objects.filter(client=client, former=departure.therapist_id).select_related("by").last()
    if client is None or last is None or client.therapist_id == departure.therapist_id:
        return 0
    former, to = departure.therapist, client.therapist
    signals.client_hands_over.send(Client, client=client, former=former, to=to, by=last.by)
    bring(departure, to=to, by=last.by)
    return 1


def before(client):
    """From whom the client came last, with the day, or None. One query."""
    return ClientHandOver.objects.filter(client=client).newest_first().first()


def to_report_on(user):
    """Departures on which `user` writes the report, or adds to it, whoever has the client now.

    Those that happened to them; and those that came to them from somebody who has no account any more.
    """
    if not user.is_therapist:
        return DepartureEvent.objects.none()
    happened_to_them = Q(therapist=user, logged_by=None) | Q(logged_by=user)
    theirs = happened_to_them | Q(therapist=user, logged_by__is_active=False)
    return DepartureEvent.objects.filter(theirs).filter(Q(report=None) | Q(report__author=user))


def to_keep_notes_on(user):
    """Departures on which `user` may have private notes: those that they have, and those that happened to them."""
    if not user.is_therapist:
        return DepartureEvent.objects.none()
    return DepartureEvent.objects.filter(Q(therapist=user) | Q(logged_by=user))
