"""What was searched and not found: the curators' list of what the directory lacks. Nobody is named in it."""

from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from resources.models import SearchGap

SHORTEST, LONGEST = 3, 80
#: Words are kept that long and no longer: somebody may have typed what does not belong here.
KEPT_FOR = timedelta(days=90)


def note(words, *, country):
    """Count a search that found nothing in `country`, on the day of the current time zone. Who searched is not kept.

    What is too short to mean anything, or too long to be a search, is left out; so is what reads like an address.
    Counts older than 90 days go.
    """
    words = " ".join(words.casefold().split())
    if not SHORTEST <= len(words) <= LONGEST or "@" in words:
        return
    today = timezone.localdate()
    SearchGap.objects.bulk_create([SearchGap(words=words, country=country, on=today, times=0)], ignore_conflicts=True)
    SearchGap.objects.filter(words=words, country=country, on=today).update(times=F("times") + 1)
    SearchGap.objects.filter(on__lt=today - KEPT_FOR).delete()
