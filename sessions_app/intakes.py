"""Bringing in sessions and clients: read first, looked at, then taken over in one go. Every row is accounted for."""

from collections import Counter
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, encrypted
from accounts.numbers import take_numbers
from sessions_app import caseload, intake
from sessions_app.models import Client, DepartureEvent, Intake, IntakeRow, IntakeTitle, TherapySession

Meaning, Outcome = IntakeTitle.Meaning, IntakeRow.Outcome
KEPT = timedelta(days=1)
CLEAN_UP = "intake clean-up"
KEPT_ONCE_TAKEN = timedelta(days=30)  # long enough to see what became of each row; it is in the record by then
FOLLOWED = ["starts_at", "planned_minutes"]  # what a calendar knows better than we do


class AlreadyTaken(Exception):
    """It was taken over before, or thrown away."""


@transaction.atomic
def begin(data, *, by):
    """Read a calendar or a list of `by`. Returns the Intake, which changes nothing else yet.

    A heading that names one of `by`'s clients, in whatever case, means a session with that client; any other heading
    waits for `by` to say what it stands for, and is left out until then. An earlier one that was not taken over goes.
    Raises intake.Unreadable, in words for people; then nothing is written.
    """
    kind, found = intake.read(data, zone=by.zone, country=by.site.country, now=timezone.now())
    Intake.objects.visible_to(by).open().delete()
    made = Intake.objects.create(therapist=by, kind=kind)
    titles = titles_of(made, found, by=by)
    rows = [row_of(made, each, titles) for each in found]
    take_numbers(rows)
    IntakeRow.objects.bulk_create(rows)
    audit.record("intake_read", made, by=by, kind=kind, rows=len(found))
    return made


def titles_of(made, found, *, by):
    """The headings of a calendar, by their words; a list has none, for it says itself who comes."""
    if made.kind == Intake.Kind.LIST:
        return {}
    own = {client.reference.casefold(): client for client in own_clients(by)}
    titles = []
    for words, number in sorted(Counter(each.title for each in found if not each.reason).items()):
        client = own.get(words.casefold())
        meaning = Meaning.CLIENT if client else Meaning.LEAVE_OUT
        titles.append(IntakeTitle(intake=made, words=words, number=number, meaning=meaning, client=client))
    take_numbers(titles)
    return {title.words: title for title in IntakeTitle.objects.bulk_create(titles)}


def row_of(made, found, titles):
    names = ["line", "starts_at", "planned_minutes", "format", "composition", "room", "preferred_name", "age_band"]
    facts = {name: getattr(found, name) for name in [*names, "key", "reason"]}
    return IntakeRow(intake=made, title=titles.get(found.title), references=list(found.references), **facts)


def own_clients(by):
    """Real people: whoever was made up for an exercise comes in no calendar."""
    return Client.objects.visible_to(by).of(by).in_use()


@transaction.atomic
def decide(made, *, meanings, by):
    """Keep what `by` says the headings stand for: {title's id: (meaning, client or None)}. Raises AlreadyTaken."""
    made = locked(made)
    titles = list(made.titles.filter(pk__in=meanings))
    for title in titles:
        title.meaning, title.client = meanings[title.pk]
    IntakeTitle.objects.bulk_update(titles, ["meaning", "client"])
    audit.record("intake_decided", made, by=by, titles=len(titles))


@transaction.atomic
def take_over(made, *, by):
    """Make the clients and sessions. Afterwards each row says what became of it; nothing comes in twice.

    A session that came from the same place in a calendar before follows it to another time, unless a departure
    belongs to it. A client whom somebody else of the team looks after is left as they are, and the row says so.
    Headings are forgotten: what stood in the calendar besides sessions is nobody's business. Raises AlreadyTaken.
    """
    made = locked(made)
    work = Work(made, by=by)
    rows = list(made.rows.select_related("title__client"))
    for row in rows:
        row.outcome, row.session, row.reason = work.take(row)
        row.title = None
    encrypted.bulk_update(rows, ["outcome", "session", "reason", "title"], batch_size=500)
    made.titles.all().delete()
    made.state, made.taken_at = Intake.State.TAKEN, timezone.now()
    made.save(update_fields=["state", "taken_at"])
    audit.record("intake_taken", made, by=by, **Counter(row.outcome for row in rows))
    return made


@transaction.atomic
def drop(made, *, by):
    """Throw it away, with everything that was read. Raises AlreadyTaken."""
    made = locked(made)
    audit.record("intake_dropped", made, by=by)
    made.delete()


