"""What the figures mean, in sentences, and what to do: for the page of operations and for `manage.py doctor`.

`alerts.yml` judges the same figures by the same limits, for who sleeps; a test compares them.
"""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.operations import copies
from config.operations.answers import broken, look, ok
from followups import heartbeats
from followups.models import DeliveryEnd

OVERDUE = 120  # seconds; either clock picks up what is due within SWEEP_SECONDS
WAITING = {"urgent": 120, "routine": 900}  # seconds a message may wait; 100,000 at once take six minutes and more
CLOCK_OFF = 5  # seconds
CANARY_LATE = 600
CALLS = 100  # wake-up calls that wait: a worker takes one of them in far less than a sweep
COPY_LATE = round(heartbeats.LATE_AFTER[heartbeats.BACKUP].total_seconds())
COPY_GONE = 3 * 24 * 3600  # seconds
STAFF_MAIL_LATE = 900
MINUTE, HOUR, DAY = 60, 3600, 86400


def of_figures(figures):
    """Everything that the figures of `config.operations.figures` say, one Answer each."""
    return [*running(figures), *clocks(figures), *copy(figures)]


def running(figures):
    """Programs, and what they have to do."""
    return [
        *processes(figures),
        *(overdue(name, lane) for name, lane in figures["lanes"].items()),
        *(waiting(name, lane) for name, lane in figures["lanes"].items()),
        failed(figures["failed"]),
        tries(figures["tries"]),
        canary(figures["canary_age"]),
        staff_mails(figures["staff_mails"]),
    ]


def clocks(figures):
    return [clock_off(name, off) for name, off in figures["clocks_off"].items()]


