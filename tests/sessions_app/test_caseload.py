"""A therapist's own clients, what each allows, and the sessions with them."""

import re
import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Team
from followups import contact_attempts
from sessions_app import caseload, departures, levels
from sessions_app.models import (
    AgeBand,
    Channel,
    Client,
    Composition,
    ContactPermission,
    DepartureEvent,
    Format,
    ResponseLevel,
    TherapySession,
)
from tests.followups.races import both

Scope = ContactPermission.Scope
NEW, LIST, NEW_SESSION = "/clients/new/", "/clients/", "/sessions/new/"
FILLED = re.compile(r'class="[^"]*\bfilled\b')


@pytest.fixture
def add(browser):
    """Send the page that adds a client: `add("0500", phone=("full", "+1 555 0100", "evenings"))`."""

    def send(reference, *, query="", **more):
        return browser.post(NEW + query, sent(reference, **more))

    return send


@pytest.fixture
def change(browser, client_0417):
    """Send the page of client 0417, with what stands there unless it is said otherwise."""

    def send(reference="0417", **more):
        standing = {
            each.channel: (each.scope, each.address, each.safe_times) for each in client_0417.contact_permissions.all()
        }
        data = sent(reference, preferred_name=more.pop("preferred_name", "Robin"), **{**standing, **more})
        answer = browser.post(reverse("client", args=[client_0417.pk]), data)
        client_0417.refresh_from_db()
        return answer

    return send


def sent(reference, **more):
    """The form as the page sends it; a channel's three facts are given together."""
    channels = {name: more.pop(name) for name in list(more) if name in Channel.values}
    for channel, facts in channels.items():
        more |= {
            f"{channel}-{name}": fact for name, fact in zip(("scope", "address", "safe_times"), facts, strict=True)
        }
    return {"reference": reference, **more}


@pytest.fixture
def theirs(stranger):
    """A client of somebody else in the same team."""
    return Client.objects.create(reference="7777", preferred_name="Sky", therapist=stranger, team=stranger.team)


def written():
    """What was done, in order, without what was only looked at."""
    return list(AuditEntry.objects.exclude(action="viewed").order_by("pk").values_list("action", flat=True))


def test_only_the_reference_is_needed(browser, add, therapist):
    assert add("0500").url == LIST
    client = Client.objects.get()
    assert (client.reference, client.therapist, client.team) == ("0500", therapist, therapist.team)
    assert (client.preferred_name, client.age_band) == ("", AgeBand.ADULT)
    assert not client.contact_permissions.exists(), "nobody was asked about anything"
    page = browser.get(LIST).content.decode()
    assert "0500" in page
    assert reverse("client", args=[client.pk]) in page


def test_without_a_reference_the_page_says_so_and_keeps_the_words(add):
    answer = add(" ", preferred_name="Robin the second", phone=("full", "+1 555 0100", "evenings"))
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Give the reference" in html
    assert "Robin the second" in html
    assert "+1 555 0100" in html
    assert not Client.objects.exists()


def test_a_reference_is_used_once_in_a_team(add, theirs):
    answer = add("7777", preferred_name="Robin")
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Your team has a client with this reference already" in html
    assert "Robin" in html
    assert "Sky" not in html, "whose it is stays with them"
    assert Client.objects.get() == theirs


def test_another_team_may_use_the_same_reference(add, theirs):
    theirs.team = Team.objects.create(name="Children", site=theirs.team.site)
    theirs.save()
    assert add("7777").status_code == 302


def test_of_two_who_add_the_same_reference_at_once_one_is_told(transactional_db, therapist, stranger):
    def try_to_add(by):
        try:
            return caseload.add_client(reference="0500", by=by)
        except caseload.ReferenceIsTaken:
            return None

    results = both(lambda: try_to_add(therapist), lambda: try_to_add(stranger))
    assert results.count(None) == 1
    assert Client.objects.count() == 1
    assert written() == ["client_added"]


def test_the_list_shows_ones_own_clients_and_nobody_elses(
    signed_in, therapist, stranger, supervisor, client_0417, theirs
):
    mine = signed_in(therapist).get(LIST).content.decode()
    assert "0417" in mine
    assert "7777" not in mine
    both_roles = signed_in(stranger).get(LIST).content.decode()
    assert "0417" not in both_roles


def test_what_was_changed_is_changed_and_nothing_else_is_written(change, client_0417):
    assert change("0418", age_band="13_17").url == LIST
    assert (client_0417.reference, client_0417.preferred_name, client_0417.age_band) == ("0418", "Robin", "13_17")
    assert AuditEntry.objects.get(action="client_changed").facts == {"fields": ["age_band", "reference"]}
    change("0418", age_band="13_17")
    assert written() == ["client_changed"]


def test_a_reference_cannot_be_changed_to_one_in_use(change, client_0417, theirs):
    assert change("7777").status_code == 422
    assert client_0417.reference == "0417"


