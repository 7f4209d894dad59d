"""The privacy officer's pages, and what a client is told who asks who looked."""

import csv
import io
import re
import time
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEntry, Role, Team
from accounts.session_end import BEGAN
from sessions_app import departures, trail
from sessions_app.models import Client
from tests.conftest import PASSWORD
from tests.test_query_counts import NOT_OF_THE_PAGE

WORDS = {"preferred_name": "Borborygmus"}


@pytest.fixture
def pia(signed_in, privacy_officer):
    return signed_in(privacy_officer)


@pytest.fixture
def looked_at(signed_in, therapist, supervisor, departure, client_0417):
    """The therapist and the supervisor have opened the record; a stranger was refused."""
    client_0417.preferred_name = WORDS["preferred_name"]
    client_0417.save()
    signed_in(therapist).get(reverse("departure", args=[departure.pk]), REMOTE_ADDR="192.0.2.7")
    signed_in(supervisor).get(reverse("departure", args=[departure.pk]), REMOTE_ADDR="192.0.2.8")
    return client_0417


def html(answer):
    return answer.content.decode()


def text(answer):
    """What is read between the beginning and the end of the page, without the list of people to choose from."""
    main = html(answer).partition("<main")[2].partition("</main>")[0]
    return re.sub(r"<select.*?</select>", "", main, flags=re.DOTALL)


def find(browser, reference):
    return browser.post(reverse("find-client-trail"), {"reference": reference})


# Landing --------------------------------------------------------------------------------------------------------------


