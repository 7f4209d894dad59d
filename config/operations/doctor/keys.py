"""Keys: whether what stands in the database can be read with those that are here.

Of each table with encrypted words the oldest and the newest rows are opened, and nothing of them is kept or shown: a
key that is missing, or is another than its name says, shows there.
"""

from collections import Counter
from itertools import chain
from pathlib import Path

from allauth.mfa.models import Authenticator
from django.conf import settings

from accounts import cipher, factor_secrets, reencryption, totp
from accounts.encrypted import EncryptedBinaryField, encrypted_fields
from config.backup import keys as backup_keys
from config.backup.streams import Refused, fingerprint
from config.operations.answers import broken, look, ok

SAMPLE = 25  # rows from either end of a table
FOR_OTHERS = 0o077


def answers():
    yield here()
    yield from file_of_keys()
    yield from in_use()
    yield of_archives()


def here():
    known = ", ".join(f"{name} ({print_[:12]})" for name, print_ in cipher.fingerprints().items())
    return ok("data_keys", f"Data keys here, with their fingerprints, newest first: {known}.")


def file_of_keys():
    """Nobody but the programs of Doorway should be able to read it."""
    path = settings.DATA_KEYS_FILE
    if path and Path(path).stat().st_mode & FOR_OTHERS:
        yield look("keys_file", "Others on this machine can reach the file with the data keys.", f"chmod 600 {path}")


def in_use():
    tried, problems = 0, Counter()
    for open_it in chain(words(), secrets()):
        tried += 1
        try:
            open_it()
        except cipher.KeyIsMissing as problem:
            problems[f"the data key {problem.key_id} is not here"] += 1
        except cipher.Unreadable:
            problems["a value does not open with the key that it names, or was changed"] += 1
    for what, number in problems.items():
        says = f"Of {tried} values that were tried, {number} cannot be read: {what}."
        yield broken("in_use", says, "Put the key back into DATA_KEYS or DATA_KEYS_FILE; its fingerprint must fit.")
    if not problems:
        yield ok("in_use", f"Each of {tried} values from both ends of every table can be read.")


def words():
    """A function for each encrypted value of the sample, which opens it."""
    for model in reencryption.models_with_words():
        fields = [each for each in encrypted_fields(model) if not isinstance(each, EncryptedBinaryField)]
        rows = model._base_manager.only("pk", *needed(model, fields)) if fields else model._base_manager.none()
        for row in {row.pk: row for order in ("pk", "-pk") for row in rows.order_by(order)[:SAMPLE]}.values():
            for each in fields:
                if (value := row.__dict__[each.attname]) is not None:
                    yield lambda each=each, value=value, row=row: each.open(value, row)


def needed(model, fields):
    """Columns without which no value can be opened. Files are left where they are: they can be large."""
    binary = {each.attname for each in encrypted_fields(model)} - {each.attname for each in fields}
    return [each.attname for each in model._meta.concrete_fields if each.attname not in binary]


def secrets():
    """The same of secrets of second factors."""
    for row in Authenticator.objects.order_by("pk")[:SAMPLE]:
        for name in factor_secrets.NAMES:
            if value := row.data.get(name):
                yield lambda value=value, row=row: cipher.decrypt(value, about=totp.about(row.user_id))


def of_archives():
    try:
        return ok("backup_key", f"The key of archives is here: {fingerprint(backup_keys.backup_key())}.")
    except Refused as problem:
        return look("backup_key", str(problem), "Without it no archive can be written or read here.")