def test_what_a_client_allows_is_confirmed_today_where_the_therapist_is(add, time_machine):
    time_machine.move_to("2026-05-20T02:00:00Z")
    add("0500", phone=(Scope.CALL_BACK_ONLY, "+1 555 0142", "after 17:00"), email=(Scope.NONE, "", ""))
    phone, email = Client.objects.get().contact_permissions.order_by("-channel")
    assert (phone.channel, phone.scope, phone.address) == ("phone", Scope.CALL_BACK_ONLY, "+1 555 0142")
    assert phone.safe_times == "after 17:00"
    assert phone.confirmed_on == email.confirmed_on == date(2026, 5, 19)
    assert not email.is_allowed


def test_only_the_channel_that_changed_is_confirmed_anew(change, client_0417, therapist):
    change(phone=(Scope.FULL, "+1 555 0142", ""))
    phone, voicemail = client_0417.contact_permissions.order_by("channel")
    assert (phone.scope, phone.confirmed_on) == (Scope.FULL, timezone.localdate(timezone=therapist.zone))
    assert (voicemail.scope, voicemail.confirmed_on) == (Scope.NONE, None)
    entry = AuditEntry.objects.get(action="permission_changed")
    assert entry.facts == {"channel": "phone", "scope": "full"}


def test_taken_back_to_not_asked_no_permission_stands_and_its_history_does(change, client_0417):
    change(phone=("", "", ""))
    assert list(client_0417.contact_permissions.values_list("channel", flat=True)) == [Channel.VOICEMAIL]
    history = ContactPermission.pgh_event_models["insert"].objects
    assert history.filter(channel="phone", scope=Scope.PRACTICE_NAME).exists()


def test_a_number_needs_a_word_on_whether_it_may_be_used(add):
    answer = add("0500", text=("", "+1 555 0142", ""))
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Say what is allowed, or leave" in html
    assert len(re.findall(r"<details[^>]* open", html)) == 1, "the channel stands open, the others do not"
    assert not Client.objects.exists()


@pytest.mark.parametrize(
    ("channel", "address", "times"),
    [("phone", "+1\x00", ""), ("letter", "x" * 201, ""), ("letter", "", "y" * 81), ("email", "no address", "")],
)
def test_what_cannot_be_kept_is_refused_in_words(add, channel, address, times):
    answer = add("0500", preferred_name="Robin", **{channel: (Scope.FULL, address, times)})
    assert answer.status_code == 422
    assert "Robin" in answer.content.decode()
    assert not Client.objects.exists()


@pytest.fixture
def twice(departure, therapist, client_0417):
    """Two departures of client 0417, each with a plan."""
    other = departures.log(id=uuid.uuid4(), by=therapist, client=client_0417)
    for each in (departure, other):
        levels.set_level(each, level=ResponseLevel.SOME_CONCERN, op_id=uuid.uuid4(), by=therapist)
    return departure, other


def contacts(departure):
    return departure.follow_ups.open().exclude(channel="")


def test_asking_for_no_contact_holds_for_every_departure(browser, twice, client_0417):
    assert all(contacts(each).exists() for each in twice)
    where = reverse("client", args=[client_0417.pk])
    assert browser.post(reverse("no-contact", args=[client_0417.pk])).url == where
    client_0417.refresh_from_db()
    assert client_0417.asked_for_no_contact
    assert not any(contacts(each).exists() for each in twice)
    assert "This client asked for no contact" in browser.get(where).content.decode()
    assert "No contact" in browser.get(LIST).content.decode()


def test_taking_it_back_opens_nothing_by_itself(browser, twice, client_0417):
    browser.post(reverse("no-contact", args=[client_0417.pk]))
    for _again in range(2):
        browser.post(reverse("undo-no-contact", args=[client_0417.pk]))
    client_0417.refresh_from_db()
    assert not client_0417.asked_for_no_contact
    assert not any(contacts(each).exists() for each in twice)
    assert written().count("contact_allowed_again") == 1


def test_saving_a_page_opened_earlier_does_not_take_no_contact_back(change, twice, therapist, client_0417):
    """They said it on the phone while the page about their number stood open."""
    call = contacts(twice[0]).first()
    contact_attempts.record(call, channel="phone", result="reached_no_contact", op_id=uuid.uuid4(), by=therapist)
    change(preferred_name="Rob")
    assert (client_0417.preferred_name, client_0417.asked_for_no_contact) == ("Rob", True)


