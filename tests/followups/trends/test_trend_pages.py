"""Trends through the front door: what a page, a print and a file say, over many filters, and what they never say."""

import csv
import io
import re
import uuid
from datetime import date, timedelta
from itertools import product

import pytest
from django.apps import apps
from django.urls import reverse

from accounts.models import Role, Site
from followups.models import TrendBlock, TrendCount
from followups.trends import aggregates, releases
from followups.trends.figures import DEPARTURES, VALUES, WITH_ONE_BAR_EACH
from followups.trends.suppression import months_between
from sessions_app import departures
from tests.databases import WHO_ACTS
from tests.followups.trends.attacker import Attacker
from tests.followups.trends.conftest import LONG_AGO, new_site

QUARTERS = ["2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4"]


@pytest.fixture
def browser(signed_in, supervisor):
    return signed_in(supervisor)


@pytest.fixture
def ask(browser, settings):
    """Open trends in a browser, as often as you like: `ask(site=3, since="2025-Q1", of="trends-file")`."""
    settings.ACCOUNT_RATE_LIMITS = False

    def look(of="trends", **asked):
        return browser.get(reverse(of), {name: value for name, value in asked.items() if value})

    return look


@pytest.fixture
def all_answers(ask):
    """What every filter there is answers: {(site, since, until): {(figure, value): (number, note)}}."""

    def collect():
        sites = [None, *Site.objects.values_list("pk", flat=True)]
        spans = [(since, until) for since, until in product(QUARTERS, QUARTERS) if since <= until]
        return {
            (site, since, until): rows_of(ask(of="trends-file", site=site, since=since, until=until))
            for site, (since, until) in product(sites, spans)
        }

    return collect


def rows_of(answer):
    rows = csv.reader(io.StringIO(answer.content.decode()))
    assert next(rows)
    found = [((row[3], row[4]), (int(row[5]) if row[5] else None, row[6])) for row in rows]
    assert len(found) == len(dict(found))
    return dict(found)


def in_tables(answer):
    """The numbers in the tables of a page, a sum under each left out."""
    return [int(each) for each in re.findall(r"<td>(\d+)(?: or more)?</td>", answer.content.decode())]


def log(person, number, *, at):
    for each in range(number):
        began = at + timedelta(hours=each)
        made = departures.log(id=uuid.uuid4(), by=person, began_at=began)
        departures.end(made, ending="left", at=began, by=person)


def test_a_board_report_for_a_site_with_four_departures_says_nothing_of_them(
    therapist, hire, small_site, let_out, ask, all_answers
):
    """Vignette 16: neither the site nor any total would reveal them."""
    of_hillside = hire("Hal Hillside", Role.THERAPIST, team=small_site.teams.get())
    log(therapist, 25, at=LONG_AGO)
    log(of_hillside, 4, at=LONG_AGO)
    aggregates.sweep()
    let_out()
    report = ask(of="trends-on-paper", site=small_site.pk, since="2025-Q1", until="2025-Q1")
    assert "Hillside House" in report.content.decode()
    assert "Too few departures to show" in report.content.decode()
    assert set(in_tables(report)) <= {0}, "nobody stayed, which may be said"
    whole = ask(of="trends-on-paper", since="2025-Q1", until="2025-Q4")
    assert "25 departures" in whole.content.decode()
    numbers = {number for rows in all_answers().values() for number, _note in rows.values()}
    assert numbers == {0, 25}, "no 4, and no 29"
    for page in (report, whole):
        titles = re.findall(r"<h2 [^>]*>(.*?)</h2>", page.content.decode())
        assert len(titles) > 10
        assert not [title for title in titles if re.search(r"\b(?:4|29)\b", title)]


