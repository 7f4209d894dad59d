"""Whether values from before there was encryption may still stand in clear."""

import time

from django.db import models

KNOWN_FOR = 30  # seconds


class Conversion(models.Model):
    """Its one row stands from the upgrade that brought encryption until `manage.py encrypt_existing` has done all.

    As long as it stands, a value in clear is read as it is; afterwards it is refused. Everything that is written is
    encrypted either way.
    """

    begun_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "accounts"


class Known:
    until = 0.0


def is_running():
    """One query where a value stands in clear, remembered for half a minute; none in the usual case."""
    if time.monotonic() < Known.until:
        return True
    if not Conversion.objects.exists():
        return False
    Known.until = time.monotonic() + KNOWN_FOR
    return True


def end():
    """Everything is encrypted: from now on a value in clear is refused."""
    Conversion.objects.all().delete()
    Known.until = 0.0
