"""A record was opened in an emergency: who answers for it hears at once, and again while nobody has judged it.

Rows like all others that are sent: nothing of it hangs on Redis. Fixed words and a link, no client and no reason.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Coalesce

from accounts.models import Role, User
from accounts.supervision import supervisors_of
from followups import channels, clock, recipients
from followups.models import Delivery, Reminder
from sessions_app import emergency_access
from sessions_app.models import EmergencyAccess

REMIND_AFTER = timedelta(days=3)  # product default
BATCH = 50
TO_JUDGE, NO_OFFICER = "judge", "no_officer"


def tell_at_once(access):
    """The supervisors of the record's therapist and every privacy officer, as soon as this transaction stands."""
    tell(access, round_number=0, lane=Reminder.Lane.URGENT, waits=channels.NOT_AT_ALL)
    clock.wake()


def tell(access, *, round_number, lane, waits):
    now, officers = clock.now(), privacy_officers()
    people = {each.pk: (TO_JUDGE, each) for each in [*officers, *judging_supervisors(access)]}
    if not officers:
        people |= {each.pk: (NO_OFFICER, each) for each in who_can_name_one(access) if each.pk not in people}
    people.pop(access.by_id, None)
    facts = {"kind": Delivery.Kind.EMERGENCY, "lane": lane, "now": now, "waits": waits}
    for what in (TO_JUDGE, NO_OFFICER):
        told = [each for said, each in people.values() if said == what]
        channels.post(f"emergency:{access.pk}:{what}:{round_number}", told, **facts)


def privacy_officers():
    return list(User.objects.filter(is_active=True, roles__contains=[Role.PRIVACY]).order_by("pk"))


def judging_supervisors(access):
    """Those of the record's therapist today, by supervision or by covering the team."""
    return supervisors_of(access.client.therapist).exclude(pk=access.by_id)


def who_can_name_one(access):
    """Without a privacy officer: who leads the site clinically, and every admin. They read a note and no more."""
    admins = User.objects.filter(is_active=True, roles__contains=[Role.ADMIN])
    return [*recipients.clinical_leads(access.client.team.site), *admins.order_by("pk")]


def lacks_officer(delivery):
    return delivery.key.split(":")[2] == NO_OFFICER


def is_wanted(delivery):
    """Whether nobody has judged it yet, and the recipient still may: rights are looked at again before it goes."""
    _kind, pk, what, *_rest = delivery.key.split(":")
    waiting = EmergencyAccess.objects.unreviewed().filter(pk=pk)
    if what == NO_OFFICER:
        return waiting.exists() and not privacy_officers()
    return waiting.visible_to(delivery.recipient).exists()


@transaction.atomic
def sweep():
    """Tell those again whom an access waits for, each REMIND_AFTER. Returns how many waited that long."""
    emergency_access.forget_references()
    waiting = EmergencyAccess.objects.unreviewed().annotate(heard_at=Coalesce("reminded_at", "began_at"))
    due = list(
        waiting.filter(heard_at__lte=clock.now() - REMIND_AFTER)
        .select_for_update(of=["self"], skip_locked=True)
        .select_related("client__therapist", "client__team__site")
        .order_by("began_at")[:BATCH]
    )
    for access in due:
        days = clock.now() - access.began_at
        tell(access, round_number=days // REMIND_AFTER, lane=Reminder.Lane.ROUTINE, waits=channels.UNTIL_THEY_END)
        EmergencyAccess.objects.filter(pk=access.pk).update(reminded_at=clock.now())
    return len(due)
