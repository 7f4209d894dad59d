"""The words of a letter as somebody changed them, and that it was sent. A person prints and sends, never Doorway."""

from datetime import time

from django.db import transaction

from accounts import audit
from followups import clock, contact_attempts, due_times, follow_ups, letter_words
from followups.models import ContactAttempt, LetterKind, LetterSent, LetterVersion, Situation
from sessions_app import departures
from sessions_app.models import Channel

NOON = time(12)
CLOSING_TASK = "Draft the closing letter"


def newest(letter):
    """The last saved version of this kind of letter, whatever was allowed then; None where nothing was changed."""
    versions = letter.departure.letter_versions.filter(kind=letter.kind)
    return versions.select_related("by").order_by("-number").first()


def standing(letter):
    """The version that may be printed now. One written when the client allowed something else is not: look again."""
    version = newest(letter)
    return version if version and version.scope == letter.permission.scope else None


def body_of(letter, *, version=None):
    """The words to print: as saved, else those every letter begins with."""
    version = version or standing(letter)
    return version.body if version else letter_words.body_of(letter)


@transaction.atomic
def save(letter, *, body, by):
    """Keep these words as the newest version. The same words again add none. Returns the version."""
    departure = departures.locked(letter.departure)  # two who save at once: the second's is the next number
    before = newest(letter)
    if before and (before.body, before.scope) == (body, letter.permission.scope):
        return before
    number = before.number + 1 if before else 1
    facts = {"kind": letter.kind, "number": number, "body": body, "scope": letter.permission.scope}
    version = LetterVersion.objects.create(departure=departure, **facts, by=by)
    audit.record("letter_saved", departure, by=by, kind=letter.kind, version=number)
    return version


@transaction.atomic
def note_sent(letter, *, follow_up, sent_on, way, op_id, by):
    """A person has sent it: write that down as an attempt to reach the client, with the words that were sent.

    The same `op_id` again adds nothing. A closing letter keeps the promise to write one. Raises what
    `contact_attempts.record` raises, and then nothing is written.
    """
    departures.locked(letter.departure)
    facts = {"channel": Channel.LETTER, "result": ContactAttempt.Result.LETTER_SENT, "by": by}
    at = moment_of(sent_on, letter.departure)
    is_last = letter.is_closing
    attempt = contact_attempts.record(follow_up, **facts, op_id=op_id, occurred_at=at, is_closing_letter=is_last)
    if earlier := LetterSent.objects.filter(attempt=attempt).first():
        return earlier
    version = standing(letter) or save(letter, body=letter_words.body_of(letter), by=by)
    sent = LetterSent.objects.create(version=version, attempt=attempt, sent_on=sent_on, way=way, by=by)
    audit.record("letter_sent", letter.departure, by=by, kind=letter.kind, version=version.number, way=way)
    if letter.kind == LetterKind.CLOSING:
        keep_closing_promise(letter.departure, by=by)
    return sent


def moment_of(day, departure):
    """Today: now. An earlier day: noon there, as only the day is known; never before the departure (all UTC)."""
    now, zone = clock.now(), departure.site.zone
    if day >= now.astimezone(zone).date():
        return now
    return max(due_times.instant(day, NOON, zone), departure.began_at)


def keep_closing_promise(departure, *, by):
    tasks = departure.follow_ups.open().filter(situation=Situation.ENDED_BY_CLIENT)
    for follow_up in tasks.select_for_update(of=["self"]).order_by("pk"):
        if follow_up.title == CLOSING_TASK or follow_up.channel == Channel.LETTER:
            follow_ups.complete(follow_up, by=by)


def sent_letters(departure):
    """Every letter that was sent, oldest first, with its words."""
    rows = LetterSent.objects.filter(version__departure=departure)
    return list(rows.select_related("version", "by").order_by("sent_on", "pk"))
