"""The safety panel: whom to call from here, and what this setting asks for."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import SiteRule
from resources.models import Resource
from sessions_app import checklist, departures
from sessions_app.models import AgeBand, Composition, Ending, Format
from sessions_app.models.departures import Kind


@pytest.fixture
def set_to(departure):
    def change(**facts):
        for name, value in facts.items():
            setattr(departure, name, value)
        departure.save()

    return change


@pytest.fixture
def panel(live):
    """The page from the panel on, without the dialogs behind it."""
    return lambda: live().split("</main>")[0].split('<div class="help-now')[1]


def note(departure, slug, **facts):
    facts = {name.replace("_", "-"): value for name, value in facts.items()}
    checklist.note(departure, slug=slug, facts=facts, op_id=uuid.uuid4(), by=departure.therapist)


def test_the_crisis_lines_of_the_place_can_be_tapped(panel, starter):
    html = panel()
    assert 'href="tel:988"' in html
    assert "988 Suicide" in html


def test_abroad_the_lines_there_are_shown_and_not_to_be_tapped(panel, starter, set_to):
    set_to(format=Format.VIDEO, country_today="GB")
    html = panel()
    assert "Samaritans" in html
    assert 'href="tel:116123"' not in html
    assert 'href="tel:988"' not in html


def test_without_lines_the_directory_is_one_tap_away(panel, starter):
    Resource.objects.update(is_crisis_line=False)
    assert f'href="{reverse("resources")}"' in panel()


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"format": Format.VIDEO}, "Help has to go to where the client is."),
        ({"format": Format.PHONE}, "Help has to go to where the client is."),
        ({"format": Format.HOME_VISIT}, "You are a guest here."),
        ({"composition": Composition.COUPLE}, "Ask each person alone."),
        ({"composition": Composition.FAMILY}, "Ask each person alone."),
        ({"age_band": AgeBand.TEEN}, "Tell the adult in charge at once."),
    ],
)
def test_each_setting_has_its_own_words(panel, set_to, facts, words):
    assert words not in panel()
    set_to(**facts)
    assert words in panel()


def test_a_young_person_who_is_away_has_a_clock_until_an_adult_is_told(live, panel, departure, set_to, therapist):
    set_to(age_band=AgeBand.TEEN)
    assert "No adult in charge is noted as told." not in panel()
    departures.they_have_gone(departure, op_id=uuid.uuid4(), by=therapist)
    departure.refresh_from_db()
    assert "No adult in charge is noted as told." in panel()
    since = departure.ended_at.astimezone(therapist.zone)
    assert f'data-since="{since.isoformat()}"' in panel()


def test_a_clock_shows_the_time_before_any_script_runs(browser, panel, departure, set_to, therapist):
    """A note swaps the panel, and the script comes by only twice a minute."""
    set_to(age_band=AgeBand.TEEN, began_at=timezone.now() - timedelta(minutes=9))
    gone_at = timezone.now() - timedelta(minutes=7)
    departures.they_have_gone(departure, op_id=uuid.uuid4(), at=gone_at, by=therapist)
    assert "(7 min ago)" in panel()
    told = {"check-safety-guardian-told": "not_reached"}
    address = reverse("note-details", args=[departure.pk, "check-safety"])
    answer = browser.post(address, told, headers={"HX-Request": "true"})
    assert "(7 min ago)" in answer.content.decode()


def test_the_safeguarding_lead_is_one_tap_away_for_somebody_under_18(panel, departure, set_to):
    departure.site.safeguarding_name, departure.site.safeguarding_phone = "Lena Ortiz", "+1 555 0121"
    departure.site.save()
    assert "Lena Ortiz" not in panel()
    set_to(age_band=AgeBand.UNDER_13)
    assert 'href="tel:+15550121"' in panel()


def test_who_drives_impaired_brings_up_the_rule_of_the_place(panel, departure, site):
    assert "our rule" not in panel()
    note(departure, "check-safety", concerns=["impaired_driving"])
    assert "Riverside Clinic has no rule on this here. Ask your supervisor" in panel()
    facts = {"words": "Consult first.", "adopted_by": "Dr Lead", "adopted_on": timezone.localdate()}
    SiteRule.objects.create(site=site, topic=SiteRule.Topic.IMPAIRED_DRIVING, **facts)
    assert "Consult first." in panel()
    assert "Adopted by Dr Lead" in panel()


def test_so_does_driving_away_after_seeming_impaired(panel, departure):
    note(departure, "respect-decision", left_how="driving")
    assert "our rule" not in panel()
    note(departure, "respect-decision", impairment_seen="yes")
    assert "Impaired and driving" in panel()


def test_where_the_client_is_belongs_to_this_record(browser, departure, session, set_to):
    set_to(format=Format.PHONE)
    where = {"address_today": "4 New Street", "callback_number": "555 0133", "country_today": "uk"}
    browser.post(reverse("whereabouts", args=[departure.pk]), where)
    departure.refresh_from_db()
    assert (departure.address_today, departure.country) == ("4 New Street", "GB")
    session.refresh_from_db()
    assert session.address_today == ""


def test_a_country_that_does_not_exist_is_told_beside_its_field(browser, departure):
    answer = browser.post(
        reverse("whereabouts", args=[departure.pk]), {"address_today": "4 New", "country_today": "QQ"}
    )
    assert answer.status_code == 422
    assert "There is no such country." in answer.content.decode()
    assert "4 New" in answer.content.decode()


def test_on_a_home_visit_the_address_is_yours(live, departure, set_to):
    set_to(format=Format.HOME_VISIT, address_today="4 New Street")
    html = live()
    assert "Where you are today" in html
    assert "4 New Street" in html


# The line drops. Nobody knows yet what it means.


@pytest.fixture
def on_video(set_to):
    set_to(format=Format.VIDEO, callback_number="555 0133")


def test_a_line_that_dropped_is_nobodys_choice(browser, departure, on_video, live):
    browser.post(reverse("gone", args=[departure.pk]))
    departure.refresh_from_db()
    assert (departure.ending, departure.kind) == (Ending.DISCONNECTED, Kind.CONNECTION_LOST)
    html = live()
    assert "It is kept as a lost connection, not as their choice." in html
    assert "By five minutes: call the number." in html
    assert 'href="tel:5550133"' in html


def test_that_they_hung_up_is_said_only_by_who_knows_it(browser, departure, on_video, live):
    browser.post(reverse("hung-up", args=[departure.pk]))
    departure.refresh_from_db()
    assert (departure.ending, departure.kind) == (Ending.DISCONNECTED, Kind.DISCONNECTED)
    assert set(departure.step_responses.standing().values_list("reason", flat=True)) == {"client_had_left"}
    assert "not as their choice" not in live()


def test_when_the_client_calls_back_it_did_not_happen(browser, departure, on_video):
    browser.post(reverse("gone", args=[departure.pk]))
    assert departure.follow_ups.open().exists()
    browser.post(reverse("came-back", args=[departure.pk]))
    departure.refresh_from_db()
    assert (departure.ending, departure.has_happened) == (Ending.RETURNED, False)
    assert not departure.step_responses.standing().exists(), "what could not happen can again"
    assert not departure.follow_ups.open().exists()


def test_what_somebody_was_worried_about_before_stands_when_they_call_back(browser, departure, on_video, set_level):
    set_level("elevated")
    browser.post(reverse("gone", args=[departure.pk]))
    browser.post(reverse("came-back", args=[departure.pk]))
    departure.refresh_from_db()
    assert departure.response_level == "elevated"
    assert departure.follow_ups.open().exists()
