"""Departures of long ago, and what is counted of them."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import Site, Team
from followups.models import TrendCount
from followups.trends import aggregates, releases
from sessions_app import departures
from sessions_app.models import TherapySession

LONG_AGO = datetime(2025, 2, 11, 15, tzinfo=UTC)
AFTER_THE_YEAR = date(2026, 2, 1)


@pytest.fixture
def long_ago(therapist, client_0417):
    """A departure ten minutes into a session of February 2025; nothing waits to be counted but what it marked."""
    starts_at = LONG_AGO - timedelta(minutes=10)
    session = TherapySession.objects.create(therapist=therapist, site=therapist.site, starts_at=starts_at)
    session.clients.add(client_0417)
    return departures.log(id=uuid.uuid4(), by=therapist, session=session, began_at=LONG_AGO, is_late_entry=True)


@pytest.fixture
def counted(site):
    """Sweep, and say what a month counts: `counted()["ending"]`. What is kept is what counting anew would find."""

    def look(month=date(2025, 2, 1), of=site):
        aggregates.sweep()
        found = {}
        for row in TrendCount.objects.filter(site=of, month=month):
            found.setdefault(row.figure, {})[row.value] = row.count
        assert aggregates.recount_all() == [], "something changed and marked no month"
        return found

    return look


@pytest.fixture
def small_site(site):
    return new_site("Hillside House", "America/New_York")


def new_site(name, zone):
    made = Site.objects.create(name=name, country="US", time_zone=zone, emergency_number="911")
    Team.objects.create(name="All", site=made)
    return made


@pytest.fixture
def had(db):
    """What a site counted in a month of 2025: `had(site, 2, ending={"left": 20})`. The other figures follow suit."""

    def write(site, month, **figures):
        number = sum(next(iter(figures.values())).values())
        rows = {"departures": {"all": number}, **figures}
        TrendCount.objects.bulk_create(
            TrendCount(site=site, month=date(2025, month, 1), figure=figure, value=value, count=count)
            for figure, values in rows.items()
            for value, count in values.items()
            if count
        )

    return write


@pytest.fixture
def let_out():
    """Let out every quarter of 2025."""

    def release(today=AFTER_THE_YEAR):
        return releases.release(today)

    return release
