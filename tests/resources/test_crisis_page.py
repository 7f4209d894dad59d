"""When the application is down: a page that stands by itself, says nothing unchecked, and is never half written."""

import os
import re
from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Role, Site
from resources import checking, crisis_page, tasks
from resources.models import ContactPoint, Resource


@pytest.fixture
def people(hire):
    return [hire("Kim One", Role.ADMIN), hire("Lou Two", Role.ADMIN)]


@pytest.fixture
def line(put, people):
    """A crisis line with a number and a text line, each found working by two people twelve days ago."""
    made = put("Night & Day line", dial="988", is_crisis_line=True, hours_text="Every night", cost="free", slug="night")
    ContactPoint.objects.create(resource=made, kind="sms", dial="741741", dial_region="US", keyword="HOME", position=1)
    with time_machine.travel(timezone.now() - timedelta(days=12)):
        check(made, people)
    return made


def check(resource, people):
    for person in people:
        for contact in resource.contact_points.all():
            checking.check(contact, result="works", method="call", by=person)


def page(folder, country="us"):
    return (folder / f"crisis-lines-{country}.html").read_text(encoding="utf-8")


def test_the_page_says_what_to_dial_and_how_old_that_is(line, site, tmp_path):
    written = crisis_page.write(tmp_path)
    assert written == [tmp_path / "crisis-lines-us.html"]
    text = page(tmp_path)
    today = timezone.localdate(timezone=site.zone)
    checked_on = Resource.objects.with_contacts().get(pk=line.pk).checked_on
    for words in ("Night &amp; Day line", "988", "Text HOME to 741741", "Every night", "free", "Emergency 911"):
        assert words in text
    assert f"Checked on {checked_on:%-d %B %Y}." in text
    assert checked_on < today
    assert f"Written on {today:%-d %B %Y}." in text
    assert f"Do not trust this page after {today + timedelta(days=7):%-d %B %Y}" in text
    assert "older than 7 days" in text


def test_the_page_needs_nothing_else(line, site, tmp_path):
    crisis_page.write(tmp_path)
    text = page(tmp_path)
    assert "<script" not in text
    assert not re.search(r"\son\w+=", text)
    assert "src=" not in text
    assert "url(" not in text
    assert "@import" not in text
    assert "@media print" in text
    assert 'charset="utf-8"' in text
    assert set(re.findall(r'href="(\w+:)', text)) == {"tel:", "sms:"}


def test_nothing_that_nobody_has_checked_is_on_it(line, put, people, site, tmp_path):
    put("Never tried", dial="5551", is_crisis_line=True)
    check(put("Tried by one", dial="5552", is_crisis_line=True), people[:1])
    half = put("Half tried", dial="5553", is_crisis_line=True)
    check(half, people)
    ContactPoint.objects.create(resource=half, kind="sms", dial="5554", dial_region="US", position=1)
    check(put("No crisis line", dial="5555"), people)
    check(put("Of elsewhere", country="NL", dial="5556", is_crisis_line=True), people)
    retired = put("Retired", dial="5557", is_crisis_line=True)
    check(retired, people)
    checking.set_status(retired, "retired", by=people[0], reason="Closed for good")
    old = put("Long unchecked", dial="5558", is_crisis_line=True)
    with time_machine.travel(timezone.now() - timedelta(days=200)):
        check(old, people)
    dead = put("Dead", dial="5559", is_crisis_line=True)
    check(dead, people)
    checking.check(dead.contact_points.get(), result="dead", method="call", by=people[0])
    crisis_page.write(tmp_path)
    text = page(tmp_path)
    assert "988" in text
    assert not re.search(r"555\d", text)
    assert text.count("<article>") == 1


def test_a_changed_number_leaves_the_page_until_it_was_checked_again(line, people, site, tmp_path):
    checking.change(line.contact_points.get(kind="voice"), by=people[0], dial="989")
    crisis_page.write(tmp_path)
    assert "<article>" not in page(tmp_path)


