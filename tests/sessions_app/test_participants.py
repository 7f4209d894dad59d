"""A couple, a family, a group: each person has a record of their own, and nothing of one shows on another's."""

import uuid

import pytest
from django.urls import reverse

from followups import contact_permissions
from followups.models import FollowUp
from resources.models import Resource
from sessions_app import checklist, departures, levels, participants, reports, timeline
from sessions_app.models import (
    Channel,
    Client,
    Composition,
    ContactPermission,
    DepartureEvent,
    Ending,
    ResponseLevel,
)
from tests.followups.races import both, meet_after

RARE = {
    "reference": "zq-other-ref",
    "name": "Zuleika",
    "address": "99 Quince Yard",
    "number": "+1 555 0199",
    "words": "afraid-of-going-home",
    "note": "xylophone-note",
}


@pytest.fixture
def partner(therapist):
    """The other half of the couple; every word about them is one that stands nowhere else."""
    facts = {"reference": RARE["reference"], "preferred_name": RARE["name"]}
    person = Client.objects.create(therapist=therapist, team=therapist.team, **facts)
    scope = ContactPermission.Scope.FULL
    ContactPermission.objects.create(client=person, channel=Channel.PHONE, scope=scope, address=RARE["number"])
    return person


@pytest.fixture
def couple(session_of, client_0417, partner):
    return session_of(client_0417, partner, composition=Composition.COUPLE)


@pytest.fixture
def leaver(couple, client_0417, therapist):
    """The record of who stormed out."""
    made = departures.log(id=uuid.uuid4(), by=therapist, session=couple)
    return departures.choose_client(made, client=client_0417, by=therapist)


@pytest.fixture
def other(leaver, partner, therapist, starter):
    """The record of who stayed behind, full of words that belong to them alone."""
    made = participants.look_after(leaver, id=uuid.uuid4(), client=partner, by=therapist)
    where = {"address_today": RARE["address"], "callback_number": RARE["number"], "country_today": ""}
    departures.change_whereabouts(made, by=therapist, **where)
    facts = {"quote": RARE["words"]}
    checklist.note(made, slug="express-empathy", facts=facts, op_id=uuid.uuid4(), by=therapist)
    note = {"slug": "offer-options", "outcome": "not_applicable", "note": RARE["note"]}
    checklist.record(made, op_id=uuid.uuid4(), by=therapist, **note)
    lines = [Resource.objects.get(slug="us-national-domestic-violence-hotline")]
    checklist.give(made, resources=lines, way="card", taken="yes", op_id=uuid.uuid4(), by=therapist)
    return levels.set_level(made, level=ResponseLevel.ELEVATED, op_id=uuid.uuid4(), by=therapist)


def test_nobody_is_taken_for_the_one_who_leaves(browser, couple, partner, client_0417):
    """One tap saves it; who it is, is asked on the page and is one more tap."""
    tapped = uuid.uuid4()
    browser.post(reverse("start-departure"), {"id": tapped, "session": couple.pk})
    found = DepartureEvent.objects.get()
    assert (found.client, found.composition) == (None, Composition.COUPLE)
    html = browser.get(reverse("departure", args=[tapped])).content.decode()
    assert "Who is leaving?" in html
    assert f'name="client" value="{partner.pk}"' in html
    browser.post(reverse("choose-client", args=[tapped]), {"client": client_0417.pk})
    found.refresh_from_db()
    assert found.client == client_0417
    assert "Who is leaving?" not in browser.get(reverse("departure", args=[tapped])).content.decode()


def test_the_other_person_gets_a_record_of_their_own(browser, leaver, partner):
    page = browser.get(reverse("others", args=[leaver.pk])).content.decode()
    assert "Begin a record" in page
    browser.post(reverse("others", args=[leaver.pk]), {"id": uuid.uuid4(), "client": partner.pk})
    made = DepartureEvent.objects.get(client=partner)
    assert (made.alongside, made.session, made.composition) == (leaver, leaver.session, leaver.composition)
    html = browser.get(reverse("departure", args=[made.pk])).content.decode()
    assert "With you as well" in html
    assert "Open their record" in browser.get(reverse("others", args=[leaver.pk])).content.decode()


