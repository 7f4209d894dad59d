"""What the client allows is asked before a contact, and again when one is written down."""

import re
import uuid
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from followups import contact_attempts, contact_permissions, ready_words
from followups.contact_permissions import Answer, Why
from followups.forms import COMMON
from followups.models import ContactAttempt
from followups.models.follow_ups import RESULTS
from sessions_app import caseload
from sessions_app.models import Channel, ContactPermission, DepartureEvent

Result, Scope = ContactAttempt.Result, ContactPermission.Scope


@pytest.fixture
def browser(signed_in, therapist):
    return signed_in(therapist)


@pytest.fixture
def send(browser, call):
    """Send the form of the contact page, as it stands there unless it is said otherwise."""

    def post(**said):
        data = {"op_id": str(uuid.uuid4()), "channel": "phone", "result": "no_answer", **said}
        return browser.post(reverse("record-contact", args=[call.pk]), data)

    return post


def at(departure, *moment):
    """A moment on the site's wall, as the gate takes it."""
    return datetime(*moment, tzinfo=departure.site.zone)


def passage(departure, channel, *, moment=None):
    return contact_permissions.gate_of(departure, at=moment).of(channel)


def hours_from_now(departure, start, end):
    """Safe hours that begin and end that many hours from now, on the site's wall."""
    now = timezone.localtime(timezone=departure.site.zone).replace(second=0, microsecond=0)
    return {"safe_from": (now + timedelta(hours=start)).time(), "safe_until": (now + timedelta(hours=end)).time()}


@pytest.mark.parametrize(
    ("scope", "answer"),
    [("full", Answer.ALLOWED), ("practice_name", Answer.WITHIN_LIMITS), ("none", Answer.REFUSED)],
)
def test_each_channel_has_an_answer(departure, allows, scope, answer):
    allows("text", scope)
    assert passage(departure, "text").answer == answer


def test_what_was_not_asked_is_open_for_as_little_as_there_is(departure):
    found = passage(departure, "email")
    assert (found.answer, found.scope, found.is_permitted) == (Answer.WITHIN_LIMITS, Scope.CALL_BACK_ONLY, False)


def test_outside_the_hours_they_gave_it_is_refused_until_they_begin(departure, allows):
    allows("phone", "full", safe_from=time(17), safe_until=time(20))
    early, last, late = (at(departure, 2026, 6, 1, *clock) for clock in ((16, 59), (19, 59), (20, 0)))
    assert not passage(departure, "phone", moment=last).is_refused
    for moment, again in ((early, at(departure, 2026, 6, 1, 17)), (late, at(departure, 2026, 6, 2, 17))):
        found = passage(departure, "phone", moment=moment)
        assert (found.refusal, found.from_when) == (Why.HOURS, again)
        assert "between 17:00 and 20:00, their time" in found.why
        assert "17:00" in found.why.rpartition("Allowed again")[2]


@pytest.mark.parametrize(
    ("clock", "is_refused"), [((21, 59), True), ((22, 0), False), ((1, 59), False), ((2, 0), True)]
)
def test_hours_may_go_across_midnight(departure, allows, clock, is_refused):
    allows("phone", "full", safe_from=time(22), safe_until=time(2))
    assert passage(departure, "phone", moment=at(departure, 2026, 6, 1, *clock)).is_refused == is_refused


def test_hours_that_begin_in_the_gap_of_spring_begin_after_it(departure, allows):
    allows("phone", "full", safe_from=time(2, 30), safe_until=time(4))
    found = passage(departure, "phone", moment=at(departure, 2026, 3, 8, 1))
    assert found.from_when == datetime(2026, 3, 8, 7, tzinfo=UTC)


def test_a_client_who_was_in_another_country_is_called_by_their_own_clock(departure, allows):
    allows("phone", "full", safe_from=time(9), safe_until=time(10))
    departure.format, departure.country_today = "video", "GB"
    half_past_nine_in_london = datetime(2026, 6, 1, 8, 30, tzinfo=UTC)
    assert not passage(departure, "phone", moment=half_past_nine_in_london).is_refused
    departure.format = "in_person"
    assert passage(departure, "phone", moment=half_past_nine_in_london).is_refused


