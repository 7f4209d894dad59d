"""A record that is held stays, whoever asks and however old it is; who holds it never sees it."""

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from followups.keeping import disposals, holds
from followups.models import LegalHold
from sessions_app.models import Client
from tests.followups.keeping import adopt_apa, lead_of, why_kept, years_ago
from tests.followups.races import both
from tests.refusals import is_refused


@pytest.fixture
def officer(privacy_officer):
    return privacy_officer


@pytest.fixture
def due(client_0417, session, officer, site):
    """A client whose time is over."""
    adopt_apa(site, by=officer)
    years_ago(8)
    return client_0417


def hold(team, by, **facts):
    return holds.place(**{"team": team, "reference": "0417", "reason": "complaint", "by": by, **facts})


def test_what_is_held_is_on_no_list(due, officer, team):
    assert why_kept(due) == ""
    hold(team, officer)
    assert why_kept(due) == "held"
    with pytest.raises(disposals.NothingIsDue):
        disposals.propose(by=officer)


def test_a_hold_that_came_after_the_list_keeps_the_record(due, officer, team, adopted):
    made = disposals.answer(disposals.propose(by=officer), is_approved=True, by=lead_of(adopted))
    hold(team, officer)
    assert disposals.work() == 1
    record = made.records.get()
    assert (record.kept_because, record.counts) == ("held", {})
    assert Client.objects.filter(pk=due.pk).exists()


def test_lifted_it_may_be_proposed_again_and_two_holds_are_two(due, officer, team):
    first, second = hold(team, officer), hold(team, officer, reason="legal_claim", matter="2026/17")
    holds.lift(first, by=officer)
    assert why_kept(due) == "held"
    holds.lift(second, by=officer)
    assert why_kept(due) == ""
    with pytest.raises(holds.AlreadyLifted):
        holds.lift(second, by=officer)
    actions = AuditEntry.objects.filter(subject_type="followups.legalhold").values_list("action", flat=True)
    assert sorted(actions) == ["hold_lifted"] * 2 + ["hold_placed"] * 2
    assert "0417" not in str(list(AuditEntry.objects.values_list("facts", flat=True)))


def test_only_a_privacy_officer_places_and_lifts(due, officer, team, therapist, supervisor, admin, adopted):
    made = hold(team, officer)
    for person in (therapist, supervisor, admin, lead_of(adopted)):
        with pytest.raises(holds.NotForThem):
            hold(team, person)
        with pytest.raises(holds.NotForThem):
            holds.lift(made, by=person)
    facts = [due.pk, "complaint", "", therapist.pk, timezone.now()]
    columns = "client_key, reason, matter, placed_by_id, placed_at"
    assert is_refused(f"INSERT INTO followups_legalhold ({columns}) VALUES (%s, %s, %s, %s, %s)", *facts)
    lift = "UPDATE followups_legalhold SET lifted_at = now(), lifted_by_id = %s WHERE id = %s"
    assert is_refused(lift, therapist.pk, made.pk)


def test_the_database_lets_nobody_delete_or_rewrite_one(due, officer, team):
    made = hold(team, officer)
    assert is_refused("DELETE FROM followups_legalhold")
    assert is_refused("UPDATE followups_legalhold SET client_key = 0 WHERE id = %s", made.pk)
    holds.lift(made, by=officer)
    assert is_refused("UPDATE followups_legalhold SET lifted_at = NULL, lifted_by_id = NULL WHERE id = %s", made.pk)


def test_the_exact_reference_is_needed_and_nothing_of_the_record_is_shown(signed_in, due, officer, team):
    browser, address = signed_in(officer), reverse("holds")
    said = {"team": team.pk, "reference": "041", "reason": "complaint", "matter": "File 9"}
    refused = browser.post(address, said)
    assert refused.status_code == 422
    assert "No client of this team has this reference" in refused.content.decode()
    assert 'value="File 9"' in refused.content.decode(), "what was typed stays"
    assert browser.post(address, said | {"reference": "0417"}).status_code == 302
    page = browser.get(address).content.decode()
    assert f"Record {due.pk}" in page
    assert [word for word in ("0417", "Robin", "Ana Reyes") if word in page] == []
    made = LegalHold.objects.get()
    assert browser.post(reverse("lift-hold", args=[made.pk])).status_code == 302
    assert "Lifted by Pat Moreno" in browser.get(address).content.decode()


def test_a_therapist_sees_a_neutral_line(signed_in, therapist, due, officer, team):
    address, line = reverse("client-copies", args=[due.pk]), "This record is kept until further notice."
    assert line not in signed_in(therapist).get(address).content.decode()
    hold(team, officer)
    page = signed_in(therapist).get(address).content.decode()
    assert line in page
    assert "complaint" not in page.lower()


@pytest.mark.django_db(transaction=True)
def test_a_hold_and_a_disposal_at_once_are_one_or_the_other(due_at_once, officer, team, adopted):
    """Either the hold stands and the record is there, or the record is gone and the hold came too late."""
    disposals.answer(disposals.propose(by=officer), is_approved=True, by=lead_of(adopted))

    def try_to_hold():
        try:
            return hold(team, officer)
        except holds.NoSuchClient:
            return None

    both(try_to_hold, disposals.work)
    is_held, is_there = LegalHold.objects.exists(), Client.objects.filter(pk=due_at_once.pk).exists()
    assert is_held == is_there


@pytest.fixture
def due_at_once(transactional_db, client_0417, session, officer, site):
    adopt_apa(site, by=officer)
    from django.db import transaction

    with transaction.atomic():
        years_ago(8)
    return client_0417


@pytest.mark.django_db(transaction=True)
def test_a_disposal_waits_for_a_hold_that_is_being_placed(due_at_once, officer, team, adopted, monkeypatch):
    """The hold has looked for the client, and commits while the disposal is already under way."""
    import threading

    from django.db import transaction

    made = disposals.answer(disposals.propose(by=officer), is_approved=True, by=lead_of(adopted))
    placed, results = threading.Event(), []

    def dispose():
        placed.wait(10)
        results.append(disposals.work())
        connection.close()

    worker = threading.Thread(target=dispose)
    worker.start()
    with transaction.atomic():
        hold(team, officer)
        placed.set()
        worker.join(1)
        assert worker.is_alive(), "it waits"
    worker.join(10)
    assert results == [1]
    assert made.records.get().kept_because == "held"