def test_without_a_session_it_may_be_any_of_ones_own_clients(browser, client_0417, partner, therapist, stranger):
    """Somebody walked in with their partner: nothing was in the diary."""
    foreign = Client.objects.create(reference="foreign", therapist=stranger, team=stranger.team)
    made = departures.log(id=uuid.uuid4(), by=therapist, client=client_0417)
    departures.change_setting(made, format="in_person", composition="couple", age_band="adult", by=therapist)
    address = reverse("others", args=[made.pk])
    assert browser.post(address, {"client": foreign.pk}).status_code == 422
    browser.post(address, {"client": partner.pk})
    assert DepartureEvent.objects.get(client=partner).alongside == made
    assert "Open their record" in browser.get(address).content.decode()


def test_one_record_for_each_person_whichever_way_one_comes(leaver, partner, client_0417, therapist):
    first = participants.look_after(leaver, id=uuid.uuid4(), client=partner, by=therapist)
    again = participants.look_after(leaver, id=uuid.uuid4(), client=partner, by=therapist)
    back = participants.look_after(first, id=uuid.uuid4(), client=client_0417, by=therapist)
    assert (again, back) == (first, leaver)


@pytest.mark.usefixtures("transactional_db")
def test_two_taps_at_the_same_moment_open_one_record(leaver, partner, therapist, monkeypatch):
    meet_after(monkeypatch, departures, "locked")
    first, second = both(lambda: participants.look_after(leaver, id=uuid.uuid4(), client=partner, by=therapist))
    assert first == second
    assert DepartureEvent.objects.filter(client=partner).count() == 1


def test_two_records_never_come_to_be_about_one_person(browser, leaver, partner, client_0417, therapist):
    made = participants.look_after(leaver, id=uuid.uuid4(), client=partner, by=therapist)
    with pytest.raises(departures.HasARecordAlready):
        departures.choose_client(made, client=client_0417, by=therapist)
    answer = browser.post(reverse("choose-client", args=[made.pk]), {"client": client_0417.pk})
    assert answer.status_code == 422
    assert "This person has a record of their own in this session." in answer.content.decode()


def test_each_person_has_a_level_a_plan_and_an_ending_of_their_own(leaver, other, therapist):
    levels.set_level(leaver, level=ResponseLevel.NONE_IDENTIFIED, op_id=uuid.uuid4(), by=therapist)
    departures.they_have_gone(leaver, op_id=uuid.uuid4(), by=therapist)
    departures.stay(other, by=therapist)
    leaver.refresh_from_db()
    other.refresh_from_db()
    assert (leaver.response_level, leaver.ending) == (ResponseLevel.NONE_IDENTIFIED, Ending.LEFT)
    assert (other.response_level, other.ending) == (ResponseLevel.ELEVATED, Ending.STAYED)
    assert FollowUp.objects.filter(departure=leaver).exists()
    assert FollowUp.objects.filter(departure=other).exists()
    assert not FollowUp.objects.filter(departure=leaver, plan__departure=other).exists()


PAGES = ["departure", "whereabouts", "end-departure", "report", "check-report", "give-resources", "plan", "attempts"]


@pytest.mark.parametrize("name", PAGES)
def test_no_page_of_one_shows_a_word_of_the_other(browser, leaver, other, name):
    html = browser.get(reverse(name, args=[leaver.pk])).content.decode()
    page, _dialogs = html.split("</main>")
    if name == "give-resources":
        page = page.replace("National Domestic Violence Hotline", "")  # everybody may be given it
    given = ["Domestic Violence Hotline · "]
    for word in [*RARE.values(), *given, str(other.pk)]:
        assert word not in page


def test_the_supervisor_reads_one_record_at_a_time(signed_in, supervisor, leaver, other, therapist):
    report = reports.sign(reports.draft_for(leaver, by=therapist), by=therapist)
    browser = signed_in(supervisor)
    pages = [reverse("departure", args=[leaver.pk]), reverse("review", args=[leaver.pk])]
    everything = "".join(browser.get(page).content.decode() for page in pages) + str(report.content)
    everything += str([entry.words for entry in timeline.of(leaver)])
    for word in [*RARE.values(), str(other.pk)]:
        assert word not in everything


