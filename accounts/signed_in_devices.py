"""The sessions of a person: which there are, and how they end."""

from dataclasses import dataclass
from datetime import datetime

from allauth.account.signals import authentication_step_completed
from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY, update_session_auth_hash
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F
from django.dispatch import receiver
from django.utils import timezone

from accounts import audit, audit_openings, session_end, user_agents
from accounts.models import User


@dataclass(frozen=True)
class Device:
    pk: int
    words: str
    address: str
    since: datetime
    is_current: bool


def of(person, *, session_key):
    """Where the person is signed in, newest first; two questions however many there are."""
    rows = list(UserSession.objects.filter(user=person).order_by("-created_at"))
    keys = alive(person, [row.session_key for row in rows])
    return [
        Device(
            pk=row.pk,
            words=user_agents.words(*user_agents.parts(row.user_agent)),
            address=row.ip,
            since=row.created_at,
            is_current=row.session_key == session_key,
        )
        for row in rows
        if row.session_key in keys
    ]


def alive(person, keys):
    """Those of the keys whose session still lets the person in."""
    rows = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    expected = person.get_session_auth_hash()
    contents = {row.session_key: row.get_decoded() for row in rows}
    return {key for key, data in contents.items() if data.get(HASH_SESSION_KEY) == expected and not is_over(data)}


def is_over(data):
    return session_end.BEGAN in data and session_end.is_over(data)


@transaction.atomic
def end_one(device_id, *, by):
    """Sign one device of the person's own out: its next request leads to sign-in. True where there was one."""
    row = UserSession.objects.select_for_update().filter(user=by, pk=device_id).first()  # it may be getting a new name
    if row is None:
        return False
    row.end()
    audit.record("sessions_ended", by, by=by, which="one")
    return True


@receiver(authentication_step_completed)
def note_proof(request, reauthenticated=False, **_):
    """Somebody who is signed in proved again who they are: `rename` is due once the answer is ready."""
    if reauthenticated:
        request.is_proved_again = True


@transaction.atomic
def rename(request):
    """The session of this request goes on under another name; the old one opens nothing any more (ASVS 5.0, 7.2.4).

    The list of devices follows, and the trail goes on to know the sign-in by its mark. A session that was ended
    meanwhile stays ended: whoever proved who they are has to sign in.
    """
    session, before = request.session, request.session.session_key
    device = UserSession.objects.select_for_update().filter(session_key=before).first()  # against `end_one`
    if not Session.objects.filter(session_key=before).exists():
        session.flush()
        return
    audit_openings.keep_mark(session)
    session.cycle_key()
    if device:
        device.session_key = session.session_key
        device.save(update_fields=["session_key"])


@transaction.atomic
def end_others(request):
    """Sign the person out everywhere but here."""
    person = request.user
    end_all(person, by=person, which="others")
    person.refresh_from_db(fields=["session_round"])
    update_session_auth_hash(request, person)
    UserSession.objects.create_from_request(request)


@transaction.atomic
def end_all(person, *, by, which="all"):
    """No session of the person's lets anybody in from now on, whatever knows of it: what they carry is outdated."""
    User.objects.filter(pk=person.pk).update(session_round=F("session_round") + 1)
    keys = UserSession.objects.filter(user=person).values("session_key")
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(user=person).delete()
    audit.record("sessions_ended", person, by=by, which=which)
