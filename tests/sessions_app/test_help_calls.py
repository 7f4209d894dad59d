"""“I need help here”: one tap in the room, and the right colleagues know."""

import json
import re
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Role, Site, Team
from followups.models import Delivery
from sessions_app import help_calls, help_tokens
from sessions_app.models import HelpCall
from tests.followups.races import both, meet_after

HTMX = {"HX-Request": "true"}


@pytest.fixture
def reception(hire):
    """Sits at the desk of the same site; sees no clinical row."""
    return hire("Rita Reception", Role.ADMIN, is_site_contact=True)


@pytest.fixture
def elsewhere(hire):
    """The contact of another site."""
    site = Site.objects.create(name="Hill", country="US", time_zone="America/New_York", emergency_number="911")
    team = Team.objects.create(name="Hill team", site=site)
    return hire("Hal Elsewhere", Role.ADMIN, is_site_contact=True, team=team)


@pytest.fixture
def ask(browser, departure):
    """Tap the button on the live page."""

    def tap(**facts):
        data = {"call": str(uuid.uuid4()), "departure": str(departure.pk), **facts}
        return browser.post(reverse("ask-for-help"), data, headers=HTMX)

    return tap


def told():
    return set(Delivery.objects.exclude(help_call=None).values_list("recipient__name", flat=True))


def test_it_tells_the_supervisor_and_the_contacts_of_the_site(ask, supervisor, reception, elsewhere, stranger):
    html = ask().content.decode()
    assert "You asked for help" in html
    assert "Sam Lindqvist" in html
    assert told() == {"Sam Lindqvist", "Rita Reception"}
    assert HelpCall.objects.get().is_open
    assert AuditEntry.objects.filter(action="help_asked").count() == 1


def test_the_button_stands_on_the_live_page_and_in_the_dialogs(live):
    page, dialogs = live().split("</main>")
    assert page.count("I need help here") == 1
    assert dialogs.count("I need help here") == 2


def test_a_second_tap_means_the_same(ask, supervisor):
    ask()
    ask()
    assert HelpCall.objects.count() == 1
    assert Delivery.objects.count() == 1


@pytest.mark.usefixtures("transactional_db")
def test_two_taps_at_the_same_moment_are_one_call(departure, therapist, supervisor, monkeypatch):
    meet_after(monkeypatch, help_calls, "believable")
    first, second = both(lambda: help_calls.ask(id=uuid.uuid4(), by=therapist, departure=departure))
    assert first == second
    assert Delivery.objects.count() == 1


def test_the_same_tap_after_it_is_over_opens_nothing_new(ask, supervisor, therapist):
    tapped = uuid.uuid4()
    ask(call=tapped)
    help_calls.end(HelpCall.objects.get(), by=therapist)
    ask(call=tapped)
    assert HelpCall.objects.count() == Delivery.objects.count() == 1


@pytest.mark.parametrize("facts", [{"call": "x", "at": "never"}, {"departure": uuid.uuid4()}, {"departure": "\x00"}])
def test_it_is_never_refused_for_what_cannot_be_read(ask, supervisor, facts):
    assert ask(**facts).status_code == 200
    assert HelpCall.objects.count() == 1


def test_somebody_elses_departure_is_left_out(signed_in, stranger, departure):
    data = {"departure": departure.pk}
    signed_in(stranger).post(reverse("ask-for-help"), data, headers=HTMX)
    assert HelpCall.objects.get().departure is None


def test_a_number_that_somebody_else_used_still_calls_for_help(therapist, stranger):
    first = help_calls.ask(id=uuid.uuid4(), by=therapist)
    second = help_calls.ask(id=first.pk, by=stranger)
    assert second.by == stranger
    assert second.pk != first.pk


def test_who_comes_is_seen_by_who_asked(ask, browser, signed_in, supervisor, reception):
    ask()
    call = HelpCall.objects.get()
    page = signed_in(reception).get(reverse("help-calls")).content.decode()
    assert "Ana Reyes asks for help" in page
    assert "Room 3" in page
    signed_in(reception).post(reverse("coming", args=[call.pk]))
    signed_in(supervisor).post(reverse("coming", args=[call.pk]))
    mine = browser.get(reverse("my-help-call"), headers=HTMX).content.decode()
    assert "Rita Reception is coming." in mine
    assert "Sam Lindqvist" not in mine


