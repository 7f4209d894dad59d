"""A therapist's clients, how each may be reached, and the sessions with them."""

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit, conversion
from sessions_app import client_numbers, departures, rehearsal, review_tasks, signals
from sessions_app.models import AgeBand, Client, ContactPermission, TherapySession

REFERENCE_ONCE = "client_reference_once_per_team"
NOT_ASKED = {"scope": "", "address": "", "safe_from": None, "safe_until": None, "safe_times": ""}


class ReferenceIsTaken(Exception):
    """Another client of the team has this reference."""


@transaction.atomic
def add_client(*, reference, by, preferred_name="", age_band=AgeBand.ADULT, permissions=None, departure=None):
    """Take somebody into the care of `by`. Returns the client.

    `permissions` are as `permit` takes them. With `departure`, the new client is the one who is leaving there.
    Raises ReferenceIsTaken when the team has the reference already, also when two add it at once; then nothing
    is written. Somebody added in an exercise is made up as well, and until the installation is adopted practice.
    """
    facts = {"reference": reference, "preferred_name": preferred_name, "age_band": age_band}
    is_practice = departure.is_practice if departure else rehearsal.is_on()
    client = Client(therapist=by, team=by.team, is_practice=is_practice, **facts)
    refuse_known(client)
    save(client)
    audit.record("client_added", client, by=by, age_band=age_band)
    permit(client, permissions=permissions or {}, by=by)
    if departure:
        departures.choose_client(departure, client=client, by=by)
    return client


@transaction.atomic
def change_client(client, *, by, permissions=None, **facts):
    """Correct reference, preferred name or age band, and with `permissions` what is allowed.

    What says what it said before is not written. Raises ReferenceIsTaken, as `add_client` does. Departures
    keep the age band they were written down with.
    """
    client = locked(client)
    if changed := differing(client, facts):
        if "reference" in changed:
            refuse_known(client)
        save(client, update_fields=[*changed, "reference_mark"])
        review_tasks.note_reference(client)
        audit.record("client_changed", client, by=by, fields=changed)
    permit(client, permissions=permissions or {}, by=by)
    return client


@transaction.atomic
def permit(client, *, permissions, by):
    """Write down what the client allows: `{channel: {"scope": …, "address": …, "safe_from": …, …}}`.

    An empty scope means not asked, and no row stands for that channel. A channel that is left out, or says what
    it said before, is not touched; any other is confirmed as of today where `by` is.
    """
    client = locked(client)
    standing = {permission.channel: permission for permission in client.contact_permissions.all()}
    for channel, said in permissions.items():
        permission, facts = standing.get(channel), NOT_ASKED | said
        if facts == (what_is_said(permission) if permission else NOT_ASKED):
            continue
        if facts["scope"]:
            confirmed = {**facts, "confirmed_on": timezone.localdate(timezone=by.zone)}
            ContactPermission.objects.update_or_create(client=client, channel=channel, defaults=confirmed)
        elif permission:
            permission.delete()
        audit.record("permission_changed", client, by=by, channel=channel, scope=facts["scope"])


def what_is_said(permission):
    return {name: getattr(permission, name) for name in NOT_ASKED}


@transaction.atomic
def ask_for_no_contact(client, *, by):
    """The client asked not to be contacted: from now on nobody contacts them, from any departure of theirs."""
    client = locked(client)
    client.asked_for_no_contact = True
    client.save(update_fields=["asked_for_no_contact"])
    audit.record("asked_for_no_contact", client, by=by)
    signals.asked_for_no_contact.send(Client, client=client, by=by)


@transaction.atomic
def allow_contact_again(client, *, by):
    """The client may be contacted again, or it was a mistake. Follow-ups that were closed for it stay closed."""
    client = locked(client)
    if not client.asked_for_no_contact:
        return
    client.asked_for_no_contact = False
    client.save(update_fields=["asked_for_no_contact"])
    audit.record("contact_allowed_again", client, by=by)


@transaction.atomic
def add_session(*, starts_at, by, clients=(), **facts):
    """Write down an appointment of `by`, at their site. Returns the session. `facts` are fields of the session."""
    facts["is_practice"] = any(each.is_practice for each in clients) if clients else rehearsal.is_on()
    session = TherapySession.objects.create(therapist=by, site=by.site, starts_at=starts_at, **facts)
    session.clients.set(clients)
    audit.record("session_added", session, by=by, clients=ids(clients))
    return session


@transaction.atomic
def change_session(session, *, clients, by, **facts):
    """Correct a session: when, how and where it is, and which of `by`'s clients come.

    What says what it said before is not written. Clients of somebody else, who come too, stay in it.
    """
    session = TherapySession.objects.select_for_update().get(pk=session.pk)
    before = set(session.clients.all())
    after = {*clients, *(client for client in before if client.therapist_id != by.pk)}
    changed = differing(session, facts)
    session.save(update_fields=changed)
    session.clients.set(after)
    if changed or before != after:
        audit.record("session_changed", session, by=by, fields=changed, clients=ids(after))
    return session


def locked(client):
    """The client's row, held until the transaction ends, so that two deeds at once follow each other."""
    return Client.objects.select_for_update(of=["self"]).get(pk=client.pk)


def refuse_known(client):
    """Raise ReferenceIsTaken for what the database's own constraint cannot see: marks under an older key, and clients
    from before there were marks. One query, and only while keys are changed or words are still being encrypted.
    """
    if len(settings.DATA_KEYS) > 1 or conversion.is_running():
        same = client_numbers.find(reference=client.reference, team_id=client.team_id)
        if client.is_practice:
            same = Client.objects.filter(team=client.team_id, is_practice=True).known_as(client.reference)
        if any(each.pk != client.pk for each in same):
            raise ReferenceIsTaken


def save(client, **options):
    try:
        with transaction.atomic():
            client.save(**options)
    except IntegrityError as error:
        if error.__cause__.diag.constraint_name != REFERENCE_ONCE:
            raise
        raise ReferenceIsTaken from error


def differing(row, facts):
    """Set `facts` on the row; the names of those that were something else before, in order."""
    changed = sorted(name for name, value in facts.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, facts[name])
    return changed


def ids(clients):
    return sorted(client.pk for client in clients)
