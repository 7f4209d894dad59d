"""Once a day three numbers, at the hour a person chose; and quiet hours, which never become silence."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from followups import channels, clock, deliveries, digests, follow_ups, hours, reminders
from followups.channels import QuietHours
from followups.models import Delivery, FollowUp, NotificationPreferences, Reminder
from sessions_app.models import ResponseLevel
from tests.followups.races import both

NEW_YORK = ZoneInfo("America/New_York")
MONDAY = datetime(2026, 11, 2, 7, 31, tzinfo=NEW_YORK)  # the day after clocks went back
SATURDAY = datetime(2026, 11, 7, 7, 31, tzinfo=NEW_YORK)
THANKSGIVING = datetime(2026, 11, 26, 7, 31, tzinfo=NEW_YORK)


@pytest.fixture
def it_is(monkeypatch):
    """Set the database's clock: `it_is(MONDAY)`."""

    def say(moment):
        monkeypatch.setattr(clock, "now", lambda: moment.astimezone(UTC))

    return say


@pytest.fixture
def owns(therapist, planned):
    """Give the therapist promises due at these moments, and no others."""

    def due_at(*moments):
        rows = list(planned.follow_ups.order_by("pk"))
        FollowUp.objects.update(state="replaced", closed_at=timezone.now(), closed_by=therapist)
        assert len(rows) >= len(moments)
        for row, moment in zip(rows, moments, strict=False):
            FollowUp.objects.filter(pk=row.pk).update(
                state="open", closed_at=None, closed_by=None, owner=therapist, due_at=moment
            )
        Reminder.objects.all().delete()

    return due_at


@pytest.fixture
def waits_since(therapist):
    """The therapist's digest is to be decided on since then; nobody else has one."""

    def since(moment, **facts):
        NotificationPreferences.objects.update_or_create(
            person=therapist, defaults={"digest_due_at": moment - timedelta(minutes=1), **facts}
        )

    return since


def made():
    return list(Delivery.objects.filter(kind=Delivery.Kind.DIGEST).values_list("key", flat=True))


def test_three_numbers_and_not_a_word_more(it_is, owns, waits_since, therapist, settings):
    owns(MONDAY - timedelta(days=1), MONDAY + timedelta(hours=2), MONDAY + timedelta(days=3))
    it_is(MONDAY)
    waits_since(MONDAY)
    digests.sweep()
    Delivery.objects.update(created_at=MONDAY)
    assert deliveries.drain() == 1
    [message] = mail.outbox
    assert message.subject == "Your follow-ups today"
    address = f"{settings.PUBLIC_URL}/follow-ups/"
    assert message.body == f"Late: 1\nDue today: 1\nIn the seven days after: 1\n\nOpen Doorway: {address}\n"


def test_any_number_of_sweeps_make_one(it_is, owns, waits_since, therapist):
    owns(MONDAY)
    it_is(MONDAY)
    waits_since(MONDAY)
    for _again in range(3):
        reminders.sweep(clock_name="test")
    NotificationPreferences.objects.update(digest_due_at=MONDAY - timedelta(minutes=1))  # as if it were forgotten
    digests.sweep()
    assert made() == [f"digest:{therapist.pk}:2026-11-02:email"]


def test_two_sweeps_at_once_make_one(transactional_db, owns, waits_since, therapist):
    now = timezone.now()
    owns(now - timedelta(days=1))
    waits_since(now)
    assert sorted(both(digests.sweep)) == [0, 1]
    assert len(made()) == 1


def test_nothing_when_there_is_nothing(it_is, owns, waits_since):
    owns(MONDAY + timedelta(days=20))
    it_is(MONDAY)
    waits_since(MONDAY)
    digests.sweep()
    assert made() == []


@pytest.mark.parametrize("day_off", [SATURDAY, THANKSGIVING], ids=["weekend", "holiday"])
def test_a_day_off_is_left_alone_unless_something_is_late(it_is, owns, waits_since, day_off):
    it_is(day_off)
    owns(day_off + timedelta(hours=2))
    waits_since(day_off)
    digests.sweep()
    assert made() == []
    owns(day_off - timedelta(hours=2))
    waits_since(day_off)
    digests.sweep()
    assert len(made()) == 1


def test_whoever_wants_none_gets_none(it_is, owns, waits_since):
    owns(MONDAY)
    it_is(MONDAY)
    waits_since(MONDAY, wants_digest=False)
    digests.sweep()
    assert made() == []


def test_a_digest_that_could_not_go_out_is_not_sent_the_day_after(it_is, owns, waits_since):
    owns(MONDAY)
    it_is(MONDAY)
    waits_since(MONDAY)
    digests.sweep()
    Delivery.objects.update(created_at=MONDAY)
    it_is(MONDAY + timedelta(days=1))
    assert deliveries.drain() == 0
    assert Delivery.objects.get().state == Delivery.State.STOPPED