def test_numbers_that_were_too_small_come_once_there_are_enough_and_then_for_the_whole_time(site, had, let_out, ask):
    had(site, 1, ending={"left": 6})
    had(site, 4, ending={"left": 7})
    had(site, 7, ending={"left": 30, "disconnected": 12})
    let_out()
    first = rows_of(ask(of="trends-file", since="2025-Q1", until="2025-Q1"))
    assert {number for number, _note in first.values()} == {0}
    half = rows_of(ask(of="trends-file", since="2025-Q1", until="2025-Q2"))
    assert half["Departures by month", "January to June 2025, in one number"] == (13, "")
    assert half["How it ended", "Left"] == (13, "")
    year = rows_of(ask(of="trends-file"))
    assert year["How it ended", "Left"] == (43, "")
    assert year["How it ended", "Disconnected"] == (12, "")


def test_small_values_are_put_together_and_what_else_they_may_hold_is_said(site, had, let_out, ask):
    had(site, 1, reason={"painful_topic": 60, "overwhelmed": 15, "privacy": 4, "unwell": 3})
    had(site, 4, reason={"painful_topic": 40, "overwhelmed": 30})
    let_out()
    rows = rows_of(ask(of="trends-file"))
    assert rows["Main reason", "The topic was too hard"] == (100, "")
    assert rows["Main reason", "Strong feelings"] == (30, "or more")
    assert rows["Main reason", "Worry about privacy"] == (None, "Too few to show")
    assert rows["Main reason", "Small numbers, put together"] == (22, "")
    page = ask().content.decode()
    assert "One reason stands behind most: the topic was too hard (100 of 152)" in page
    assert "30 or more" in page


def test_what_could_not_be_told_apart_is_counted_as_such(site, had, let_out, ask):
    had(site, 2, format={"in_person": 9, "video": 8})
    let_out()
    rows = rows_of(ask(of="trends-file"))
    assert rows["Departures by month", "February 2025"] == (17, "")
    assert rows["Setting", "Too few to tell apart"] == (17, "")
    assert ("Setting", "Video") not in rows
    assert "Setting: too few to show" in ask().content.decode()


@pytest.fixture
def a_year(site, had, let_out):
    """A year of four sites: large, middling, small in some quarters, and small all year."""
    middling, uneven, tiny = (new_site(name, "UTC") for name in ("Mid Lane", "Old Mill", "Pond Row"))
    for month in range(1, 13):
        had(site, month, ending={"left": 30 + month, "disconnected": month, "handed_over": month % 3})
        had(middling, month, ending={"left": 9 + month % 5, "disconnected": 2 + month % 2})
    for month, number in ((1, 5), (3, 4), (4, 20), (8, 2), (10, 1)):
        had(uneven, month, ending={"left": number, "disconnected": number % 3})
    had(tiny, 6, ending={"left": 3, "handed_over": 1})
    had(tiny, 11, ending={"left": 2})
    let_out()
    return [site, middling, uneven, tiny]


def test_everything_that_is_shown_is_a_sum_of_what_was_let_out_and_gives_no_small_number_away(a_year, all_answers):
    """An attacker collects what every filter shows, and reckons."""
    endings = next(figure for figure in WITH_ONE_BAR_EACH if figure.slug == "ending")
    labels = {str(label): value for value, label in endings.values}
    answers, equations = all_answers(), []
    for (site, since, until), rows in answers.items():
        blocks = blocks_by_hand(site, since, until)
        for (figure, label), (number, _note) in rows.items():
            assert number is None or number == 0 or number >= 11, (site, since, until, figure, label)
            if figure == "How it ended" and label in labels and number is not None:
                inside = [
                    (cell, labels[label])
                    for block in blocks
                    if block.figure == "ending" and [[labels[label]], by_value(block, labels[label])] in block.cells
                    for cell in cells_of(block)
                ]
                equations.append((frozenset(inside), number))
        of_all = frozenset(
            (cell, value)
            for block in blocks
            if block.figure == DEPARTURES
            for cell in cells_of(block)
            for value in VALUES["ending"]
        )
        shown = [number for (figure, _label), (number, _note) in rows.items() if figure == "Departures by month"]
        equations.append((of_all, sum(shown)))
    known, kept = Attacker(equations), counts_kept()
    small = [unknown for unknown, number in kept.items() if 0 < number < 11]
    assert len(small) > 20
    for unknown in small:
        least, most = known.bounds([unknown])
        assert least <= 1, (unknown, kept[unknown], least, most)
        assert most is None or most >= 10, (unknown, kept[unknown], least, most)