def test_a_plan_that_cannot_react_undoes_the_wish_as_a_whole(twice, therapist, client_0417, monkeypatch):
    monkeypatch.setattr("followups.plans.respect_no_contact", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        caseload.ask_for_no_contact(client_0417, by=therapist)
    client_0417.refresh_from_db()
    assert not client_0417.asked_for_no_contact


@pytest.fixture
def unnamed(therapist):
    """Somebody is leaving, and it is not said who."""
    return departures.log(id=uuid.uuid4(), by=therapist)


def test_who_is_leaving_and_not_in_the_list_is_added_and_chosen(browser, add, unnamed):
    query = f"?departure={unnamed.pk}"
    assert NEW + query in browser.get(reverse("choose-client", args=[unnamed.pk])).content.decode()
    assert "They will be the one who is leaving" in browser.get(NEW + query).content.decode()
    answer = add("0500", query=query, age_band="13_17")
    unnamed.refresh_from_db()
    assert answer.url == reverse("departure", args=[unnamed.pk])
    assert (unnamed.client.reference, unnamed.age_band) == ("0500", AgeBand.TEEN)


def test_a_refused_client_is_chosen_for_nothing(add, unnamed, theirs):
    assert add("7777", query=f"?departure={unnamed.pk}").status_code == 422
    unnamed.refresh_from_db()
    assert unnamed.client is None


@pytest.mark.parametrize("named", ["theirs", "taken back", "nobody's", "x", "", "9" * 400, "%E2%80%AE"])
def test_any_other_departure_in_the_address_is_left_out(add, unnamed, therapist, stranger, named):
    if named == "taken back":
        departures.void(unnamed, reason="A mistake", by=therapist)
    ids = {
        "theirs": departures.log(id=uuid.uuid4(), by=stranger).pk,
        "taken back": unnamed.pk,
        "nobody's": uuid.uuid4(),
    }
    assert add("0500", query=f"?departure={ids.get(named, named)}").url == LIST
    assert not DepartureEvent.objects.exclude(client=None).exists()


@pytest.fixture
def at_ten_past(time_machine):
    """Ten past noon at the site, which is four hours behind."""
    time_machine.move_to("2026-05-20T16:10:07Z", tick=False)


def when(day, time):
    return {"starts_at_0": day, "starts_at_1": time}


def test_a_session_with_nothing_filled_in_begins_at_the_next_quarter(at_ten_past, browser, therapist):
    assert 'value="12:15"' in browser.get(NEW_SESSION).content.decode()
    assert browser.post(NEW_SESSION).url == "/"
    session = TherapySession.objects.get()
    assert session.starts_at == datetime(2026, 5, 20, 16, 15, tzinfo=UTC)
    assert (session.planned_minutes, session.format, session.composition) == (50, Format.IN_PERSON, "individual")
    assert (session.therapist, session.site) == (therapist, therapist.site)


def test_a_couple_on_video(at_ten_past, browser, client_0417, therapist):
    partner = Client.objects.create(reference="0417-B", therapist=therapist, team=therapist.team)
    facts = {"format": "video", "composition": "couple", "planned_minutes": "90", "country_today": "uk"}
    facts |= {"address_today": "9 High Street, Leeds", "callback_number": "+44 1632 960001"}
    browser.post(NEW_SESSION, {**when("2026-05-22", "09:30"), "clients": [client_0417.pk, partner.pk], **facts})
    session = TherapySession.objects.get()
    assert session.starts_at == datetime(2026, 5, 22, 13, 30, tzinfo=UTC), "half past nine where the therapist is"
    assert set(session.clients.all()) == {client_0417, partner}
    assert (session.composition, session.planned_minutes) == (Composition.COUPLE, 90)
    assert (session.country_today, session.callback_number) == ("GB", "+44 1632 960001")
    ahead = browser.get(LIST).content.decode()
    assert reverse("session", args=[session.pk]) in ahead


@pytest.mark.parametrize(
    "wrong",
    [
        when("0001-01-01", "00:00"),
        when("9999-12-31", "23:59"),
        when("2028-05-20", "10:00"),
        when("2026-05-20", ""),
        when("2026-03-08", "02:30"),
        when("\x00", "25:61"),
        {"planned_minutes": "9" * 400},
        {"planned_minutes": "4"},
        {"format": "smoke signals"},
        {"country_today": "ZZ"},
        {"country_today": "USA"},
        {"address_today": "a\x00b"},
        {"callback_number": "1" * 31},
        {"clients": ["x", "\x00", "9" * 400]},
    ],
    ids=str,
)
def test_what_no_session_can_be_is_refused_in_words(at_ten_past, browser, wrong):
    answer = browser.post(NEW_SESSION, {"room": "The room that stays", **wrong})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Something needs another look" in html
    assert "The room that stays" in html
    assert not TherapySession.objects.exists()


def test_a_client_of_somebody_else_cannot_be_put_into_a_session(browser, theirs):
    assert browser.post(NEW_SESSION, {"clients": [theirs.pk]}).status_code == 422
    assert not TherapySession.objects.exists()


@pytest.fixture
def edit(browser, session):
    """Send the session's page with what stands there unless it is said otherwise."""

    def send(**more):
        began = session.starts_at.astimezone(session.therapist.zone)
        standing = {"room": session.room, "clients": [each.pk for each in session.clients.all()]}
        data = {**when(f"{began:%Y-%m-%d}", f"{began:%H:%M}"), **standing, **more}
        answer = browser.post(reverse("session", args=[session.pk]), data)
        session.refresh_from_db()
        return answer

    return send


def test_where_the_client_is_today_reaches_the_steps(browser, edit, session, therapist):
    edit(format="video", address_today="9 High Street, Leeds", callback_number="+44 1632 960001")
    departure = departures.log(id=uuid.uuid4(), by=therapist, session=session)
    html = browser.get(reverse("departure", args=[departure.pk])).content.decode()
    assert "9 High Street, Leeds" in html
    assert "tel:+441632960001" in html
    assert AuditEntry.objects.get(action="session_changed").facts["fields"] == [
        "address_today",
        "callback_number",
        "format",
    ]


def test_a_session_saved_as_it_stands_is_not_written(edit, session):
    before = session.starts_at
    assert edit().url == "/"
    assert session.starts_at == before, "with its seconds, which the page does not show"
    assert written() == []


def test_a_session_can_be_moved_and_emptied(edit, session):
    tomorrow = timezone.localtime(timezone=session.therapist.zone) + timedelta(days=1)
    edit(**when(f"{tomorrow:%Y-%m-%d}", "09:00"), clients=[], room="")
    assert session.starts_at > timezone.now()
    assert (session.room, session.clients.count()) == ("", 0)


def test_somebody_elses_client_who_comes_too_stays_in_the_session(edit, session, theirs, client_0417):
    session.clients.add(theirs)
    edit(clients=[], room="Room 4")
    assert list(session.clients.all()) == [theirs]


def test_now_leads_to_the_sessions_and_to_the_clients(browser, session):
    html = browser.get("/").content.decode()
    for address in (reverse("session", args=[session.pk]), NEW_SESSION, LIST):
        assert f'href="{address}"' in html


def test_each_page_has_one_filled_button(browser, session, client_0417):
    own = [reverse("client", args=[client_0417.pk]), reverse("session", args=[session.pk])]
    for address in [LIST, NEW, NEW_SESSION, *own]:
        assert len(FILLED.findall(browser.get(address).content.decode())) == 1, address


def test_every_opening_leaves_an_entry(browser, session, client_0417):
    own = [reverse("client", args=[client_0417.pk]), reverse("session", args=[session.pk])]
    for address in [LIST, NEW, NEW_SESSION, *own]:
        browser.get(address)
    pages = AuditEntry.objects.filter(action="viewed").order_by("pk").values_list("facts__page", "subject_type")
    assert list(pages) == [
        ("clients", "accounts.user"),
        ("add-client", "accounts.user"),
        ("add-session", "accounts.user"),
        ("client", "sessions_app.client"),
        ("session", "sessions_app.therapysession"),
    ]


def test_the_trail_holds_ids_and_codes_and_no_words(add, change, edit):
    add("SECRET-1", preferred_name="SECRET", letter=(Scope.FULL, "SECRET road", "SECRET times"))
    change("SECRET-2", preferred_name="SECRET", phone=(Scope.FULL, "SECRET", "SECRET"))
    edit(room="SECRET", address_today="SECRET", callback_number="SECRET", format="phone")
    assert written() == [
        "client_added",
        "permission_changed",
        "client_changed",
        "permission_changed",
        "session_changed",
    ]
    assert "SECRET" not in str(list(AuditEntry.objects.values_list("facts", flat=True)))


def test_a_deed_whose_entry_cannot_be_written_does_not_happen(therapist, client_0417, session, monkeypatch):
    def full(*_args, **_facts):
        raise OSError

    monkeypatch.setattr("accounts.audit.record", full)
    allowed = {"phone": {"scope": Scope.FULL, "address": "", "safe_times": ""}}
    for deed in (
        lambda: caseload.add_client(reference="0500", by=therapist),
        lambda: caseload.change_client(client_0417, reference="0500", by=therapist),
        lambda: caseload.permit(client_0417, permissions=allowed, by=therapist),
        lambda: caseload.ask_for_no_contact(client_0417, by=therapist),
        lambda: caseload.add_session(starts_at=timezone.now(), by=therapist),
        lambda: caseload.change_session(session, clients=[], room="Room 4", by=therapist),
    ):
        with pytest.raises(OSError):  # noqa: PT011
            deed()
    assert [(each.reference, each.asked_for_no_contact) for each in Client.objects.all()] == [("0417", False)]
    assert not ContactPermission.objects.filter(scope=Scope.FULL).exists()
    assert [each.room for each in TherapySession.objects.all()] == ["Room 3"]