def test_who_asked_hears_each_change_once(ask, browser, supervisor):
    """Asked again and again, the page is answered only when somebody comes; then it is read aloud."""
    answer = ask()
    assert json.loads(answer.headers["HX-Trigger"]) == {"announce": {"value": "You asked for help"}}
    again = re.search(r'hx-get="([^"]+)"', answer.content.decode())[1]
    assert browser.get(again, headers=HTMX).status_code == 204
    help_calls.answer(HelpCall.objects.get(), by=supervisor)
    changed = browser.get(again, headers=HTMX)
    assert json.loads(changed.headers["HX-Trigger"]) == {"announce": {"value": "Sam Lindqvist is coming."}}
    assert "role=" not in changed.content.decode()


@pytest.mark.usefixtures("transactional_db")
def test_two_who_come_at_the_same_moment_are_one_answer(therapist, supervisor, reception, monkeypatch):
    call = help_calls.ask(id=uuid.uuid4(), by=therapist)
    meet_after(monkeypatch, help_calls, "locked")
    both(lambda: help_calls.answer(call, by=supervisor), lambda: help_calls.answer(call, by=reception))
    assert AuditEntry.objects.filter(action="help_answered").count() == 1


def test_everybody_can_be_told_again_once_per_tap(ask, browser, supervisor):
    ask()
    call = HelpCall.objects.get()
    help_calls.answer(call, by=supervisor)
    for _tap in range(2):
        browser.post(reverse("call-again", args=[call.pk]), {"times_called": 1}, headers=HTMX)
    call.refresh_from_db()
    assert (call.times_called, call.answered_by) == (2, None)
    assert Delivery.objects.count() == 2


def test_only_who_asked_can_have_everybody_told_again(ask, signed_in, supervisor):
    ask()
    call = HelpCall.objects.get()
    signed_in(supervisor).post(reverse("call-again", args=[call.pk]), {"times_called": 1})
    call.refresh_from_db()
    assert call.times_called == 1


def test_once_it_is_over_the_button_is_back(ask, browser, supervisor):
    ask()
    html = browser.post(reverse("help-over", args=[HelpCall.objects.get().pk]), headers=HTMX).content.decode()
    assert "I need help here" in html
    assert not HelpCall.objects.open().exists()


def test_with_nobody_to_tell_the_page_says_so(ask):
    assert "Nobody is set up to be told here. Call." in ask().content.decode()


def test_the_strip_changes_only_when_something_has_changed(ask, signed_in, supervisor):
    """What is swapped is read aloud: the same words every quarter of a minute would drive anybody mad."""
    reader = signed_in(supervisor)
    first = reader.get(reverse("help-asked"), headers=HTMX).content.decode()
    known = re.search(r"known=(\w+)", first)[1]
    assert reader.get(reverse("help-asked"), {"known": known}, headers=HTMX).status_code == 204
    ask()
    changed = reader.get(reverse("help-asked"), {"known": known}, headers=HTMX)
    assert "Ana Reyes asks for help" in changed.content.decode()


@pytest.mark.parametrize("who", ["stranger", "elsewhere", "admin"])
def test_nobody_else_hears_of_it(request, ask, signed_in, supervisor, who):
    ask()
    reader = signed_in(request.getfixturevalue(who))
    assert "Ana Reyes" not in reader.get(reverse("help-calls")).content.decode()
    assert reader.post(reverse("coming", args=[HelpCall.objects.get().pk])).status_code == 404


def test_no_page_about_it_names_a_client(ask, signed_in, reception, client_0417):
    ask()
    html = signed_in(reception).get(reverse("help-calls")).content.decode()
    assert client_0417.reference not in html
    assert client_0417.preferred_name not in html


# The session has ended: the page still stands there, and so does the person.


def token_on(html):
    return re.search(r'name="who" value="([^"]+)"', html)[1]


def test_it_works_in_a_session_that_has_ended(live, supervisor, therapist):
    answer = Browser().post(reverse("ask-for-help"), {"who": token_on(live())}, headers=HTMX)
    assert answer.status_code == 200
    assert HelpCall.objects.get().by == therapist
    assert "Sam Lindqvist" in answer.content.decode()
    assert "hx-get" not in answer.content.decode(), "nobody who is signed out is asked for the password again and again"


@pytest.mark.parametrize("token", ["", "nonsense", "1:abc:def"])
def test_it_does_not_work_without_the_page(supervisor, token):
    assert Browser().post(reverse("ask-for-help"), {"who": token}, headers=HTMX).status_code == 403
    assert not HelpCall.objects.exists()


def test_a_page_is_good_for_as_long_as_a_session_at_most(therapist, settings):
    token = help_tokens.token_for(therapist)
    later = timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE + 1)
    with time_machine.travel(later):
        assert help_tokens.person_of(token) is None


def test_whoever_has_left_the_house_calls_nobody(therapist):
    token = help_tokens.token_for(therapist)
    therapist.is_active = False
    therapist.save()
    assert help_tokens.person_of(token) is None