def blocks_by_hand(site, since, until):
    """What lies within the filter, asked without the code that shows it."""
    first = date(2025, int(since[-1]) * 3 - 2, 1)
    last = date(2025, int(until[-1]) * 3, 1)
    return [
        block
        for block in TrendBlock.objects.all()
        if first <= block.starts_on and block.ends_on <= last and site in (None, block.site_id)
    ]


def cells_of(block):
    return [
        (site, month)
        for site, first, last in block.parts
        for month in months_between(date.fromisoformat(first), date.fromisoformat(last))
    ]


def by_value(block, value):
    return next((count for values, count in block.cells if values == [value]), None)


def counts_kept():
    rows = TrendCount.objects.filter(figure="ending")
    return {((row.site_id, row.month), row.value): row.count for row in rows}


def test_a_larger_filter_never_shows_a_little_more_than_one_within_it(a_year, all_answers):
    """Whoever takes one from the other finds nothing, or at least as many as may be shown.

    What a small filter cannot tell apart a larger one sometimes can; those numbers are not each within the other.
    """
    answers = all_answers()
    for (inner, few), (outer, many) in product(answers.items(), answers.items()):
        if outer[0] in (None, inner[0]) and outer[1] <= inner[1] and inner[2] <= outer[2]:
            for key in [key for key in few.keys() & many.keys() if key[1] != "Too few to tell apart"]:
                less, more = few[key][0] or 0, many[key][0] or 0
                assert more - less == 0 or more - less >= 11, (inner, outer, key)


@pytest.mark.parametrize("of", ["trends", "trends-on-paper"])
def test_page_print_and_file_show_the_same_numbers(a_year, ask, of):
    shown = in_tables(ask(of=of, since="2025-Q2", until="2025-Q4"))
    filed = rows_of(ask(of="trends-file", since="2025-Q2", until="2025-Q4"))
    numbers = {number for number, _note in filed.values() if number}
    assert len(numbers) > 5
    assert numbers <= set(shown)


def test_a_correction_after_a_quarter_was_let_out_changes_nothing_that_was_shown(therapist, let_out, ask):
    log(therapist, 12, at=LONG_AGO)
    log(therapist, 5, at=LONG_AGO.replace(month=5))
    aggregates.sweep()
    let_out(date(2025, 5, 2))
    before = rows_of(ask(of="trends-file"))
    departures.void(therapist.departures.order_by("began_at").first(), reason="By mistake", by=therapist)
    log(therapist, 1, at=LONG_AGO.replace(hour=3))
    aggregates.sweep()
    let_out()
    after = rows_of(ask(of="trends-file", since="2025-Q1", until="2025-Q1"))
    assert after == before


def test_what_waits_is_let_out_as_it_was_counted_when_its_quarter_ended(therapist, let_out, ask):
    """Else the sum of a figure and the sum of all would differ by the one that was corrected meanwhile."""
    log(therapist, 12, at=LONG_AGO)
    aggregates.sweep()
    for each in therapist.departures.all()[:5]:
        departures.end(each, ending="handed_over", by=therapist)
    aggregates.sweep()
    let_out(date(2025, 5, 2))
    assert rows_of(ask(of="trends-file"))["How it ended", "Too few to tell apart"] == (12, "")
    for each in therapist.departures.all()[:5]:
        departures.void(each, reason="By mistake", by=therapist)
    log(therapist, 30, at=LONG_AGO.replace(month=5))
    aggregates.sweep()
    let_out()
    rows = rows_of(ask(of="trends-file", since="2025-Q1", until="2025-Q2"))
    ended = [number for (figure, _value), (number, _note) in rows.items() if figure == "How it ended" and number]
    assert sum(ended) == 42


def test_a_higher_limit_hides_what_was_let_out_under_a_lower_one(site, had, let_out, ask, settings):
    had(site, 2, ending={"left": 14})
    let_out()
    assert rows_of(ask(of="trends-file"))
    settings.TREND_SMALLEST_NUMBER = 20
    assert rows_of(ask(of="trends-file")) == {}


