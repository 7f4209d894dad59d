"""A supervisor reads trends and prints them, on a phone and at a desk."""

from datetime import date

import pytest

from followups.models import TrendCount
from followups.trends import releases
from tests.ux.sight import GAP, TARGET, TICK, TOO_SMALL

pytestmark = pytest.mark.journey


@pytest.fixture
def a_year_let_out(site):
    """Some hundred departures in 2025, a few of them of a kind."""
    for month in range(1, 13):
        figures = {"departures": {"all": 44}, "minutes": {"0": 30, "20": 12, "40": 2}, "step-stay-calm": {"done": 44}}
        TrendCount.objects.bulk_create(
            TrendCount(site=site, month=date(2025, month, 1), figure=figure, value=value, count=count)
            for figure, values in figures.items()
            for value, count in values.items()
        )
    releases.release(date(2026, 2, 1))


@pytest.mark.parametrize("look", ["light", "dark"])
def test_trends_are_found_read_narrowed_and_printed(open_window, supervisor, a_year_let_out, size, look):
    window = open_window(supervisor, size=size)
    window.tab.emulate_media(color_scheme=look, reduced_motion="reduce")
    window.go("/review/")
    window.follow("Trends")
    window.sees("Most clients headed for the door at one time: in the first 10 minutes (360 of 528)")
    for summary in window.tab.locator("summary").all():
        summary.click()
    window.inspect()
    assert window.tab.evaluate(TOO_SMALL, [TARGET, TICK, GAP]) == []
    assert window.tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    window.tab.get_by_label("From").select_option("2025-Q4")
    window.click("Show")
    window.sees("132 departures")
    window.follow("Board report, to print")
    window.sees("How to read this")
    window.inspect()
