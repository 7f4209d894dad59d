"""Asking people in. Nobody signs up by themselves: an admin names them, and a link in a mail lets them in once."""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, people, staff_mails
from accounts.models import Invitation, StaffMail, Team, User

COMMAND_LINE = "command line"


class NotInvited(ValueError):
    """They cannot be asked in, or not any more. The message is one sentence for whoever asks."""


class LinkIsDead(ValueError):
    """The link opens nothing. `reason` says why: unknown, used, withdrawn, too_old or member."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


@transaction.atomic
def invite(*, email, name, roles, team, language, by, supervisor=None, supervisor_email=""):
    """Ask somebody in, for INVITATION_HOURS; the mail leaves soon. Returns the Invitation.

    `supervisor_email` is that of somebody who was asked in as well: whoever of the two comes last, the supervision
    begins then. `by` is an admin, or the name of a system actor. Raises NotInvited where somebody with the address is
    here, or was asked already and has not answered.
    """
    email = User.objects.normalize_email(email).lower()
    if User.objects.filter(email=email).exists():
        raise NotInvited(_("Somebody with this address is already here."))
    if Team.objects.select_for_update(no_key=True).get(pk=team.pk).closed_at:
        raise NotInvited(_("This team is closed."))
    who = None if isinstance(by, str) else by
    facts = {"email": email, "name": name, "roles": people.known(roles), "team": team, "supervisor": supervisor}
    facts["supervisor_email"] = supervisor_email.lower()
    try:
        with transaction.atomic():  # two admins at the same moment: the database keeps one
            made = Invitation.objects.create(**facts, language=language, invited_by=who, expires_at=end_from_now())
    except IntegrityError as problem:
        raise NotInvited(_("This person was asked already. Send the link again, or withdraw it.")) from problem
    audit.record("invited", made, by=by, roles=made.roles, team=team.pk)
    staff_mails.write(StaffMail.Kind.INVITATION, invitation=made)
    return made


def end_from_now():
    return timezone.now() + timedelta(hours=settings.INVITATION_HOURS)


@transaction.atomic
def resend(invitation, *, by):
    """Send a new link, which counts anew; the old one is dead from now on. Raises NotInvited."""
    found = still_open(invitation)
    found.token_hash, found.expires_at = None, end_from_now()
    found.save(update_fields=["token_hash", "expires_at"])
    audit.record("invitation_sent_again", found, by=by)
    staff_mails.write(StaffMail.Kind.INVITATION, invitation=found)


@transaction.atomic
def withdraw(invitation, *, by):
    """The link lets nobody in any more. Raises NotInvited where somebody came in already."""
    found = still_open(invitation)
    found.withdrawn_at = timezone.now()
    found.save(update_fields=["withdrawn_at"])
    audit.record("invitation_withdrawn", found, by=by)


def still_open(invitation):
    """The invitation, held until the transaction ends. Raises NotInvited where it was answered or withdrawn."""
    found = Invitation.objects.select_for_update().unanswered().filter(pk=invitation.pk).first()
    if found is None:
        raise NotInvited(_("This invitation was answered or withdrawn."))
    return found


@transaction.atomic
def new_link(invitation):
    """A whole address that lets the invited person in; None where nobody is to be let in by it any more.

    Made when a mail leaves, and written nowhere else: the table holds its SHA-256. The link of an earlier mail is
    dead from now on.
    """
    found = Invitation.objects.select_for_update().unanswered().filter(pk=invitation.pk).first()
    if found is None or found.is_too_old:
        return None
    token = secrets.token_urlsafe(32)
    found.token_hash = fingerprint(token)
    found.save(update_fields=["token_hash"])
    return f"{settings.PUBLIC_URL}{reverse('join', args=[token])}"


def fingerprint(token):
    """256 random bits need neither salt nor a slow hash: there is nothing to guess from."""
    return hashlib.sha256(token.encode()).hexdigest()


def find(token_hash, *, is_held=False):
    """The invitation that a link opens, held until the transaction ends where asked. Raises LinkIsDead."""
    rows = Invitation.objects.select_for_update(of=["self"]) if is_held else Invitation.objects
    found = rows.select_related("team__site", "invited_by").filter(token_hash=token_hash).first()
    if found is None:
        raise LinkIsDead("unknown")
    if found.accepted_at:
        raise LinkIsDead("used")
    if found.withdrawn_at or not may_still_invite(found.invited_by):
        raise LinkIsDead("withdrawn")
    if found.is_too_old:
        raise LinkIsDead("too_old")
    if User.objects.filter(email=found.email).exists():
        raise LinkIsDead("member")
    return found


def may_still_invite(admin):
    """What an admin handed out is worth nothing once they are none: somebody may have taken over their account."""
    return admin is None or (admin.is_active and admin.is_admin)


@transaction.atomic
def accept(token_hash, *, password=None):
    """The invited person comes in, with `password`, or without one where they sign in elsewhere. Returns the User.

    Raises LinkIsDead: of two at once, one comes in.
    """
    found = find(token_hash, is_held=True)
    wait_for(found.supervisor_email)
    by = found.invited_by or COMMAND_LINE
    where = {"site": found.team.site.name, "team": found.team.name}
    try:
        person = people.add(email=found.email, name=found.name, roles=found.roles, by=by, **where)
    except people.NotAdded as problem:
        raise LinkIsDead("member") from problem
    supervised_by(person, found.supervisor or User.objects.filter(email=found.supervisor_email).first(), by=by)
    take_on(person, by=by)
    person.set_password(password)
    person.language = found.language
    person.save(update_fields=["password", "language"])
    found.accepted_at, found.person = timezone.now(), person
    found.save(update_fields=["accepted_at", "person"])
    audit.record("invitation_accepted", found, by=person)
    return person


def wait_for(email):
    """Supervisor and supervisee may come in at this very moment: one after the other, so that the later sees both."""
    if email:
        list(Invitation.objects.select_for_update().filter(email=email))


def take_on(supervisor, *, by):
    """Whoever was to be supervised by somebody who had not come yet, and came before them."""
    waiting = Invitation.objects.filter(supervisor=None, supervisor_email=supervisor.email, person__is_active=True)
    for each in waiting.select_related("person__team__site").order_by("pk"):
        supervised_by(each.person, supervisor, by=by)


def supervised_by(person, supervisor, *, by):
    """From today on, unless the supervisor left or is none any more since somebody was asked in."""
    if supervisor and supervisor.is_active and supervisor.is_supervisor:
        people.supervise(person, email=supervisor.email, by=by)
