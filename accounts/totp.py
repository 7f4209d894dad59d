"""Codes of an authenticator app: each is good for one use, whatever becomes of the cache (RFC 6238, section 5.2)."""

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from django.db import transaction

from accounts.cipher import decrypt

LAST_STEP = "last_step"  # in `Authenticator.data`: the newest time step, of 30 seconds since 1970, that was used


def about(person_id):
    """Where the secrets of a person's factors belong: moved to somebody else's row they are refused."""
    return ("mfa_authenticator", "data", person_id, person_id)


def step_of(secret, code):
    """The time step that `code` belongs to, if it is one of now or next to now; else None."""
    steps = auth.yield_hotp_counters_from_time()
    right = [step for step in steps if compare_user_code(actual=code, expected=code_of(secret, step))]
    return max(right, default=None)


def code_of(secret, step):
    return auth.format_hotp_value(auth.hotp_value(secret, step))


@transaction.atomic
def take(authenticator, code):
    """True for exactly one caller: `code` is right, and newer than every code of this app that was used before.

    The row is locked, so that two requests with the same code are one after the other.
    """
    row = Authenticator.objects.select_for_update().filter(pk=authenticator.pk).first()
    if row is None:
        return False
    step = step_of(decrypt(row.data["secret"], about=about(row.user_id)), code)
    if step is None or step <= row.data.get(LAST_STEP, 0):
        return False
    row.data[LAST_STEP] = step
    row.save(update_fields=["data"])
    return True