def test_somebody_who_is_only_privacy_officer_lands_on_their_own_page(client, privacy_officer):
    answer = client.post("/account/sign-in/", {"login": privacy_officer.email, "password": PASSWORD}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("trail")
    assert answer.status_code == 200
    assert f'href="{reverse("trail")}" aria-current="page"' in html(answer)


def test_no_other_role_sees_where_the_trail_is(signed_in, therapist, supervisor, admin):
    for person in (therapist, supervisor, admin):
        assert reverse("trail") not in html(signed_in(person).get("/account/")), person.name


PAGES = ["trail", "client-trail", "client-answer"]


@pytest.mark.parametrize("name", PAGES)
def test_the_trail_is_for_the_privacy_officer_alone(signed_in, hire, looked_at, pia, name):
    address = reverse(name, args=[looked_at.pk] if name != "trail" else [])
    everybody_else = hire("Kim Novak", Role.THERAPIST, Role.SUPERVISOR, Role.ADMIN)
    assert signed_in(everybody_else).get(address).status_code == 403
    assert pia.get(address).status_code == 200


def test_a_privacy_officer_sees_no_clinical_page(pia, departure, client_0417):
    pages = {"departure": departure.pk, "report": departure.pk, "client": client_0417.pk, "who-looked": client_0417.pk}
    assert {pia.get(reverse(name, args=[pk])).status_code for name, pk in pages.items()} == {403}


# Who looked at one client ---------------------------------------------------------------------------------------------


def test_the_whole_reference_leads_to_who_looked_and_to_nothing_else(pia, looked_at, therapist, supervisor):
    answer = find(pia, "0417")
    assert answer.url == reverse("client-trail", args=[looked_at.pk])
    said = text(pia.get(answer.url))
    for word in (therapist.name, supervisor.name, "192.0.2.7", "192.0.2.8", "viewed"):
        assert word in said, word
    assert [word for word in ("0417", "Borborygmus", "Robin") if word in said] == []


@pytest.mark.parametrize("reference", ["041", "04170", "0418", ""])
def test_part_of_a_reference_finds_nobody_and_what_was_typed_stays(pia, looked_at, reference):
    answer = find(pia, reference)
    assert answer.status_code == 422
    assert f'value="{reference}"' in html(answer) or not reference


def test_a_reference_that_two_teams_use_asks_which_is_meant(pia, looked_at, site, therapist):
    other = Team.objects.create(name="Young people", site=site)
    Client.objects.create(reference="0417", therapist=therapist, team=other)
    said = text(find(pia, "0417"))
    assert "Young people" in said
    assert "Adults" in said


def test_who_looked_before_the_client_was_chosen_is_told_as_well(pia, signed_in, therapist, client_0417):
    made = departures.log(id=uuid.uuid4(), by=therapist)
    signed_in(therapist).get(reverse("departure", args=[made.pk]))
    before = set(trail.of_client(client_0417.pk).values_list("pk", flat=True))
    departures.choose_client(made, client=client_0417, by=therapist)
    since = trail.of_client(client_0417.pk).values_list("action", flat=True)
    assert {"logged", "viewed"} <= set(since)
    assert len(since) > len(before)


def test_what_older_entries_say_without_naming_anybody_is_told_too(pia, looked_at, therapist, departure):
    about = {"action": "old_deed", "by": therapist, "about": None}
    AuditEntry.objects.create(subject_type="sessions_app.departureevent", subject_id=str(departure.pk), **about)
    AuditEntry.objects.create(subject_type="sessions_app.client", subject_id=str(looked_at.pk), **about)
    AuditEntry.objects.create(subject_type="sessions_app.client", subject_id="999999", **about)
    assert trail.of_client(looked_at.pk).filter(action="old_deed").count() == 2


def test_who_looked_is_two_queries_however_long_the_trail_is(looked_at, therapist):
    def count():
        with CaptureQueriesContext(connection) as captured:
            found = [(entry.by and entry.by.team.name, entry.action) for entry in trail.of_client(looked_at.pk)]
        assert len(captured) == 2
        return len(found)

    before = count()
    for _more in range(30):
        audit.record("looked", looked_at, by=therapist)
    assert count() == before + 30


def test_a_list_says_of_everybody_on_it_that_they_were_seen(signed_in, therapist, client_0417):
    other = Client.objects.create(reference="0500", therapist=therapist, team=therapist.team)
    signed_in(therapist).get(reverse("clients"))
    entry = AuditEntry.objects.get(action="viewed", facts__page="clients")
    assert {f"client:{client_0417.pk}", f"client:{other.pk}"} <= set(entry.about)
    assert trail.of_client(other.pk).get() == entry


# A sheet for the client -----------------------------------------------------------------------------------------------


def test_the_sheet_says_in_plain_words_who_did_what_on_which_day(pia, looked_at, therapist, supervisor):
    said = text(pia.get(reverse("client-answer", args=[looked_at.pk])))
    for words in (therapist.name, supervisor.name, "opened it", "wrote in it"):
        assert words in said, words
    assert [word for word in ("0417", "Borborygmus", "viewed", "192.0.2.7") if word in said] == []


def test_the_owner_and_the_supervisor_see_who_opened_the_record(signed_in, looked_at, therapist, supervisor):
    address = reverse("who-looked", args=[looked_at.pk])
    assert address in html(signed_in(therapist).get(reverse("client", args=[looked_at.pk])))
    for person in (therapist, supervisor):
        said = text(signed_in(person).get(address))
        assert therapist.name in said
        assert supervisor.name in said


# Searching ------------------------------------------------------------------------------------------------------------


def search(browser, **asked):
    answer = browser.get(reverse("trail"), asked)
    return answer.status_code, text(answer)


def test_the_trail_is_searched_by_person_deed_day_and_address(pia, looked_at, therapist, supervisor):
    today = timezone.localdate(timezone=therapist.zone)
    assert supervisor.name not in search(pia, by=therapist.pk)[1]
    assert "192.0.2.8" not in search(pia, address="192.0.2.7")[1]
    assert "logged" not in search(pia, action="viewed")[1]
    assert therapist.name in search(pia, first=today, last=today)[1]
    assert therapist.name not in search(pia, last=today - timedelta(days=1))[1]


NONSENSE = [{"by": "x"}, {"by": 0}, {"address": "localhost"}, {"first": "x"}, {"older": "-1"}, {"action": "Viewed it!"}]
BACKWARDS = {"first": "2026-05-02", "last": "2026-05-01"}


@pytest.mark.parametrize("asked", [*NONSENSE, BACKWARDS])
def test_what_cannot_be_searched_for_is_said_beside_the_field(pia, looked_at, asked):
    assert search(pia, **asked)[0] == 422


def test_old_entries_come_a_page_at_a_time_and_none_twice(pia, looked_at, therapist):
    for number in range(120):
        audit.record("looked", therapist, by=therapist, number=number)
    seen, address = [], f"{reverse('trail')}?action=looked"
    while address:
        page = html(pia.get(address))
        seen.append(page.count("</strong> looked"))
        older = re.search(r'href="(/trail/\?[^"]*older=[^"]*)"', page)
        address = older and older.group(1).replace("&amp;", "&")
    assert seen == [50, 50, 20]


def test_the_pages_ask_no_more_when_there_is_more(pia, looked_at, therapist, supervisor):
    addresses = [reverse("trail"), *(reverse(name, args=[looked_at.pk]) for name in PAGES[1:])]

    def counts():
        found = []
        for address in addresses:
            with CaptureQueriesContext(connection) as captured:
                pia.get(address)
            found.append(len([each for each in captured if not each["sql"].startswith(NOT_OF_THE_PAGE)]))
        return found

    counts()
    before = counts()
    for person in (therapist, supervisor) * 30:
        audit.record("looked", looked_at, by=person)
    assert counts() == before
    assert max(before) <= 12


# Reading the trail is in the trail ------------------------------------------------------------------------------------


def test_reading_the_trail_leaves_an_entry_too(pia, looked_at, privacy_officer):
    search(pia, address="192.0.2.7")
    find(pia, "0417")
    pia.get(reverse("client-trail", args=[looked_at.pk]))
    theirs = AuditEntry.objects.filter(by=privacy_officer).order_by("pk")
    assert list(theirs.values_list("action", flat=True)) == ["trail_read", "trail_searched", "trail_read"]
    assert theirs[0].facts == {"asked": ["address"]}, "what was asked by, and not for what"
    assert privacy_officer.name in text(pia.get(reverse("client-trail", args=[looked_at.pk])))
    assert "checked who looked" in text(pia.get(reverse("client-answer", args=[looked_at.pk])))


# A table --------------------------------------------------------------------------------------------------------------


def save(browser, client):
    return browser.post(reverse("client-trail-table", args=[client.pk]))


def hours_ago(browser):
    session = browser.session
    session[BEGAN] = time.time() - 3 * 3600
    session["account_authentication_methods"] = []
    session.save()


def test_a_table_is_saved_by_whoever_has_just_proved_who_they_are(pia, looked_at, privacy_officer, therapist):
    hours_ago(pia)
    asked = save(pia, looked_at)
    assert asked.url.startswith("/account/again/")
    again = pia.post(asked.url, {"password": PASSWORD})
    assert again.url == reverse("client-trail", args=[looked_at.pk])
    hours_ago(pia)
    answer = save(pia, looked_at)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="trail-{looked_at.pk}.csv"'
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert therapist.name in {row[2] for row in rows}
    assert save(pia, looked_at).status_code == 302, "the proof is for one table"
    assert AuditEntry.objects.filter(action="person_checked_again", by=privacy_officer).exists()


def test_no_cell_of_the_table_is_taken_for_a_formula(pia, looked_at, hire):
    person = hire("X", Role.THERAPIST)
    person.name = '=HYPERLINK("x")'
    person.save()
    audit.record("looked", looked_at, by=person)
    rows = list(csv.reader(io.StringIO(save(pia, looked_at).content.decode("utf-8-sig"))))
    assert '\'=HYPERLINK("x")' in {row[2] for row in rows}


def test_a_client_who_is_not_there_has_no_trail(pia):
    for name in ("client-trail", "client-answer"):
        assert pia.get(reverse(name, args=[999_999])).status_code == 404
    assert pia.post(reverse("client-trail-table", args=[999_999])).status_code == 404


def test_made_up_clients_of_an_exercise_are_nobodys(pia, therapist):
    made_up = Client.objects.create(reference="P-1", therapist=therapist, team=therapist.team, is_practice=True)
    assert find(pia, "P-1").status_code == 422
    assert pia.get(reverse("client-trail", args=[made_up.pk])).status_code == 404
