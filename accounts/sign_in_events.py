"""What is written down, and who is told, when somebody signs in or out or changes how they do."""

from allauth.account import signals
from allauth.account.internal.flows.login import get_authentication_records
from django.contrib.auth.signals import user_logged_out
from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone

from accounts import audit, known_devices, staff_mails, user_agents
from accounts.models import StaffMail, User

Kind = StaffMail.Kind

#: Which of our mails takes the place of allauth's, by its template.
KINDS = {
    "account/email/password_changed": Kind.PASSWORD_CHANGED,
    "account/email/password_reset": Kind.PASSWORD_CHANGED,
    "account/email/password_set": Kind.PASSWORD_CHANGED,
    "mfa/email/totp_activated": Kind.FACTOR_ADDED,
    "mfa/email/webauthn_added": Kind.FACTOR_ADDED,
    "mfa/email/totp_deactivated": Kind.FACTOR_REMOVED,
    "mfa/email/webauthn_removed": Kind.FACTOR_REMOVED,
    "mfa/email/recovery_codes_generated": Kind.CODES_MADE,
    "socialaccount/email/account_connected": Kind.SIGN_ON_LINKED,
}


def tell(person, template):
    """Put out the mail about a change that allauth reports. One it does not know is told in general words."""
    staff_mails.write(KINDS.get(template, Kind.ACCOUNT_CHANGED), person=person)


@receiver(signals.user_logged_in, dispatch_uid="accounts.signed_in")
@transaction.atomic
def signed_in(request, response, user, **_):
    """The trail says how they got in. A device that was not used before is told to its person, but for the first."""
    ways = list(dict.fromkeys(each["method"] for each in get_authentication_records(request, user)))
    audit.record("signed_in", user, by=user, ways=ways)
    if not known_devices.is_known(request, user) and not is_first(request):
        browser, system = user_agents.parts(request.headers.get("User-Agent", ""))
        facts = {"browser": browser, "system": system, "at": timezone.now().isoformat()}
        staff_mails.write(Kind.NEW_DEVICE, person=user, **facts)
    known_devices.remember(request, response, user)


def is_first(request):
    """Whether the person never signed in before: then every device is new, and there is nobody to warn."""
    return getattr(request, "is_first_sign_in", False)  # set by accounts.sign_in, which sees it before Django does


@receiver(user_logged_out, dispatch_uid="accounts.signed_out")
@transaction.atomic
def signed_out(user, **_):
    """By themselves, or because they did nothing for too long."""
    if isinstance(user, User) and user.pk:
        audit.record("signed_out", user, by=user)


@receiver([signals.password_changed, signals.password_set, signals.password_reset], dispatch_uid="accounts.password")
@transaction.atomic
def password_changed(user, **_):
    """Every other session is over by then: what it carries belongs to the old password."""
    audit.record("password_changed", user, by=user)