def test_what_somebody_found_not_working_says_so(line, people, site, tmp_path):
    checking.report(line.contact_points.get(kind="voice"), what="no_answer", by=people[0])
    crisis_page.write(tmp_path)
    assert page(tmp_path).count("Somebody has said that this did not work.") == 1


def test_an_empty_directory_still_says_the_emergency_number(site, tmp_path):
    crisis_page.write(tmp_path)
    text = page(tmp_path)
    assert 'href="tel:911"' in text
    assert "No crisis line has been checked here yet." in text


def test_each_country_with_a_site_has_its_page(line, put, people, site, tmp_path):
    facts = {"country": "NL", "time_zone": "Europe/Amsterdam", "emergency_number": "112"}
    Site.objects.create(name="Amsterdam", **facts)
    check(put("Line of the Netherlands", country="NL", dial="113", is_crisis_line=True), people)
    assert [path.name for path in crisis_page.write(tmp_path)] == ["crisis-lines-nl.html", "crisis-lines-us.html"]
    assert "113" in page(tmp_path, "nl")
    assert "988" not in page(tmp_path, "nl")
    assert "Emergency 112" in page(tmp_path, "nl")


def test_two_sites_of_one_country_have_both_their_numbers_on_it(site, tmp_path):
    Site.objects.create(name="Second", country="US", time_zone="America/Denver", emergency_number="9911")
    crisis_page.write(tmp_path)
    assert "Emergency 911<" in page(tmp_path)
    assert "Emergency 9911<" in page(tmp_path)


def test_words_of_an_entry_are_never_markup(line, people, site, tmp_path):
    line.hours_text = "<script>alert(1)</script>"
    line.save()
    crisis_page.write(tmp_path)
    assert "<script" not in page(tmp_path)


# Writing ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("broken", ["replace", "fsync"])
def test_where_writing_fails_the_old_page_stays_whole_and_nothing_is_left_lying(site, tmp_path, monkeypatch, broken):
    crisis_page.write(tmp_path)
    before = page(tmp_path)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, broken, full)
    with pytest.raises(crisis_page.CannotWrite, match="No space left on device"):
        crisis_page.write(tmp_path)
    assert page(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["crisis-lines-us.html"]


def test_whoever_reads_meanwhile_reads_a_whole_page(site, tmp_path, monkeypatch):
    crisis_page.write(tmp_path)
    seen, real = [], os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: seen.append(page(tmp_path)) or real(file))
    crisis_page.write(tmp_path)
    assert seen[0].rstrip().endswith("</html>")


def test_a_page_that_cannot_be_written_keeps_no_other_from_it(site, tmp_path):
    Site.objects.create(name="Amsterdam", country="NL", time_zone="Europe/Amsterdam", emergency_number="112")
    (tmp_path / "crisis-lines-nl.html").mkdir()
    with pytest.raises(crisis_page.CannotWrite, match=r"crisis-lines-nl\.html"):
        crisis_page.write(tmp_path)
    assert "Emergency 911" in page(tmp_path)


def test_the_page_can_be_read_by_whoever_serves_the_folder(site, tmp_path):
    (path,) = crisis_page.write(tmp_path)
    assert path.stat().st_mode & 0o777 == 0o644


def test_the_task_writes_where_it_was_told_to_and_else_nowhere(site, tmp_path, settings):
    settings.CRISIS_PAGE_FOLDER = ""
    tasks.write_crisis_page()
    assert list(tmp_path.iterdir()) == []
    settings.CRISIS_PAGE_FOLDER = str(tmp_path)
    tasks.write_crisis_page()
    assert "Emergency 911" in page(tmp_path)


def test_the_command_says_what_it_wrote_or_why_it_could_not(site, tmp_path, capsys):
    call_command("write_crisis_page", to=str(tmp_path))
    assert capsys.readouterr().out == f"{tmp_path}/crisis-lines-us.html\n"
    with pytest.raises(CommandError, match="There is no folder"):
        call_command("write_crisis_page", to=str(tmp_path / "none"))
