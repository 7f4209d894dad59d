"""Two at once: two sweeps, a sweep and a change, two releases."""

import uuid

import pytest

from followups.models import TrendBlock, TrendCount, TrendMark, TrendRelease
from followups.trends import aggregates, facts, releases
from sessions_app import checklist
from tests.followups.races import Held, both, meet_after
from tests.followups.trends.conftest import AFTER_THE_YEAR

pytestmark = pytest.mark.usefixtures("transactional_db")


def test_a_month_counted_twice_at_once_is_counted_once(long_ago, site, monkeypatch):
    meet_after(monkeypatch, facts, "counts_of")
    month = facts.month_of(long_ago.began_at, site)
    assert sorted(both(lambda: aggregates.recount(site, month))) == [False, True]
    assert TrendCount.objects.get(figure="departures").count == 1


def test_an_answer_that_comes_while_its_month_is_counted_is_counted_next(long_ago, therapist, monkeypatch):
    """The mark of a change is taken away only by a sweep that sees the change."""
    aggregates.sweep()
    say(long_ago, therapist, "done")
    held = Held(monkeypatch, aggregates, "recount")

    def answer_meanwhile():
        held.reached.wait(10)
        say(long_ago, therapist, "partly")
        held.let_go.set()

    both(aggregates.sweep_batch, answer_meanwhile)
    assert TrendMark.objects.count() == 1
    aggregates.sweep()
    assert TrendCount.objects.get(figure="step-stay-calm").value == "partly"


def say(departure, by, outcome):
    checklist.record(departure, slug="stay-calm", outcome=outcome, op_id=uuid.uuid4(), by=by)


def test_a_quarter_is_let_out_once_by_two_at_once(site, had, monkeypatch):
    had(site, 2, ending={"left": 30})
    meet_after(monkeypatch, releases, "next_quarter")
    found = both(lambda: releases.release(AFTER_THE_YEAR))
    assert sorted(len(each) for each in found) == [0, 4]
    assert TrendRelease.objects.count() == 4
    assert TrendBlock.objects.filter(figure="ending").count() == 4
