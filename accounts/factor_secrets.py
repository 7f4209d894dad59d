"""Secrets of second factors under the newest data key: they stand in a table of allauth's, inside its JSON."""

from allauth.mfa.models import Authenticator
from django.db import transaction

from accounts import cipher, totp

TABLE = Authenticator._meta.db_table
NAMES = ("secret", "seed")  # of an app's codes, and of recovery codes


def renew(account):
    """Put each under the newest key, one row at a time; what cannot be read is counted in `account` and stays."""
    for pk in Authenticator.objects.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().filter(pk=pk).first()
            if row is None or not (found := renewed(row, account)):
                continue
            row.data |= found
            row.save(update_fields=["data"])
            account.done += 1


def renewed(row, account):
    found = {}
    for name in old_of(row):
        try:
            words = cipher.decrypt(row.data[name], about=totp.about(row.user_id))
            found[name] = cipher.encrypt(words, about=totp.about(row.user_id))
        except cipher.Unreadable as problem:
            account.unreadable[getattr(problem, "key_id", type(problem).__name__)] += 1
    return found


def old_of(row):
    newest = f"{cipher.PREFIX}{cipher.newest()}."
    return [name for name in NAMES if row.data.get(name) and not row.data[name].startswith(newest)]


def left():
    """How many rows have a secret that is not under the newest key."""
    return sum(bool(old_of(row)) for row in Authenticator.objects.iterator())