@pytest.mark.parametrize(("country", "is_told"), [("AU", True), ("GB", False), ("US", False), ("", False)])
def test_where_clocks_differ_the_page_says_whose_hours_it_reads(call, allows, therapist, signed_in, country, is_told):
    allows("phone", "full", safe_from=time(0, 1), safe_until=time(23, 59))
    DepartureEvent.objects.filter(pk=call.departure_id).update(format="video", country_today=country)
    page = signed_in(therapist).get(reverse("record-contact", args=[call.pk])).content.decode()
    assert ("Their country has more than one time of day." in page) == is_told


def test_a_letter_waits_in_its_envelope(departure, allows):
    allows("letter", "full", **hours_from_now(departure, 2, 3))
    assert not passage(departure, "letter").is_refused


def test_a_call_at_the_wrong_hour_is_stopped_and_nothing_is_lost(departure, call, allows, send):
    allows("phone", "full", **hours_from_now(departure, 2, 3))
    answer = send(note="quokka: rang twice")
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "outside the hours they gave" in html
    assert "quokka: rang twice" in html
    assert not call.attempts.exists()


def test_a_call_within_the_hours_is_written_down_after_they_are_over(departure, call, allows, send):
    allows("phone", "full", **hours_from_now(departure, -3, -1))
    assert send().status_code == 422
    then = timezone.localtime(timezone=call.owner.zone) - timedelta(hours=2)
    earlier = {"occurred_at_0": then.strftime("%Y-%m-%d"), "occurred_at_1": then.strftime("%H:%M")}
    assert send(**earlier).status_code == 302
    assert call.attempts.get().occurred_at == then.replace(second=0, microsecond=0)


def test_an_attempt_lies_neither_ahead_nor_long_ago(call, send):
    for day in ("2099-01-01", "2020-01-01"):
        assert send(occurred_at_0=day, occurred_at_1="10:00").status_code == 422
    assert not call.attempts.exists()


def test_a_voicemail_after_a_call_is_still_a_voicemail(call, allows, send):
    """The planned channel stays chosen on the page; what was left on the machine is what counts."""
    answer = send(channel="phone", result="voicemail_left")
    assert answer.status_code == 422
    assert "Voicemail: The client did not allow this channel." in answer.content.decode()
    allows("voicemail", "full")
    send(channel="phone", result="voicemail_left")
    assert call.attempts.get().channel == Channel.VOICEMAIL


def test_a_no_that_came_while_the_page_stood_open_is_kept(call, browser, allows, send):
    allows("phone", "full")
    assert (
        "Not now"
        not in browser.get(reverse("record-contact", args=[call.pk])).content.decode().partition("Voicemail")[0]
    )
    allows("phone", "none")
    assert send().status_code == 422
    assert not call.attempts.exists()


def test_who_asked_for_no_contact_is_contacted_on_no_channel(call, browser, client_0417, therapist):
    caseload.ask_for_no_contact(client_0417, by=therapist)
    html = browser.get(reverse("record-contact", args=[call.pk])).content.decode()
    assert html.count("The client asked for no contact.") == len(Channel)
    assert "tel:" not in html.partition("What is allowed now")[2].partition("</section>")[0]
    for channel in Channel:
        facts = {"channel": channel, "result": Result.OTHER_PERSON, "op_id": uuid.uuid4(), "by": therapist}
        with pytest.raises(contact_attempts.ContactRefused):
            contact_attempts.record(call, **facts)
    assert not call.attempts.exists()


# Words


