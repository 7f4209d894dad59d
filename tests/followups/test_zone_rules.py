"""A country changes its clocks: nine in the morning stays nine in the morning, for all that was promised before."""

import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import TZPATH

import pytest
import tzdata

from followups import reminders, zone_rules
from followups.models import FollowUp, Reminder
from tests.followups.programs import Doorway


@pytest.fixture
def rules_of(tmp_path):
    """A folder in which New York's clocks go by the rules of another zone."""

    def made(name):
        folders = [*map(Path, TZPATH), Path(tzdata.__file__).parent / "zoneinfo"]
        known = next(folder / name for folder in folders if (folder / name).exists())
        ours = tmp_path / "zones" / "America" / "New_York"
        ours.parent.mkdir(parents=True)
        shutil.copy(known, ours)
        return tmp_path / "zones"

    return made


@pytest.fixture
def sweep_under(transactional_db, mail_server, tmp_path):
    """One round of the sweeper, as it begins on a machine whose rules are those."""

    def sweep(rules):
        doorway = Doorway(tmp_path, mail_port=mail_server.port)
        doorway.env["PYTHONTZPATH"] = str(rules)
        once = doorway.start("sweeper", [sys.executable, "manage.py", "sweeper", "--once"])
        assert once.process.wait(60) == 0, once.last_words()

    return sweep


def promised():
    """Where each open promise and waiting reminder stands: the wall time and the instant."""
    rows = [*FollowUp.objects.open(), *Reminder.objects.filter(state=Reminder.State.SCHEDULED)]
    return {(type(each), each.pk): (each.due_on, each.due_wall_time, each.due_at) for each in rows}


@pytest.mark.processes
@pytest.mark.xdist_group("processes")
def test_new_rules_move_the_instant_and_keep_the_wall_time(planned, rules_of, sweep_under, mail_server):
    assert zone_rules.follow() == 0
    before = promised()
    new_rules = rules_of("America/Chicago")
    sweep_under(new_rules)
    after = promised()
    assert len(before) == len(after) >= 4
    for row, (day, wall_time, instant) in before.items():
        assert after[row] == (day, wall_time, instant + timedelta(hours=1))
    assert mail_server.accepted == []
    sweep_under(new_rules)
    assert promised() == after


def test_a_zone_that_is_known_no_more_stops_nothing(planned):
    first, second = Reminder.objects.filter(state=Reminder.State.SCHEDULED).order_by("pk")[:2]
    Reminder.objects.filter(pk=first.pk).update(time_zone="America/Nowhere")
    Reminder.objects.filter(pk=second.pk).update(due_wall_time="04:44")
    assert zone_rules.follow() == 1


def test_the_second_time_of_an_hour_that_comes_twice_stays_the_second(planned):
    reminder = Reminder.objects.filter(state=Reminder.State.SCHEDULED).first()
    twice = datetime(2027, 11, 7, 6, 30, tzinfo=UTC)  # 1:30 for the second time
    reminders.timed(reminder, twice).save()
    assert zone_rules.follow() == 0
