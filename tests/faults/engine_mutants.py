"""The engine, broken in one place at a time. A test must notice each; a text that no longer fits fails loudly."""

from dataclasses import dataclass

DELIVERIES, REMINDERS, POST = "followups/deliveries.py", "followups/reminders.py", "followups/post.py"
NOTICES, CLOCK, ROWS = "followups/notices.py", "followups/clock.py", "followups/models/reminders.py"
AUDITS, CANARIES, RECIPIENTS = "followups/audits.py", "followups/canaries.py", "followups/recipients.py"
INVARIANTS, EXPRESS = "followups/invariants.py", "followups/express.py"


@dataclass(frozen=True)
class Mutant:
    """`before` stands exactly once in `path` (or once after `within`) and is replaced by `after`."""

    name: str
    path: str
    before: str
    after: str
    within: str = ""

    def applied_to(self, source):
        """The mutated source; raises ValueError when the text to replace is not there, or twice."""
        start = 0
        if self.within:
            if source.count(self.within) != 1:
                raise ValueError(f"{self.path}: {self.within!r} is there {source.count(self.within)} times")
            start = source.index(self.within)
        head, tail = source[:start], source[start:]
        if self.before not in tail or (not self.within and tail.count(self.before) != 1):
            raise ValueError(f"{self.path}: {self.before!r} is there {tail.count(self.before)} times")
        return head + tail.replace(self.before, self.after, 1)


SEND = "    verdict = send(delivery, post=post)\n    finish(delivery, start=start, verdict=verdict)\n"
SENT = 'type("Verdict", (), {"result": Result.SENT, "detail": ""})'
BEGIN = (
    "    start = begin(delivery)\n    if start is None:\n        return 0\n    verdict = send(delivery, post=post)\n"
)
MINE = "filter(pk=delivery.pk, lease_token=delivery.lease_token)"
RENEWAL = "change(delivery, lease_until=clock.Now() + LEASE)"
OWN_CLOCK = "__import__('django.utils.timezone', fromlist=['now']).now()"
LOCK = '        .select_for_update(of=["self"], skip_locked=True)\n'