@transaction.atomic
def forget():
    """Throw away what nobody took over within a day: it may hold appointments that concern nobody here.

    Of what was taken over the rows go after a month: they repeat what stands in the record, and would outlive it.
    """
    now = timezone.now()
    for made in Intake.objects.open().filter(read_at__lt=now - KEPT).select_for_update(skip_locked=True):
        audit.record("intake_forgotten", made, by=CLEAN_UP)
        made.delete()
    has_rows = Exists(IntakeRow.objects.filter(intake=OuterRef("pk")))
    taken = Intake.objects.filter(has_rows, state=Intake.State.TAKEN, taken_at__lt=now - KEPT_ONCE_TAKEN)
    for made in taken.select_for_update(skip_locked=True):
        audit.record("intake_rows_forgotten", made, by=CLEAN_UP)
        made.rows.all().delete()


def locked(made):
    """Its row, held until the transaction ends: two clicks on *take over* follow each other."""
    found = Intake.objects.select_for_update().filter(pk=made.pk, state=Intake.State.READ).first()
    if found is None:
        raise AlreadyTaken
    return found


class Work:
    """Takes over row after row, and knows whom and what there is already: few statements, however many rows."""

    def __init__(self, made, *, by):
        self.by = by
        self.clients = {client.reference.casefold(): client for client in own_clients(by)}
        own = TherapySession.objects.visible_to(by).of(by).in_use()
        rows = made.rows.filter(reason="")
        keys, times = rows.exclude(key="").values("key"), rows.values("starts_at")
        self.by_key = {each.calendar_key: each for each in own.filter(calendar_key__in=keys)}
        self.by_time = {each.starts_at: each for each in own.filter(starts_at__in=times)}
        with_one = DepartureEvent.objects.visible_to(by).filter(session__in=self.by_key.values())
        self.settled = set(with_one.values_list("session", flat=True))

    def take(self, row):
        """(outcome, session, reason) of one row."""
        if row.reason:
            return Outcome.LEFT_OUT, self.by_key.get(row.key), row.reason
        if row.title and row.title.meaning == Meaning.LEAVE_OUT:
            return Outcome.LEFT_OUT, None, _("Not a session, as you said.")
        try:
            clients, are_new = self.clients_of(row)
        except caseload.ReferenceIsTaken:
            return Outcome.LEFT_OUT, None, _("A colleague's client has this reference. Ask them, or your admin.")
        if row.starts_at is None:
            return (Outcome.ADDED if are_new else Outcome.SAME), None, ""
        return self.session_of(row, clients)

    def clients_of(self, row):
        """Who comes, made if they are missing, and whether somebody was made."""
        if row.title and row.title.meaning == Meaning.CLIENT:
            return [row.title.client], False
        references = row.references
        if row.title and row.title.meaning == Meaning.NEW_CLIENT:
            references = [row.title.words[:30].strip()]
        missing = [each for each in references if each.casefold() not in self.clients]
        for reference in missing:
            facts = {"preferred_name": row.preferred_name, "age_band": row.age_band} if len(references) == 1 else {}
            self.clients[reference.casefold()] = caseload.add_client(reference=reference, by=self.by, **facts)
        return [self.clients[each.casefold()] for each in references], bool(missing)

    def session_of(self, row, clients):
        if row.key and (known := self.by_key.get(row.key)):
            return self.follow(row, known)
        if known := self.by_time.get(row.starts_at):
            return Outcome.SAME, known, ""
        names = [*FOLLOWED, "format", "composition", "room"]
        facts = {name: getattr(row, name) for name in names}
        session = caseload.add_session(by=self.by, clients=clients, calendar_key=row.key, **facts)
        self.by_time[row.starts_at] = session
        if row.key:
            self.by_key[row.key] = session
        return Outcome.ADDED, session, ""

    def follow(self, row, known):
        """The session that the calendar brought before, moved to where the calendar has it now."""
        facts = {name: getattr(row, name) for name in FOLLOWED}
        if facts == {name: getattr(known, name) for name in FOLLOWED}:
            return Outcome.SAME, known, ""
        if known.pk in self.settled:
            return Outcome.LEFT_OUT, known, _("A departure belongs to this session, so it stays at its time.")
        caseload.change_session(known, clients=known.clients.all(), by=self.by, **facts)
        return Outcome.CHANGED, known, ""