def test_after_days_without_a_clock_one_comes(it_is, owns, waits_since):
    owns(MONDAY)
    it_is(MONDAY + timedelta(days=3))
    waits_since(MONDAY)
    assert digests.sweep() == 1
    assert digests.sweep() == 0


def test_a_digest_that_cannot_be_made_holds_up_no_reminder(one_due, monkeypatch, caplog):
    monkeypatch.setattr(digests, "begin_for_everybody", lambda: 1 / 0)
    reminders.sweep(clock_name="test")
    assert Delivery.objects.count() == 1
    assert "ZeroDivisionError" in caplog.text


def test_a_new_colleague_hears_first_tomorrow_or_later_today(db, therapist, admin):
    digests.sweep()
    due = NotificationPreferences.objects.get(person=therapist).digest_due_at
    assert timezone.now() < due <= timezone.now() + timedelta(days=1, hours=1)
    assert due.astimezone(NEW_YORK).time() == time(7, 30)
    assert not NotificationPreferences.objects.filter(person=admin).exists()


@pytest.mark.parametrize(
    ("now", "wall", "comes"),
    [
        ("2026-03-07 08:00", time(7, 30), "2026-03-08 07:30"),  # clocks go forward in the night between
        ("2026-03-07 08:00", time(2, 30), "2026-03-08 03:00"),  # half past two does not happen
        ("2026-11-01 00:30", time(1, 30), "2026-11-01 01:30"),  # half past one happens twice: the first
        ("2026-10-31 08:00", time(7, 30), "2026-11-01 07:30"),
    ],
)
def test_it_comes_at_the_hour_on_the_wall_whatever_clocks_do(therapist, now, wall, comes):
    now = datetime.fromisoformat(now).replace(tzinfo=NEW_YORK)
    found = digests.next_at(therapist, wall, now=now.astimezone(UTC)).astimezone(NEW_YORK)
    assert found.replace(tzinfo=None) == datetime.fromisoformat(comes)


# Quiet hours ----------------------------------------------------------------------------------------------------

NIGHT = QuietHours(time(22), time(7), NEW_YORK)
NAP = QuietHours(time(13), time(14), NEW_YORK)


@pytest.mark.parametrize(
    ("quiet", "at", "until"),
    [
        (NIGHT, "2026-11-03 23:00", "2026-11-04 07:00"),
        (NIGHT, "2026-11-04 06:59", "2026-11-04 07:00"),
        (NIGHT, "2026-11-04 07:00", "2026-11-04 07:00"),
        (NIGHT, "2026-11-04 12:00", "2026-11-04 12:00"),
        (NIGHT, "2026-10-31 22:00", "2026-11-01 07:00"),
        (NIGHT, "2026-03-07 23:30", "2026-03-08 07:00"),
        (NAP, "2026-11-04 13:00", "2026-11-04 14:00"),
        (NAP, "2026-11-04 12:59", "2026-11-04 12:59"),
        (NAP, "2026-11-04 14:00", "2026-11-04 14:00"),
    ],
)
def test_quiet_hours_end_when_the_wall_says_so(quiet, at, until):
    moment, expected = (datetime.fromisoformat(each).replace(tzinfo=NEW_YORK) for each in (at, until))
    assert quiet.end_after(moment.astimezone(UTC)) == expected


@pytest.fixture
def quiet_now(therapist):
    """The therapist wants quiet from an hour ago until three hours from now."""
    now = timezone.localtime(timezone=therapist.zone)
    clocks = {"quiet_from": (now - timedelta(hours=1)).time(), "quiet_until": (now + timedelta(hours=3)).time()}
    return hours.choose(wants_digest=True, digest_at=time(7, 30), by=therapist, **clocks)


def make_due(level, set_level):
    """One promise of that level is due since a minute, and nothing else."""
    departure = set_level(level)
    first = Reminder.objects.filter(step=0, recipient=departure.therapist).order_by("due_at").first()
    Reminder.objects.exclude(pk=first.pk).update(state=Reminder.State.STOPPED)
    Reminder.objects.filter(pk=first.pk).update(due_at=timezone.now() - timedelta(minutes=1))
    reminders.sweep(clock_name="test")
    delivery = Delivery.objects.get(reminder=first)
    assert delivery.recipient == departure.therapist
    return delivery


