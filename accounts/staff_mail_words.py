"""What mails about an account say, in the person's language."""

from django.conf import settings
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import dated_mail_words, invitations, mail_tests, sign_in, user_agents
from accounts.models import StaffMail

Kind = StaffMail.Kind

NOT_YOU = gettext_lazy(
    "If it was you, there is nothing to do. If it was not: open Doorway the way you always do, change your password, "
    "end the other devices on the page “You”, and tell your admin."
)
TELL = gettext_lazy("If you did not expect this, tell your admin.")
FORGOTTEN_HOURS = 3600

#: kind: (subject, what happened, what to do)
WORDS = {
    Kind.NEW_DEVICE: (
        gettext_lazy("A new device is signed in to Doorway"),
        gettext_lazy("Somebody signed in as you on a device that was not used before: %(device)s, %(at)s."),
        NOT_YOU,
    ),
    Kind.PASSWORD_CHANGED: (
        gettext_lazy("Your Doorway password was changed"),
        gettext_lazy("Your password was changed: %(at)s. Other devices were signed out."),
        NOT_YOU,
    ),
    Kind.FACTOR_ADDED: (
        gettext_lazy("A second step was added to your Doorway account"),
        gettext_lazy("A passkey or an app for codes was added: %(at)s."),
        NOT_YOU,
    ),
    Kind.FACTOR_REMOVED: (
        gettext_lazy("A second step was removed from your Doorway account"),
        gettext_lazy("A passkey or an app for codes was removed: %(at)s."),
        NOT_YOU,
    ),
    Kind.CODES_MADE: (
        gettext_lazy("New recovery codes for Doorway"),
        gettext_lazy("New recovery codes were made: %(at)s. The old ones do not work any more."),
        NOT_YOU,
    ),
    Kind.SIGN_ON_LINKED: (
        gettext_lazy("You can sign in to Doorway in one more way"),
        gettext_lazy("Your account at %(provider)s now opens Doorway as well: %(at)s."),
        NOT_YOU,
    ),
    Kind.REPEATED_FAILURES: (
        gettext_lazy("Somebody tried to sign in to Doorway as you"),
        gettext_lazy(
            "A wrong password was given for your address several times: %(at)s. Nobody got in. From where it was "
            "tried, your password does not work for five minutes; from other places it does."
        ),
        gettext_lazy("If it was you, there is nothing to do. If it was not, tell your admin."),
    ),
    Kind.ROLES_CHANGED: (
        gettext_lazy("What you can do in Doorway was changed"),
        gettext_lazy("An admin changed your roles: %(at)s. You were signed out everywhere. Sign in again."),
        TELL,
    ),
    Kind.CLIENTS_CAME: (
        gettext_lazy("Clients were handed over to you in Doorway"),
        gettext_lazy("You have more clients than before: %(at)s. Who they are stands in Doorway."),
        gettext_lazy("Open Doorway the way you always do, and look at your clients and at Now."),
    ),
    Kind.WORK_TO_HAND_OVER: (
        gettext_lazy("Work to hand over in Doorway"),
        gettext_lazy("Somebody you answer for leaves, or has left: %(at)s. What they had open needs somebody else."),
        gettext_lazy("Open Doorway the way you always do. What to hand over stands on the page Review."),
    ),
    Kind.ACCOUNT_CHANGED: (
        gettext_lazy("Your Doorway account was changed"),
        gettext_lazy("Something about how you sign in was changed: %(at)s."),
        NOT_YOU,
    ),
}


def of(mail):
    """Subject, body and address of a mail; None where nobody is to have it any more."""
    if mail.kind == Kind.INVITATION:
        return of_invitation(mail.invitation)
    if mail.person is None or not mail.person.is_active:
        return None
    with translation.override(mail.person.language or settings.LANGUAGE_CODE):
        said = OWN_WORDS.get(mail.kind, of_event)(mail)
    if said is None:
        return None
    subject, body = said
    return {"subject": subject, "body": body, "to": [mail.person.email]}


def of_event(mail):
    if mail.kind in dated_mail_words.WORDS:
        subject, happened = dated_mail_words.of(mail)
        return subject, f"{happened}\n\n{TELL}\n\n{settings.PUBLIC_URL}\n"
    subject, happened, to_do = WORDS[mail.kind]
    facts = {"at": moment(mail), "provider": settings.OIDC_NAME}
    facts["device"] = user_agents.words(mail.facts.get("browser", ""), mail.facts.get("system", ""))
    return str(subject), f"{happened % facts}\n\n{to_do}\n\n{settings.PUBLIC_URL}\n"


def moment(mail):
    """When it happened, on the person's own wall."""
    at = parse_datetime(mail.facts["at"]) if "at" in mail.facts else mail.made_at
    with timezone.override(mail.person.zone):
        return f"{date_format(timezone.localtime(at), 'j F Y, H:i')} ({mail.person.zone})"


def of_forgotten(mail):
    link = sign_in.link_to_choose_password(mail.person)
    hours = settings.PASSWORD_RESET_TIMEOUT // FORGOTTEN_HOURS
    words = _(
        "Somebody asked for a new password for your Doorway account. If it was you, choose one here. The link works "
        "once, within %(hours)s hours:"
    ) % {"hours": hours}
    end = _("If it was not you, there is nothing to do. Your password stays as it is.")
    return _("Choose a new password for Doorway"), f"{words}\n\n{link}\n\n{end}\n"


def of_test(mail):
    link = mail_tests.new_link(mail.facts["test"])
    if link is None:
        return None
    words = _(
        "You asked whether mail from Doorway arrives. It does. Open this link while you are signed in, to say so:"
    )
    return _("Mail from Doorway arrives"), f"{words}\n\n{link}\n"


#: Mails with a link of their own; all others only say what happened.
OWN_WORDS = {Kind.FORGOTTEN_PASSWORD: of_forgotten, Kind.MAIL_TEST: of_test}


def of_invitation(invitation):
    link = invitations.new_link(invitation)
    if link is None:
        return None
    facts = {"name": invitation.name, "site": invitation.team.site.name, "hours": settings.INVITATION_HOURS}
    facts["admin"] = invitation.invited_by.name if invitation.invited_by else invitation.team.site.name
    with translation.override(invitation.language):
        words = _("%(admin)s invites you to Doorway, for your work at %(site)s.") % facts
        how = _(
            "Choose your password here. The link works once, within %(hours)s hours of being asked. Only the newest "
            "link works:"
        )
        end = _("If you do not know what this is about, leave it alone: then nothing happens.")
        body = f"{_('Hello %(name)s,') % facts}\n\n{words} {how % facts}\n\n{link}\n\n{end}\n"
        return {"subject": _("Your invitation to Doorway"), "body": body, "to": [invitation.email]}
