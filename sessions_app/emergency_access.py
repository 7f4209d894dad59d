"""Emergency access: asking for one client's record that is not one's own, opening it, ending it, judging it.

Asking comes first and leaves a row, whatever comes of it; looking up comes after the person proved again who they are.
So nobody learns whether a reference exists before they said why and who they are, and wrong ones are counted.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from accounts import audit, row_security
from accounts.audit import AuditEntry
from accounts.models import Role, Team, User
from sessions_app import client_numbers, signals
from sessions_app.models import Client, EmergencyAccess
from sessions_app.models.emergency_access import LASTS

MOST_IN_VAIN = 5  # wrong references, or asked and not gone on with, in WITHIN; product default
WITHIN = timedelta(hours=1)

Verdict = EmergencyAccess.Verdict


class TooManyTries(Exception):
    """Asked too often lately without opening anything: people on the phone are faster now."""


class NothingThere(Exception):
    """There is nobody under this reference in this team."""


class OpenAlready(Exception):
    """The record is this person's to read without an emergency."""


class NotTheirs(Exception):
    """This person may not judge it, or somebody has."""


def may_ask(person):
    """Therapists and supervisors, and nobody who is admin or privacy officer besides: those judge or give roles."""
    return person.has_role(Role.THERAPIST, Role.SUPERVISOR) and not person.has_role(Role.ADMIN, Role.PRIVACY)


@transaction.atomic
def ask(*, team, reference, reason, words, by):
    """Write down that `by` asks to see a record, and why. Opens nothing. Raises TooManyTries, and then no row is."""
    User.objects.select_for_update(of=["self"]).get(pk=by.pk)  # two at once follow each other, so that both are counted
    if in_vain(by) >= MOST_IN_VAIN:
        raise TooManyTries
    facts = {"team": team, "reference_asked": reference, "reason": reason, "words": words}
    asked = EmergencyAccess.objects.create(by=by, **facts)
    audit.record("emergency_asked", asked, by=by, reason=reason)
    return asked


def in_vain(person):
    """How often they asked lately without opening anything."""
    return EmergencyAccess.objects.of(person).filter(client=None, asked_at__gt=Now() - WITHIN).count()


def begin(asked, *, by):
    """Look up what was asked for, once, and open it for an hour by the database's clock. Returns the access.

    One that runs already is returned, and nobody is told twice. Raises NothingThere and OpenAlready; the row then says
    that it was looked up, opens nothing, and what was typed is forgotten.
    """
    with transaction.atomic():
        User.objects.select_for_update(of=["self"]).get(pk=by.pk)
        asked = EmergencyAccess.objects.of(by).get(pk=asked.pk)
        if asked.began_at:
            return asked
        found = client_under(asked.reference_asked, team=asked.team_id)
        running = found and EmergencyAccess.objects.of(by).running().filter(client=found.pk).first()
        refusal = refusal_of(found, by=by)
        is_opened = not (refusal or running)
        opened = {"client": found.pk, "began_at": Now(), "ends_at": Now() + LASTS} if is_opened else {}
        look_up(asked, by=by, **opened)
        row_security.look_again()
        access = tell(asked, by=by) if is_opened else running
    if refusal:
        raise refusal
    return access


def client_under(reference, *, team):
    found = client_numbers.find(reference=reference, team_id=team)
    return found[0] if found else None


def refusal_of(found, *, by):
    if found is None:
        return NothingThere
    return OpenAlready if Client.objects.visible_to(by).filter(pk=found.pk).exists() else None


def look_up(asked, *, by, **opened):
    """Note that it was looked up, and what it opens, if anything: in one statement, for it never changes again."""
    facts = {"reference_asked": "", "looked_up_at": Now(), **opened}
    EmergencyAccess.objects.filter(pk=asked.pk).update(**facts)
    audit.record("emergency_looked_up", asked, by=by, found=bool(opened))


def tell(asked, *, by):
    """The record is open; those who are to know hear of it in the same transaction."""
    access = EmergencyAccess.objects.for_page().get(pk=asked.pk)
    audit.record("emergency_opened", access, by=by, client=access.client_id, reason=access.reason)
    signals.emergency_opened.send(EmergencyAccess, access=access)
    return access


@transaction.atomic
def end(access, *, by):
    """It is over before its hour is. Saying it twice, or later, changes nothing."""
    if EmergencyAccess.objects.of(by).running().filter(pk=access.pk).update(ended_at=Now()):
        audit.record("emergency_ended", access, by=by)


@transaction.atomic
def judge(access, *, verdict, words, by):
    """Say whether it was justified, and why. Who finds that it was not ends it as well, where it still runs.

    Raises NotTheirs for whoever used it, for somebody it is not shown to, and where somebody has judged it already.
    """
    theirs = EmergencyAccess.objects.visible_to(by).unreviewed().select_for_update(of=["self"])
    judged = theirs.filter(pk=access.pk).first()  # the second finds none
    if judged is None:
        raise NotTheirs
    judged.verdict, judged.verdict_words, judged.reviewed_by, judged.reviewed_at = verdict, words, by, Now()
    judged.save(update_fields=["verdict", "verdict_words", "reviewed_by", "reviewed_at"])
    if verdict == Verdict.NOT_JUSTIFIED:
        EmergencyAccess.objects.running().filter(pk=access.pk).update(ended_at=Now())
    audit.record("emergency_judged", access, by=by, verdict=verdict)


def forget_references():
    """What was asked for and never looked up: the reference that was typed goes after a while. Returns how many."""
    old = EmergencyAccess.objects.filter(looked_up_at=None, asked_at__lt=Now() - WITHIN)
    return old.exclude(reference_asked="").update(reference_asked="")


def running_of(person):
    """What is open to this person in an emergency now, newest first."""
    return EmergencyAccess.objects.of(person).running().for_page().order_by("-began_at")


def asked_by(person, pk):
    """What this person asked for, or None."""
    return EmergencyAccess.objects.of(person).for_page().filter(pk=pk).first()


def whose(access):
    """The therapist and the team of the record it opened, for who judges it and may not see the record itself."""
    known = client_numbers.find(number=access.client_id)[0]
    return User.objects.get(pk=known.therapist_id), Team.objects.select_related("site").get(pk=known.team_id)


def pages_opened(access):
    """What was opened under it, oldest first: times and codes, out of the audit trail, for whoever judges."""
    of_it = AuditEntry.objects.filter(subject_type=access._meta.label_lower, subject_id=str(access.pk))
    return of_it.filter(action="read_in_emergency").order_by("at", "pk").values_list("at", "facts__page")