def test_of_a_group_only_the_number_is_shown(browser, session_of, client_0417, partner, therapist):
    group = session_of(client_0417, partner, composition=Composition.GROUP)
    made = departures.log(id=uuid.uuid4(), by=therapist, session=group, client=client_0417)
    html = browser.get(reverse("departure", args=[made.pk])).content.decode()
    assert "1 other in the session" in html
    assert RARE["reference"] not in html
    assert browser.get(reverse("others", args=[made.pk])).status_code == 404
    report = reports.sign(reports.draft_for(made, by=therapist), by=therapist)
    assert ["Others in the group", "1"] in report.content["facts"]
    assert RARE["reference"] not in str(report.content)


def test_in_a_group_too_a_tap_is_answered(session_of, client_0417, partner, therapist, signed_in):
    """Saved and then an error is worse than not saved: the therapist taps again and again."""
    group = session_of(client_0417, partner, composition=Composition.GROUP)
    made = departures.log(id=uuid.uuid4(), by=therapist, session=group, client=client_0417)
    browser = signed_in(therapist)
    for address, data in (
        (reverse("set-level", args=[made.pk]), {"level": ResponseLevel.SOME_CONCERN}),
        (reverse("undo-step", args=[made.pk, "check-safety"]), {}),
        (reverse("record-step", args=[made.pk, "check-safety"]), {"outcome": "partly"}),
    ):
        answer = browser.post(address, data, headers={"HX-Request": "true"})
        assert "1 other is in the session. One leader stays with them." in answer.content.decode()


def test_a_second_member_who_leaves_is_a_departure_of_their_own(browser, session_of, client_0417, partner):
    group = session_of(client_0417, partner, composition=Composition.GROUP)
    for person in (client_0417, partner):
        tapped = uuid.uuid4()
        browser.post(reverse("start-departure"), {"id": tapped, "session": group.pk})
        browser.post(reverse("choose-client", args=[tapped]), {"client": person.pk})
    assert set(DepartureEvent.objects.values_list("client", flat=True)) == {client_0417.pk, partner.pk}


def test_those_of_the_session_come_first_when_one_is_chosen(browser, couple, leaver, therapist):
    Client.objects.create(reference="0001", therapist=therapist, team=therapist.team)
    html = browser.get(reverse("choose-client", args=[leaver.pk])).content.decode()
    assert html.index(RARE["reference"]) < html.index("0001")


def call_of(departure, therapist):
    levels.set_level(departure, level=ResponseLevel.SOME_CONCERN, op_id=uuid.uuid4(), by=therapist)
    return departure.follow_ups.exclude(channel="").first()


def voicemail(client, address):
    scope = ContactPermission.Scope.FULL
    ContactPermission.objects.update_or_create(
        client=client, channel=Channel.VOICEMAIL, defaults={"scope": scope, "address": address}
    )


@pytest.mark.parametrize(
    ("address", "is_shared"),
    [("", True), (RARE["number"], True), ("15550199", True), ("+1 555 0177", False)],
    ids=["number not known", "the partner's number", "written another way", "a number of their own"],
)
def test_nothing_is_left_where_the_other_may_hear_it(browser, leaver, partner, therapist, address, is_shared):
    voicemail(leaver.client, address)
    call = call_of(leaver, therapist)
    address = reverse("record-contact", args=[call.pk])
    assert ("No voicemail: somebody of this couple" in browser.get(address).content.decode()) == is_shared
    said = {"channel": "voicemail", "result": "voicemail_left", "op_id": uuid.uuid4()}
    answer = browser.post(address, said)
    assert answer.status_code == (422 if is_shared else 302)
    assert call.attempts.exists() != is_shared


def test_alone_a_voicemail_that_was_allowed_may_be_left(departure, therapist):
    voicemail(departure.client, "")
    call = call_of(departure, therapist)
    assert not contact_permissions.gate_of(call.departure).of("voicemail").is_refused