def span(seconds):
    """A length of time in words, in its largest unit."""
    if seconds < 2 * MINUTE:
        return ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": seconds}
    if seconds < 2 * HOUR:
        return ngettext("%(n)s minute", "%(n)s minutes", seconds // MINUTE) % {"n": seconds // MINUTE}
    if seconds < 2 * DAY:
        return ngettext("%(n)s hour", "%(n)s hours", seconds // HOUR) % {"n": seconds // HOUR}
    return ngettext("%(n)s day", "%(n)s days", seconds // DAY) % {"n": seconds // DAY}


# Programs -----------------------------------------------------------------------------------------------------


def programs():
    """{sign of life: (who leaves it, what to do when it is old)}."""
    return {
        heartbeats.BEAT: (
            _("Beat and a worker"),
            _("Start beat, and a worker for the routine queue. Look whether Redis answers."),
        ),
        heartbeats.SWEEPER: (_("The sweeper"), _("Start manage.py sweeper. It needs the database and nothing else.")),
        heartbeats.URGENT: (_("The urgent worker"), _("Start a worker for the urgent queue.")),
        heartbeats.SEALED: (_("The background worker"), _("Start a worker for the background queue.")),
        heartbeats.AUDIT: (
            _("The auditor, when all was well"),
            _("Start manage.py auditor. If it runs, read “Do reminders go out?”: it says what is wrong."),
        ),
        heartbeats.PROVEN: (
            _("The proof of the audit trail"),
            _("Run manage.py verify_audit. Change nothing until somebody has read what it says."),
        ),
    }


def processes(figures):
    """One Answer for each program. Either clock alone keeps reminders going: both silent is worse than one."""
    signs = figures["signs"]
    are_both_silent = all(is_late(name, signs) for name in (heartbeats.BEAT, heartbeats.SWEEPER))
    for name, (who, to_do) in programs().items():
        about, age = name.replace(" ", "_"), signs.get(name)
        if not is_late(name, signs):
            yield ok(about, _("%(who)s: heard %(span)s ago.") % {"who": who, "span": span(age)})
            continue
        says = _("%(who)s: never heard.") if age is None else _("%(who)s: last heard %(span)s ago.")
        is_worse = name in (heartbeats.AUDIT, heartbeats.PROVEN) or (are_both_silent and name in heartbeats.CLOCKS)
        yield (broken if is_worse else look)(about, says % {"who": who, "span": span(age or 0)}, to_do)


def is_late(name, signs):
    age = signs.get(name)
    return age is None or age > heartbeats.LATE_AFTER[name].total_seconds()


# The queue ----------------------------------------------------------------------------------------------------


def overdue(name, lane):
    about = f"overdue_{name}"
    if not lane["overdue"]:
        return ok(about, _("No urgent reminder is late.") if name == "urgent" else _("No other reminder is late."))
    says = _("The oldest overdue reminder is %(span)s late.") % {"span": span(lane["oldest_overdue"])}
    if lane["oldest_overdue"] <= OVERDUE:
        return ok(about, says)
    return broken(
        about,
        says,
        _("Start what is silent: beat, worker, sweeper. Until then everybody looks at their follow-ups."),
    )


def waiting(name, lane):
    about = f"waiting_{name}"
    number, oldest = lane["waiting"], lane["oldest_waiting"]
    if not number:
        return ok(about, _("No urgent message waits.") if name == "urgent" else _("No other message waits."))
    says = ngettext(
        "%(n)s message waits. The oldest has waited %(span)s.",
        "%(n)s messages wait. The oldest has waited %(span)s.",
        number,
    ) % {"n": number, "span": span(oldest)}
    if oldest <= WAITING[name]:
        return ok(about, says)
    to_do = _("Does the mail server answer? If it does, start more workers.")
    return (broken if name == "urgent" else look)(about, says, to_do)


def failed(number):
    if not number:
        return ok("failed", _("No message failed for good."))
    says = ngettext("%(n)s message failed for good.", "%(n)s messages failed for good.", number) % {"n": number}
    return look("failed", says, _("A supervisor reads “Reminders that could not be sent” and tells those people."))


def tries(found):
    """Whether what was tried lately went out. One that fails alone comes again by itself."""
    went = sum(number for (_channel, result), number in found.items() if result == DeliveryEnd.Result.SENT)
    did_not = sum(found.values()) - went
    says = _("In the last 15 minutes: sent %(went)s, tried in vain %(did_not)s.")
    says %= {"went": went, "did_not": did_not}
    if did_not <= went:
        return ok("tries", says)
    to_do = _("Look at the mail server: manage.py doctor says whether it answers and takes our name.")
    return (look if went or did_not == 1 else broken)("tries", says, to_do)


def canary(age):
    if not settings.CANARY_ADDRESS:
        return look("canary", _("No test message is sent every five minutes."), _("Name a mailbox in CANARY_ADDRESS."))
    if age is not None and age <= CANARY_LATE:
        return ok("canary", _("The last test message went out %(span)s ago.") % {"span": span(age)})
    says = _("The last test message went out %(span)s ago.") if age is not None else _("No test message went out yet.")
    return broken("canary", says % {"span": span(age or 0)}, _("Mail does not go out. Look at the mail server."))


def staff_mails(found):
    if found["given_up"]:
        says = ngettext(
            "%(n)s mail about an account was given up.", "%(n)s mails about accounts were given up.", found["given_up"]
        )
        to_do = _("On the page People, send the invitation again, or mend the address.")
        return look("staff_mails", says % {"n": found["given_up"]}, to_do)
    if found["oldest"] <= STAFF_MAIL_LATE:
        return ok("staff_mails", _("Mails about accounts go out."))
    says = _("A mail about an account has waited %(span)s.") % {"span": span(found["oldest"])}
    return look("staff_mails", says, _("Does the mail server answer?"))


# What everything rests on -------------------------------------------------------------------------------------


def clock_off(name, off):
    about = f"clock_{name}"
    facts = {"name": name, "span": span(abs(round(off)))}
    if abs(off) <= CLOCK_OFF:
        return ok(about, _("The clock of %(name)s agrees with the database.") % facts)
    says = _("The clock of %(name)s is %(span)s off.") % facts
    return broken(about, says, _("Let its machine take the time from the network (NTP)."))


def broker(lengths):
    """Of `broker.queue_lengths`. Reminders go out without Redis as well, so it is never worse than worth a look."""
    if lengths is None:
        return look("redis", _("Redis does not answer."), _("Start it. Until then the sweeper alone sends reminders."))
    number = max(lengths.values())
    says = ngettext("%(n)s wake-up call waits.", "%(n)s wake-up calls wait.", number) % {"n": number}
    if number <= CALLS:
        return ok("redis", says)
    queue = max(lengths, key=lengths.get)
    return look("redis", says, _("Start a worker for the queue %(queue)s.") % {"queue": queue})


def copy(figures):
    """How old the newest copy is, and how that is known."""
    if figures["archiver_fails"]:
        yield broken(
            "archiver",
            _("PostgreSQL could not put away its own log of changes."),
            _("Look at archive_command and at the log of PostgreSQL: its disk fills up until that works."),
        )
    known, age = figures["copy"], figures["copy_age"]
    if known is None:
        yield broken("backup", _("No copy of the database is known of."), _("Run manage.py backup, each night."))
        return
    how = {
        copies.SIGN: _("by the sign that manage.py backup left"),
        copies.FOLDER: _("by the newest archive in BACKUP_FOLDER"),
        copies.ARCHIVER: _("by PostgreSQL's own archive of changes"),
    }[known.how]
    says = _("The newest copy is %(span)s old, %(how)s.") % {"span": span(age), "how": how}
    if age <= COPY_LATE:
        yield ok("backup", says)
    else:
        yield (broken if age > COPY_GONE else look)(
            "backup", says, _("Run manage.py backup, and find out why it stopped.")
        )


def watched_from_outside():
    if settings.DEADMAN_URL:
        return ok("deadman", _("A monitor outside raises the alarm when Doorway falls silent."))
    return look("deadman", _("Nobody outside would notice that all of Doorway stands still."), _("Set DEADMAN_URL."))
