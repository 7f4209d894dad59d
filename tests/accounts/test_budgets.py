"""How often one person may search and take out: enough for anybody at work, and not for a program."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts.models import AuditEntry


@pytest.fixture
def budget(settings):
    """Small ones, so that a burst is soon over; what is counted is the same."""
    settings.ACCOUNT_RATE_LIMITS = {"search": "5/m/user", "export": "3/m/user"}
    cache.clear()


def burst(browser, method, path, *, times, **data):
    return [getattr(browser, method)(path, data).status_code for _ in range(times)]


def test_a_burst_of_searches_is_answered_calmly_and_written_down(signed_in, supervisor, stranger, budget):
    browser, path = signed_in(supervisor), reverse("find-report")
    assert burst(browser, "post", path, times=7, words="0417") == [200] * 5 + [429] * 2
    said = browser.post(path, {"words": "0417"}).content.decode()
    assert "Wait a minute, then try again." in said
    entry = AuditEntry.objects.filter(action="budget_spent").first()
    assert (entry.by, entry.facts) == (supervisor, {"budget": "search"})
    assert burst(signed_in(stranger), "post", path, times=1, words="0417") == [200], "one person's burst is their own"


def test_a_burst_of_files_stops_in_another_browser_as_well(signed_in, therapist, supervisor, departure, budget):
    path = reverse("departure-bundle", args=[departure.pk]) + "?version=R5"
    assert burst(signed_in(therapist), "get", path, times=2) == [200] * 2
    assert burst(signed_in(therapist), "get", path, times=3) == [200] + [429] * 2
    assert signed_in(therapist).get(reverse("departure", args=[departure.pk])).status_code == 200, "work goes on"


def test_the_real_budgets_leave_room_for_a_busy_hour(settings):
    assert settings.ACCOUNT_RATE_LIMITS["search"] == "60/m/user"
    assert settings.ACCOUNT_RATE_LIMITS["export"] == "40/10m/user"
