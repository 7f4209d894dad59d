"""Second factors: who needs one to get in, who has one, and how it goes.

Whether one is missing is found out once, at sign-in, and kept in the session: whoever is in stays in, and no page waits
for a second factor in the middle of somebody's crisis.
"""

from allauth.mfa.base.internal.flows import delete_and_cleanup
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal import flows as codes_flows
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.core.mail import send_mail
from django.db import models, transaction
from django.dispatch import receiver
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, signed_in_devices, single_sign_on
from accounts.models import Role, User

MISSING = "factor_missing"  # in the session of whoever got in with a password alone and may go nowhere but to set-up
REAL = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]  # recovery codes alone are none


class MayNotReset(ValueError):
    """Nobody resets their own factors, and only an admin resets anybody's."""


class Reason(models.TextChoices):
    """Why an admin took somebody's factors away."""

    LOST = "lost", gettext_lazy("The device is lost or stolen")
    REPLACED = "replaced", gettext_lazy("There is a new device, and the old one is gone")
    BROKEN = "broken", gettext_lazy("The device is broken")
    MISUSED = "misused", gettext_lazy("Somebody else may have used it")


def of(person):
    return Authenticator.objects.filter(user=person)


def is_needed_by(person):
    """Whether one of the person's roles does not get in with a password alone."""
    return person.has_role(*settings.MFA_REQUIRED_ROLES)


def has_one(person):
    return of(person).filter(type__in=REAL).exists()


def is_missing(request):
    """Whether this session may do nothing but set up a factor."""
    return request.user.is_authenticated and bool(request.session.get(MISSING))


def may_go(authenticator):
    """Whether it can be removed: not the last one of somebody who needs one."""
    person = authenticator.user
    others = of(person).filter(type__in=REAL).exclude(pk=authenticator.pk)
    return not is_needed_by(person) or authenticator.type not in REAL or others.exists()


def shown_to(person):
    """What the person's own page shows: their passkeys, since when there is an app, and how many codes are left."""
    rows = list(of(person).order_by("pk"))
    codes = next((row for row in rows if row.type == Authenticator.Type.RECOVERY_CODES), None)
    return {
        "passkeys": [row for row in rows if row.type == Authenticator.Type.WEBAUTHN],
        "app": next((row for row in rows if row.type == Authenticator.Type.TOTP), None),
        "codes_left": None if codes is None else settings.MFA_RECOVERY_CODE_COUNT - codes.data["used_mask"].bit_count(),
        "has_factor": any(row.type in REAL for row in rows),
    }


@receiver(user_logged_in)
def look(request, user, **_facts):
    """At sign-in, whichever way it went: is a factor missing that this person needs?

    None is where the organisation's provider says that it asked for a second step itself.
    """
    request.session.pop(MISSING, None)
    if is_needed_by(user) and not (single_sign_on.proved_second_factor(request, user) or has_one(user)):
        request.session[MISSING] = True


@transaction.atomic
def added(request, rows):
    """What was set up just now is in the audit trail, and this session goes wherever it may."""
    request.session.pop(MISSING, None)
    audit.record("factors_added", request.user, by=request.user, kinds=[row.type for row in rows])


@transaction.atomic
def remove(request, row):
    """Take one of the person's own away; whether it could be. Their recovery codes go with the last one.

    The person's row is locked: two tabs that remove one each leave one to somebody who needs one.
    """
    person = lock(request.user)
    row.user = person
    if not may_go(row):
        return False
    before = list(of(person).exclude(pk=row.pk))
    delete_and_cleanup(request, row)
    left = of(person).values_list("pk", flat=True)
    kinds = [row.type, *(each.type for each in before if each.pk not in left)]
    audit.record("factors_removed", person, by=person, kinds=kinds)
    return True


@transaction.atomic
def renew_codes(request):
    """New recovery codes, which stop the old ones. None for somebody who has no factor they could stand in for."""
    if has_one(request.user):
        codes_flows.generate_recovery_codes(request)
        audit.record("recovery_codes_renewed", request.user, by=request.user)


def lock(person):
    """One change of somebody's factors after the other."""
    return User.objects.select_for_update(of=["self"]).get(pk=person.pk)


@transaction.atomic
def reset(person, *, reason, by):
    """Take all factors of `person` away, whose device is gone. They set up new ones when they sign in next.

    Their password stays, every session of theirs ends, and a mail tells them. No secret is shown to anybody. Raises
    MayNotReset. `reason` is a Reason; it goes into the audit trail.
    """
    if by == person or not by.has_role(Role.ADMIN):
        raise MayNotReset
    lock(person)
    kinds = sorted(of(person).values_list("type", flat=True))
    of(person).delete()
    signed_in_devices.end_all(person, by=by)
    audit.record("factors_reset", person, by=by, reason=reason, kinds=kinds)
    transaction.on_commit(lambda: tell(person), robust=True)  # a mail server that is down undoes nothing


def tell(person):
    with translation.override(person.language or settings.LANGUAGE_CODE):
        words = _(
            "An admin has taken away your second way to sign in. When you sign in next, you set up a new one.\n\n"
            "If you did not ask for this, tell your admin at once.\n"
        )
        send_mail(_("Your second way to sign in was reset"), words, settings.DEFAULT_FROM_EMAIL, [person.email])
