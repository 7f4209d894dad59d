"""One tap begins a departure, and nothing stops it; how it ended may be said, corrected and taken back."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from sessions_app import departures
from sessions_app.models import Client, Composition, DepartureEvent, Ending, Format

START = "/departures/"


@pytest.fixture
def end(browser, departure):
    """Say how it ended: `end("stayed")`; `minutes` is how long after the beginning."""

    def say(ending, *, minutes=None, **facts):
        data = {"ending": ending, "kind": "", **facts}
        if minutes is not None:
            at = departure.began_at + timedelta(minutes=minutes)
            data["ended_time"] = f"{at.astimezone(departure.therapist.zone):%H:%M}"
        answer = browser.post(reverse("end-departure", args=[departure.pk]), data)
        departure.refresh_from_db()
        return answer

    return say


@pytest.fixture
def somebody_elses(stranger, hire):
    client = Client.objects.create(reference="9", therapist=stranger, team=stranger.team)
    return departures.log(id=uuid.uuid4(), by=stranger, client=client)


def move_back(departure, **ago):
    """Let the departure have begun earlier than it did."""
    departure.began_at -= timedelta(**ago)
    departure.save(update_fields=["began_at"])
    return departure


def test_one_tap_keeps_its_own_moment_and_opens_the_steps(browser, session, client_0417):
    tapped_at = timezone.now() - timedelta(minutes=3)
    answer = browser.post(START, {"id": str(uuid.uuid4()), "session": session.pk, "at": tapped_at.isoformat()})
    departure = DepartureEvent.objects.get()
    assert answer.url == reverse("departure", args=[departure.pk])
    assert (departure.began_at, departure.session, departure.client) == (tapped_at, session, client_0417)
    assert departure.received_at > tapped_at
    assert "Client is leaving" in browser.get(answer.url).content.decode()


def test_the_same_tap_sent_twice_is_one_departure(browser, session):
    tap = {"id": str(uuid.uuid4()), "session": session.pk}
    first, second = browser.post(START, tap), browser.post(START, tap)
    assert first.url == second.url
    assert DepartureEvent.objects.count() == 1


def test_an_id_of_somebody_else_is_refused_and_shows_nothing_of_theirs(browser, somebody_elses):
    answer = browser.post(START, {"id": str(somebody_elses.pk)})
    assert answer.status_code == 409
    assert "tap again" in answer.content.decode()
    assert DepartureEvent.objects.get() == somebody_elses


@pytest.mark.parametrize("broken", ["999999", "x", "-1", "9" * 40, "1; DROP TABLE", "\x00"])
def test_a_broken_session_never_stops_the_tap(browser, broken):
    answer = browser.post(START, {"id": "not-a-uuid", "session": broken, "at": "yesterday-ish"})
    departure = DepartureEvent.objects.get()
    assert answer.url == reverse("departure", args=[departure.pk])
    assert departure.session is None


def test_a_session_of_somebody_else_is_left_out_of_the_tap(browser, session, signed_in, stranger):
    signed_in(stranger).post(START, {"session": session.pk})
    departure = DepartureEvent.objects.get()
    assert (departure.therapist, departure.session, departure.client) == (stranger, None, None)


@pytest.mark.parametrize("wrong", [{"minutes": 10}, {"days": 400}, {"days": -30}])
def test_a_clock_that_cannot_be_right_gives_way_to_the_servers(browser, wrong):
    before = timezone.now()
    browser.post(START, {"at": (before + timedelta(**wrong)).isoformat()})
    assert before <= DepartureEvent.objects.get().began_at <= timezone.now()


def test_the_setting_comes_from_the_session(browser, session_of, client_0417):
    session = session_of(client_0417, format=Format.VIDEO, composition=Composition.COUPLE)
    browser.post(START, {"session": session.pk})
    departure = DepartureEvent.objects.get()
    assert departure.setting == {"remote", "couple_or_family"}


def test_with_two_clients_in_the_room_nobody_is_guessed(browser, session, therapist):
    session.clients.add(Client.objects.create(reference="0418", therapist=therapist, team=therapist.team))
    browser.post(START, {"session": session.pk})
    assert DepartureEvent.objects.get().client is None


def test_one_that_happened_earlier_needs_only_its_time(browser, therapist, client_0417):
    began = timezone.now() - timedelta(hours=20)
    local = began.astimezone(therapist.zone)
    data = {"began_at_0": f"{local:%Y-%m-%d}", "began_at_1": f"{local:%H:%M}", "client": client_0417.pk}
    answer = browser.post(reverse("earlier-departure"), data)
    departure = DepartureEvent.objects.get()
    assert answer.url == reverse("departure", args=[departure.pk])
    assert departure.began_at == began.replace(second=0, microsecond=0)
    assert (departure.client, departure.is_late_entry) == (client_0417, True)


def test_one_that_lies_ahead_is_refused_with_what_was_typed(browser, client_0417):
    data = {"began_at_0": "2199-01-01", "began_at_1": "10:00", "client": client_0417.pk}
    answer = browser.post(reverse("earlier-departure"), data)
    assert answer.status_code == 422
    assert 'value="2199-01-01"' in answer.content.decode()
    assert not DepartureEvent.objects.exists()


def test_a_mistake_is_kept_with_its_reason_and_counts_nowhere(browser, departure, therapist):
    answer = browser.post(reverse("void-departure", args=[departure.pk]), {"reason": "Tapped in my pocket"})
    assert answer.url == "/"
    departure.refresh_from_db()
    assert (departure.void_reason, departure.voided_by) == ("Tapped in my pocket", therapist)
    assert "Carry on" not in browser.get("/").content.decode()
    assert "Tapped in my pocket" in browser.get(reverse("departure", args=[departure.pk])).content.decode()


def test_a_mistake_needs_a_reason(browser, departure):
    answer = browser.post(reverse("void-departure", args=[departure.pk]), {"reason": " "})
    assert answer.status_code == 422
    departure.refresh_from_db()
    assert not departure.is_voided


def test_nothing_can_be_written_to_a_mistake(browser, departure, therapist, tap):
    departures.void(departure, reason="Wrong room", by=therapist)
    assert tap("stay-calm").status_code == 404
    assert browser.post(reverse("gone", args=[departure.pk])).status_code == 404


@pytest.mark.parametrize("ending", Ending.values)
def test_every_ending_can_be_said_with_its_time(end, departure, ending):
    move_back(departure, minutes=30)
    assert end(ending, minutes=5, kind="asked").status_code == 302
    assert (departure.ending, departure.kind) == (ending, "asked")
    assert timedelta(minutes=5) <= departure.ended_at - departure.began_at <= timedelta(minutes=6)


def test_without_a_time_the_ending_is_now(end, departure):
    before = timezone.now()
    end(Ending.HANDED_OVER)
    assert before <= departure.ended_at <= timezone.now()


def test_an_ending_ahead_of_the_clock_is_refused_with_what_was_typed(end, departure, time_machine):
    time_machine.move_to("2026-05-20T15:00:00Z", tick=False)  # eleven in the morning at the site
    DepartureEvent.objects.update(began_at=timezone.now() - timedelta(minutes=10))
    answer = end(Ending.LEFT, ended_time="11:30")
    assert answer.status_code == 422
    assert 'value="11:30"' in answer.content.decode()
    assert departure.is_open


def test_an_ending_after_midnight_belongs_to_the_next_day(end, departure, time_machine):
    time_machine.move_to("2026-05-20T04:20:00Z", tick=False)  # twenty past midnight at the site
    DepartureEvent.objects.update(began_at=timezone.now() - timedelta(minutes=40))
    end(Ending.LEFT, ended_time="00:10")
    assert departure.ended_at - departure.began_at == timedelta(minutes=30, seconds=59)


def test_nothing_ends_before_it_began(departure, therapist):
    with pytest.raises(departures.EndsBeforeItBegan):
        departures.end(departure, ending=Ending.LEFT, at=departure.began_at - timedelta(minutes=1), by=therapist)


@pytest.mark.parametrize(("ending", "minutes"), [(Ending.LEFT, 26), (Ending.STAYED, 50), (Ending.RETURNED, 50)])
def test_minutes_of_service_run_to_the_leaving_or_are_the_planned_ones(departure, therapist, ending, minutes):
    left = departure.session.starts_at + timedelta(minutes=26, seconds=40)
    departure.began_at = departure.session.starts_at + timedelta(minutes=20)
    departure.save()
    assert departure.minutes_of_service is None
    assert departures.end(departure, ending=ending, at=left, by=therapist).minutes_of_service == minutes


def test_who_leaves_before_the_session_starts_was_not_served(departure, therapist):
    departure.session.starts_at = timezone.now() + timedelta(minutes=10)
    departure.session.save()
    assert departures.end(departure, ending=Ending.LEFT, by=therapist).minutes_of_service == 0


def test_the_client_can_be_chosen_later_and_brings_the_age_band(browser, therapist):
    young = Client.objects.create(reference="0500", age_band="13_17", therapist=therapist, team=therapist.team)
    browser.post(START)
    departure = DepartureEvent.objects.get()
    browser.post(reverse("choose-client", args=[departure.pk]), {"client": young.pk})
    departure.refresh_from_db()
    assert (departure.client, departure.setting) == (young, {"minor"})


def test_only_own_clients_can_be_chosen(browser, departure, somebody_elses, client_0417):
    address = reverse("choose-client", args=[departure.pk])
    assert browser.post(address, {"client": somebody_elses.client_id}).status_code == 422
    assert browser.post(address, {"client": ""}).status_code == 422
    departure.refresh_from_db()
    assert departure.client == client_0417
    assert list(browser.get(address).context["form"].fields["client"].queryset) == [client_0417]