MUTANTS = [
    Mutant(
        "marked as sent before it is sent",
        DELIVERIES,
        SEND,
        f"    finish(delivery, start=start, verdict={SENT})\n    verdict = send(delivery, post=post)\n",
    ),
    Mutant(
        "start row after the first byte",
        DELIVERIES,
        BEGIN,
        "    verdict = send(delivery, post=post)\n"
        "    start = begin(delivery)\n    if start is None:\n        return 0\n",
    ),
    Mutant(
        "start row not committed before sending",
        DELIVERIES,
        "def deliver(delivery",
        "@transaction.atomic\ndef deliver(delivery",
    ),
    Mutant("no row lock in claim", DELIVERIES, LOCK, "", "def claim("),
    Mutant("claim waits for rows of others", DELIVERIES, LOCK, LOCK.replace(", skip_locked=True", ""), "def claim("),
    Mutant("no row lock in sweep", REMINDERS, LOCK, "", "def sweep_batch("),
    Mutant(
        "sweep waits for rows of others", REMINDERS, LOCK, LOCK.replace(", skip_locked=True", ""), "def sweep_batch"
    ),
    Mutant("no fence", DELIVERIES, MINE, "filter(pk=delivery.pk)"),
    Mutant("begin without fence", DELIVERIES, f"    if not {RENEWAL}:\n        return None\n", ""),
    Mutant(
        "failing without token",
        DELIVERIES,
        "    return change(delivery, **facts, ",
        "    return Delivery.objects.filter(pk=delivery.pk).update(**facts, ",
        "def settle(",
    ),
    Mutant("an end written without the lease", DELIVERIES, "    if move_on(delivery, verdict):\n", "    if True:\n"),
    Mutant("lease per batch", DELIVERIES, RENEWAL, "change(delivery, state=State.LEASED)"),
    Mutant("lease by the worker's clock", DELIVERIES, RENEWAL, RENEWAL.replace("clock.Now()", OWN_CLOCK)),
    Mutant(
        "expired leases never reclaimed",
        DELIVERIES,
        " | Q(state=State.LEASED, lease_until__lt=now)",
        "",
    ),
    Mutant(
        "leases of the living taken as well",
        DELIVERIES,
        "Q(state=State.LEASED, lease_until__lt=now)",
        "Q(state=State.LEASED)",
    ),
    Mutant("repeats of the dead not marked", DELIVERIES, " or delivery.pk in in_doubt", ""),
    Mutant(
        "mark not kept",
        DELIVERIES,
        "filter(pk__in=in_doubt).update(may_be_repeat=True)",
        "filter(pk__in=in_doubt).update(may_be_repeat=False)",
    ),
    Mutant(
        "express without fence", EXPRESS, " AND lease_token = %(token)s AND NOT may_be_repeat", " AND NOT may_be_repeat"
    ),
    Mutant("express renews no lease", EXPRESS, "clock_timestamp() + %(lease)s", "mine.lease_until"),
    Mutant("express sends possible repeats", EXPRESS, " AND NOT may_be_repeat", ""),
    Mutant("express asks nothing again", EXPRESS, "        AND EXISTS ({standing})\n", ""),
    Mutant("express mails one who left", EXPRESS, " AND person.is_active)", ")"),
    Mutant("express for every channel", EXPRESS, " or delivery.channel != DeliveryChannel.EMAIL", ""),
    Mutant(
        "accepted without token",
        EXPRESS,
        "WHERE id = %(pk)s AND lease_token = %(token)s\n        RETURNING",
        "WHERE id = %(pk)s\n        RETURNING",
    ),
    Mutant("ambiguous not marked", DELIVERIES, "(Result.AMBIGUOUS, Result.LOST)", "(Result.LOST,)"),
    Mutant("mark not written in the mail", NOTICES, "body + repeat if delivery.may_be_repeat else body", "body"),
    Mutant(
        "another Message-ID at each try",
        NOTICES,
        "{settings.SECRET_KEY}:{delivery.key}",
        "{settings.SECRET_KEY}:{delivery.key}:{delivery.starts.count()}",
    ),
    Mutant(
        "the worker's clock",
        CLOCK,
        '    with connection.cursor() as cursor:\n        cursor.execute("SELECT clock_timestamp()")\n'
        "        return cursor.fetchone()[0]\n",
        "    from datetime import UTC, datetime\n\n    return datetime.now(UTC)\n",
    ),
    Mutant(
        "lower bound on due times",
        ROWS,
        "due_at__lte=now)",
        "due_at__lte=now, due_at__gte=now - __import__('datetime').timedelta(days=7))",
    ),
    Mutant("sweep of the future", ROWS, ", due_at__lte=now)", ")"),
    Mutant("unique key not relied on", REMINDERS, "create(made, ignore_conflicts=True)", "create(made)"),
    Mutant(
        "urgent lane ignored when sending",
        DELIVERIES,
        '.order_by("lane", "next_at", "pk")',
        '.order_by("next_at", "pk")',
    ),
    Mutant(
        "urgent lane ignored by the sweep", REMINDERS, '.order_by("lane", "due_at", "pk")', '.order_by("due_at", "pk")'
    ),
    Mutant("closed items still swept", REMINDERS, "if reminder.follow_up.is_open]", "]"),
    Mutant("no check again before sending", DELIVERIES, "if not is_wanted(delivery):", "if False:"),
    Mutant("old promise still sent", REMINDERS, ", ~Exists(begun_since)", ""),
    Mutant(
        "one who left still mailed",
        DELIVERIES,
        "if delivery.recipient and not delivery.recipient.is_active:",
        "if False:",
    ),
    Mutant("nobody stands in for one who left", RECIPIENTS, " and may_act(reminder.recipient):", ":"),
    Mutant(
        "permanent as temporary", POST, "Result.PERMANENT if is_permanent else", "Result.TEMPORARY if is_permanent else"
    ),
    Mutant("temporary as permanent", POST, "500 <= code < 600", "400 <= code < 600"),
    Mutant("ambiguous as sent", POST, "Verdict(Result.AMBIGUOUS,", "Verdict(Result.SENT,"),
    Mutant("no connection as ambiguous", POST, 'Verdict(Result.TEMPORARY, f"No', 'Verdict(Result.AMBIGUOUS, f"No'),
    Mutant("a broken connection kept", POST, "            self.reset()\n", ""),
    Mutant(
        "every start counts as a death",
        DELIVERIES,
        "delivery.starts.filter(end__result=Result.LOST)\n    return delivery.may_be_repeat and lost.count()",
        "delivery.starts\n    return lost.count()",
    ),
    Mutant("no quarantine", DELIVERIES, ">= MOST_LOST_STARTS", ">= 10**6"),
    Mutant("never given up", DELIVERIES, " or starts >= MOST_STARTS", ""),
    Mutant("pauses do not grow", DELIVERIES, "FIRST_PAUSE * 2 ** (starts - 1)", "FIRST_PAUSE"),
    Mutant(
        "failed looks like sent",
        DELIVERIES,
        "fail(delivery, problem=verdict.detail)",
        "settle(delivery, State.SENT)",
    ),
    Mutant(
        "fired without a delivery",
        REMINDERS,
        "bulk_create(made,",
        "bulk_create([],",
    ),
    Mutant("only one batch swept", REMINDERS, "    while batch := sweep_batch():", "    if batch := sweep_batch():"),
    Mutant(
        "only one batch sent",
        DELIVERIES,
        "        while batch := claim(lanes=lanes):",
        "        if batch := claim(lanes=lanes):",
    ),
    Mutant(
        "stopping leaves messages that wait",
        REMINDERS,
        "filter(pk__in=list(own), state=Delivery.State.PENDING)",
        "filter(pk__in=list(own), state=Delivery.State.FAILED)",
    ),
    Mutant(
        "stopping leaves reminders",
        REMINDERS,
        "follow_up.reminders.waiting().update(state=State.STOPPED)",
        "follow_up.reminders.none().update(state=State.STOPPED)",
    ),
    Mutant("no sign of having swept", REMINDERS, "    beat(clock_name)\n", ""),
    # The watchman, and who is told instead
    Mutant("nobody told instead", DELIVERIES, "        tell_another(delivery)\n", "        pass\n"),
    Mutant("one broken message stops the rest", DELIVERIES, "except Exception as error:", "except OSError as error:"),
    Mutant(
        "urgent waits behind routine",
        DELIVERIES,
        "            reminders.sweep_batch(lanes=[Reminder.Lane.URGENT])\n",
        "",
    ),
    Mutant("a lane is no lane", DELIVERIES, "filter(free, lane__in=lanes)", "filter(free)"),
    Mutant("the switch is fed whatever is found", AUDITS, "    if not found:\n", "    if True:\n"),
    Mutant("a silent clock is no finding", AUDITS, "beat is None or now - beat.beat_at > GRACE", "beat is None"),
    Mutant("an old audit is no banner", AUDITS, "timezone.now() - well_at > LATE_AFTER", "False"),
    Mutant("a canary for each sweep", CANARIES, "int(now.timestamp() // EVERY.total_seconds())", "now.timestamp()"),
    Mutant("a talk without an end", DELIVERIES, "with deadline(LONGEST_TALK):", "if True:"),
    Mutant("a broken talk goes on with the next message", DELIVERIES, "        post.reset()\n", ""),
    Mutant("every canary of an outage is sent", DELIVERIES, "canaries.is_newest(delivery)", "True"),
    Mutant("quiet hours are taken for a fault", INVARIANTS, "starts=None, next_at__lt=since, ", "starts=None, "),
    Mutant("failing in vain is no finding", INVARIANTS, "never_tried | tried_in_vain", "never_tried"),
    Mutant(
        "a chain that ends in nothing is no finding", INVARIANTS, "    return origins - told\n", "    return set()\n"
    ),
    Mutant("who was told is not looked for", INVARIANTS, "    return origins - told\n", "    return origins\n"),
    Mutant("clocks of others are not compared", AUDITS, '*known.values_list("seconds_off", flat=True)', ""),
    Mutant(
        "sent on nobody's word", INVARIANTS, "sent.exclude(starts__end__result=", "sent.filter(starts__end__result="
    ),
]