def test_no_page_and_no_file_names_a_person_or_a_client(therapist, supervisor, client_0417, let_out, ask):
    log(therapist, 15, at=LONG_AGO)
    aggregates.sweep()
    let_out()
    for of in ("trends", "trends-on-paper", "trends-file"):
        words = ask(of=of).content.decode()
        main = words.partition('<main id="main"')[2].partition("</main>")[0] or words
        assert "15" in main
        for secret in (therapist.name, therapist.email, supervisor.name, client_0417.reference, "Robin"):
            assert secret not in main
        assert str(therapist.departures.first().pk) not in words


def test_no_row_that_is_counted_knows_a_person():
    """Nothing smaller than a site can ever be shown: it is not kept."""
    for model in apps.get_app_config("followups").get_models():
        if model.__name__.startswith("Trend"):
            related = {field.related_model.__name__ for field in model._meta.get_fields() if field.is_relation}
            assert related <= {"Site", "TrendRelease", "TrendBlock"}


def test_a_name_that_a_spreadsheet_would_take_for_a_formula_is_text(had, let_out, ask):
    place = new_site("=HYPERLINK(1)", "UTC")
    had(place, 2, ending={"left": 14})
    let_out()
    assert "'=HYPERLINK(1)" in ask(of="trends-file", site=place.pk).content.decode()


def test_before_anything_was_let_out_the_page_says_when_it_comes(ask):
    assert "A quarter is shown 31 days after its end" in ask().content.decode()
    assert ask(of="trends-on-paper").status_code == 200
    assert ask(of="trends-file").status_code == 204


def test_the_page_says_how_fresh_it_is_and_that_the_next_is_late(site, had, let_out, ask):
    had(site, 2, ending={"left": 14})
    let_out(date(2025, 5, 2))
    page = ask().content.decode()
    assert "Up to Q1 2025" in page
    assert "comes on 1 August 2025" in page
    assert "It is late" in page


def test_a_quarter_is_let_out_31_days_after_its_end_and_not_before(site, had):
    had(site, 2, ending={"left": 14})
    assert releases.release(date(2025, 5, 1)) == []
    assert releases.release(date(2025, 5, 2)) == [date(2025, 1, 1)]
    assert releases.release(date(2025, 5, 2)) == []


@pytest.mark.parametrize(
    "asked", [{"since": "2025-Q3", "until": "2025-Q1"}, {"since": "2031-Q1"}, {"site": "999999"}, {"until": "x"}]
)
def test_a_filter_that_makes_no_sense_is_answered_beside_the_field(a_year, ask, asked):
    answer = ask(**asked)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert ask(of="trends-file", **asked).status_code == 422


def test_a_clinical_lead_who_is_a_therapist_learns_as_well_and_an_admin_never(signed_in, hire, adopted):
    lead = hire("Lea Lead", Role.THERAPIST, is_clinical_lead=True)
    admin = hire("Ada Admin", Role.ADMIN, is_clinical_lead=True)
    assert signed_in(lead).get(reverse("trends")).status_code == 200
    assert signed_in(admin).get(reverse("trends")).status_code == 403


def test_nothing_in_the_pictures_asks_for_script_or_style(a_year, ask):
    for of in ("trends", "trends-on-paper"):
        page = ask(of=of).content.decode()
        assert page.count("<svg") > 5
        assert re.findall(r"\sstyle=|\son\w+=|<script>", page) == []


def test_the_pages_ask_no_more_often_because_there_is_more(site, had, let_out, ask, django_assert_max_num_queries):
    had(site, 2, ending={"left": 14})
    let_out(date(2025, 5, 2))
    ask()
    for month in range(4, 13):
        for place in (site, *(new_site(f"Place {month} {each}", "UTC") for each in "abc")):
            had(place, month, ending={"left": 60, "disconnected": 12})
    let_out()
    for of in ("trends", "trends-on-paper", "trends-file"):
        with django_assert_max_num_queries(14 + WHO_ACTS):
            assert ask(of=of).status_code == 200