@pytest.mark.parametrize(
    ("level", "at_least", "at_most"),
    [
        (ResponseLevel.IMMEDIATE, timedelta(minutes=-2), timedelta(0)),
        (ResponseLevel.ELEVATED, timedelta(minutes=25), timedelta(minutes=30)),
        (ResponseLevel.UNABLE_TO_ASSESS, timedelta(minutes=25), timedelta(minutes=30)),
        (ResponseLevel.SOME_CONCERN, timedelta(minutes=170), timedelta(minutes=185)),
        (ResponseLevel.NONE_IDENTIFIED, timedelta(minutes=170), timedelta(minutes=185)),
    ],
)
def test_the_higher_the_level_the_shorter_quiet_hours_hold_it_back(
    quiet_now, supervisor, set_level, level, at_least, at_most
):
    waits = make_due(level, set_level).next_at - timezone.now()
    assert at_least <= waits <= at_most


@pytest.mark.parametrize("level", [ResponseLevel.ELEVATED, ResponseLevel.NONE_IDENTIFIED])
def test_quiet_hours_never_hold_back_a_step_of_escalation(quiet_now, supervisor, set_level, level):
    """Nobody answers because it is night there: the next people are told at their time, and at once."""
    set_level(level)
    Reminder.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    hours.choose(
        wants_digest=False,
        digest_at=time(7),
        quiet_from=quiet_now.quiet_from,
        quiet_until=quiet_now.quiet_until,
        by=supervisor,
    )
    reminders.sweep(clock_name="test")
    steps = Delivery.objects.filter(reminder__step__gt=0)
    assert steps.exists()
    assert not steps.filter(next_at__gt=timezone.now()).exists()


def test_after_an_outage_quiet_hours_count_from_now(therapist):
    ways = channels.Ways(quiet=NIGHT)
    now = datetime(2026, 11, 4, 23, tzinfo=NEW_YORK)
    long_ago = now - timedelta(days=3)
    assert ways.not_before(long_ago, now=now, waits=None) == datetime(2026, 11, 5, 7, tzinfo=NEW_YORK)
    assert ways.not_before(long_ago, now=now, waits=timedelta(minutes=30)) == long_ago


def test_what_waited_is_not_sent_once_it_is_done(quiet_now, supervisor, set_level, therapist):
    delivery = make_due(ResponseLevel.NONE_IDENTIFIED, set_level)
    follow_ups.complete(delivery.reminder.follow_up, by=therapist)
    delivery.refresh_from_db()
    assert delivery.state == Delivery.State.STOPPED


# The page --------------------------------------------------------------------------------------------------------


def test_hours_are_chosen_on_a_page(signed_in, therapist):
    browser, address = signed_in(therapist), reverse("notifications")
    facts = {"wants_digest": "on", "digest_at": "08:15", "quiet_from": "22:00", "quiet_until": "06:30"}
    assert browser.post(address, facts).status_code == 302
    known = NotificationPreferences.objects.get(person=therapist)
    assert (known.digest_at, known.quiet_from, known.quiet_until) == (time(8, 15), time(22), time(6, 30))
    assert known.digest_due_at.astimezone(NEW_YORK).time() == time(8, 15)
    page = browser.get(address).content.decode()
    assert all(f'value="{each}"' in page for each in ("08:15", "22:00", "06:30"))


@pytest.mark.parametrize(
    "wrong", [{"digest_at": ""}, {"quiet_from": "22:00"}, {"quiet_until": "22:00"}, {"digest_at": "25:00"}]
)
def test_half_a_choice_is_none(signed_in, therapist, wrong):
    facts = {"wants_digest": "on", "digest_at": "08:15", **wrong}
    assert signed_in(therapist).post(reverse("notifications"), facts).status_code == 422
    assert not NotificationPreferences.objects.exists()


# The number in the bar -------------------------------------------------------------------------------------------


def test_the_bar_counts_what_is_late_or_due_today_and_asks_again_without_prolonging(signed_in, therapist, owns):
    now = timezone.now()
    owns(now - timedelta(days=2), now - timedelta(minutes=1), now + timedelta(days=2))
    browser = signed_in(therapist)
    page = browser.get("/").content.decode()
    assert '<span class="count">2</span>' in page
    part = browser.get(reverse("follow-ups-count"), headers={"HX-Request": "true", "X-Unattended": "true"})
    assert '<span class="count">2</span>' in part.content.decode()
    assert "X-Unattended" in part.content.decode()
    owns()
    assert 'class="count"' not in browser.get(reverse("follow-ups")).content.decode()


def test_the_list_can_be_asked_for_by_itself(signed_in, therapist, planned):
    headers = {"HX-Request": "true", "HX-Target": "in-time"}
    part = signed_in(therapist).get(reverse("follow-ups"), headers=headers).content.decode()
    assert part.strip().startswith('<div id="in-time">')
    assert "<html" not in part