@pytest.mark.parametrize("channel", [each for each in Channel if each != Channel.LETTER])
@pytest.mark.parametrize("scope", Scope)
def test_words_say_no_more_than_is_allowed(therapist, site, channel, scope):
    site.name = "Quokka Trauma House"
    words = ready_words.words_for(channel, scope, by=therapist, site=site)
    assert (words == "") == (scope == Scope.NONE)
    assert ("Quokka" in words) == (scope in {Scope.PRACTICE_NAME, Scope.FULL})
    assert "Reyes" not in words
    if words:
        assert "Ana" in words
        assert therapist.phone in words
    said = words.lower().replace(site.name.lower(), "")
    assert not re.search(r"therap|session|safe|suicid|crisis|clinic|health|appointment|left|client|patient", said)


def test_the_least_one_can_say_is_a_name_and_a_number(therapist, site):
    words = ready_words.words_for(Channel.VOICEMAIL, Scope.CALL_BACK_ONLY, by=therapist, site=site)
    assert words == "This is Ana. Please call me back on +1 555 0117."


def test_a_title_is_no_first_name_and_without_a_phone_none_is_said(therapist, site):
    therapist.name, therapist.phone = "Dr. Ana Reyes", ""
    words = ready_words.words_for(Channel.VOICEMAIL, Scope.CALL_BACK_ONLY, by=therapist, site=site)
    assert words == "This is Ana. Please call me back."


def test_words_stand_on_the_page_for_what_is_open_and_nowhere_else(call, browser, allows):
    allows("text", "call_back_only")
    html = browser.get(reverse("record-contact", args=[call.pk])).content.decode()
    assert "Hello, this is Ana from Riverside Clinic." in html
    assert "Ana here. Please call me back" in html
    assert "This is Ana" not in html, "no voicemail, so no words for one"


# Results, as docs of the domain list them: reached? try again? counts?

VOCABULARY = {
    "reached_safe": "yny",
    "reached_needs_more": "yyy",
    "reached_no_contact": "yny",
    "no_answer": "nyy",
    "voicemail_left": "nyy",
    "voicemail_not_allowed": "nyy",
    "wrong_number": "nyn",
    "third_party_reached": "nyy",
    "other_person": "nyy",
    "sent_no_reply": "nyy",
    "bounced": "nyn",
    "letter_sent": "n-y",
    "letter_returned": "nyn",
    "blocked": "nyn",
}


def test_each_result_means_what_the_vocabulary_says():
    letter = {True: "y", False: "n", None: "-"}
    assert {result: "".join(letter[each] for each in meaning[:3]) for result, meaning in RESULTS.items()} == VOCABULARY
    assert set(RESULTS) == set(Result)


@pytest.mark.parametrize("result", COMMON)
def test_a_common_result_is_three_taps(call, browser, allows, result):
    """Open it, the result, save: everything else is chosen already, and the result lies open on the page."""
    allows("voicemail", "full")
    address = reverse("record-contact", args=[call.pk])
    html = browser.get(address).content.decode()
    open_part = html.partition('id="id_result"')[2].partition("<details")[0]
    assert f'value="{result}"' in open_part
    as_it_stands = {"op_id": re.search(r'name="op_id" value="([^"]+)"', html)[1], "note": ""}
    as_it_stands["channel"] = re.search(r'name="channel" value="(\w+)"[^>]* checked', html)[1]
    assert browser.post(address, as_it_stands | {"result": result}).status_code == 302
    assert call.attempts.get().result == result


# Hours on the client's page


def test_hours_are_given_on_the_clients_page(browser, client_0417):
    address = reverse("client", args=[client_0417.pk])
    data = {"reference": "0417", "phone-scope": "full", "phone-safe_from": "17:00", "phone-safe_until": "20:30"}
    browser.post(address, data)
    phone = client_0417.contact_permissions.get(channel="phone")
    assert (phone.safe_from, phone.safe_until, phone.safe_hours) == (time(17), time(20, 30), "between 17:00 and 20:30")
    assert 'value="17:00"' in browser.get(address).content.decode()
    assert browser.post(address, data | {"phone-safe_until": "17:00"}).status_code == 422


def test_hours_without_length_are_refused_by_the_database(allows):
    with pytest.raises(IntegrityError, match="permission_safe_hours_differ"), transaction.atomic():
        allows("phone", "full", safe_from=time(9), safe_until=time(9))
