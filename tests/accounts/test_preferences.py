"""How somebody wants Doorway to be, on every device: language, theme, and the clock on their wall."""

import string
from datetime import UTC, datetime, time

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts import factors, preferences
from accounts.models import AuditEntry, User
from followups import digests, notices
from followups.models import Delivery, FollowUp

PAGE = reverse("me")
ZONE = reverse("time-zone")


def choose(browser, name):
    return browser.post(ZONE, {"time_zone": name})


# Language and theme ---------------------------------------------------------------------------------------------------


def test_another_device_speaks_the_language_that_was_chosen_and_is_as_dim(signed_in, therapist):
    phone, laptop = signed_in(therapist), signed_in(therapist)
    phone.post(PAGE, {"language": "es"})
    phone.post(PAGE, {"theme": "dim"})
    shown = laptop.get(reverse("now"))
    assert '<html lang="es" data-theme="dim">' in shown.content.decode()
    assert shown.headers["Content-Language"] == "es"


def test_the_device_keeps_both_for_the_page_where_one_signs_in(signed_in, therapist):
    signed_in(therapist).post(PAGE, {"language": "es"})
    signed_in(therapist).post(PAGE, {"theme": "dim"})
    tablet = signed_in(therapist)
    tablet.get(reverse("now"))
    tablet.post(reverse("account_logout"))
    assert '<html lang="es" data-theme="dim">' in tablet.get(reverse("account_login")).content.decode()


def test_a_cookie_is_sent_only_where_the_device_has_another(signed_in, therapist):
    browser = signed_in(therapist)
    browser.post(PAGE, {"theme": "dim"})
    assert "theme" not in browser.get(PAGE).cookies
    browser.cookies["theme"] = "light"
    assert browser.get(PAGE).cookies["theme"].value == "dim"


def test_whoever_chose_nothing_has_it_as_the_device_says(signed_in, therapist):
    browser = signed_in(therapist)
    browser.cookies["theme"], browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "light", "es"
    shown = browser.get(PAGE)
    assert '<html lang="es" data-theme="light">' in shown.content.decode()
    assert "theme" not in shown.cookies


def test_the_last_person_on_a_shared_tablet_decides_nothing_for_the_next(signed_in, therapist, supervisor):
    User.objects.filter(pk=therapist.pk).update(language="en-gb", theme="light")
    tablet = signed_in(supervisor)
    tablet.post(PAGE, {"language": "es"})
    tablet.post(PAGE, {"theme": "dim"})
    tablet.force_login(therapist)
    assert '<html lang="en-gb" data-theme="light">' in tablet.get(PAGE).content.decode()


def test_pages_that_refuse_speak_the_language_of_the_person_as_well(signed_in, therapist):
    User.objects.filter(pk=therapist.pk).update(language="es")
    browser = signed_in(therapist)
    for page, status in (("/nowhere/", 404), (reverse("people"), 403)):
        answer = browser.get(page)
        assert answer.status_code == status
        assert '<html lang="es"' in answer.content.decode()


def test_it_costs_no_statement(signed_in, therapist):
    browser = signed_in(therapist)

    def asked():
        with CaptureQueriesContext(
            connection,
        ) as seen:
            browser.get(reverse("guide"))
        return len(seen)

    asked()
    before = asked()
    User.objects.filter(pk=therapist.pk).update(language="es", theme="dim", time_zone="Asia/Tokyo")
    assert asked() == before


@pytest.mark.parametrize("nonsense", ["neon", "", "dim; Domain=example.com"])
def test_a_theme_that_there_is_not_is_as_the_device_says(signed_in, therapist, nonsense):
    signed_in(therapist).post(PAGE, {"theme": nonsense})
    therapist.refresh_from_db()
    assert therapist.theme == "auto"


def test_what_was_chosen_stands_in_the_trail_once(signed_in, therapist):
    browser = signed_in(therapist)
    for _again in range(2):
        browser.post(PAGE, {"language": "es"})
        browser.post(PAGE, {"theme": "dim"})
        choose(browser, "Asia/Tokyo")
    entries = AuditEntry.objects.filter(action__endswith="_chosen").order_by("pk").values_list("action", "facts", "by")
    assert list(entries) == [
        ("language_chosen", {"chosen": "es", "before": ""}, therapist.pk),
        ("theme_chosen", {"chosen": "dim", "before": ""}, therapist.pk),
        ("time_zone_chosen", {"chosen": "Asia/Tokyo", "before": ""}, therapist.pk),
    ]


def test_mail_about_the_second_step_is_in_the_persons_language(therapist, mailoutbox):
    therapist.language = "es"
    factors.tell(therapist)
    (mail,) = mailoutbox
    assert mail.subject.startswith("Se restableci")


def test_a_reminder_is_written_in_the_language_of_whoever_it_is_for(therapist, departure):
    """In a program that speaks another one; and every translation has the same gaps, or nothing could be sent."""
    made = Delivery(key="one", kind=Delivery.Kind.DIGEST, recipient=therapist, channel="email")
    therapist.language = "es"
    known = notices.FIXED[Delivery.Kind.DIGEST]
    with translation.override("es"):
        spanish = str(known.subject), str(known.on_device).partition("{")[0]
    with translation.override("en-gb"):
        mail, push = notices.email_for(made, connection=None), notices.push_for(made)
    assert (mail.subject, push["title"]) == (spanish[0], spanish[0])
    assert push["body"].startswith(spanish[1])


@pytest.mark.parametrize("language", dict(settings.LANGUAGES))
def test_every_notice_has_the_same_gaps_in_every_language(language):
    for each in vars(notices).values():
        if isinstance(each, notices.Notice):
            for words in (each.subject, each.body, each.on_device):
                assert gaps_of(words, language) == gaps_of(words, settings.LANGUAGE_CODE)


def gaps_of(words, language):
    with translation.override(language):
        return sorted(name for _text, name, *_rest in string.Formatter().parse(str(words)) if name)


# The clock on the wall ------------------------------------------------------------------------------------------------


def test_times_are_shown_as_the_chosen_place_has_them_and_nothing_is_due_at_another_moment(
    signed_in, therapist, departure, time_machine
):
    due = list(FollowUp.objects.values_list("due_at", flat=True))
    browser = signed_in(therapist)
    assert choose(browser, "Asia/Tokyo").url == PAGE
    therapist.refresh_from_db()
    assert str(therapist.zone) == "Asia/Tokyo"
    assert "Asia/Tokyo" in browser.get(PAGE).content.decode()
    assert list(FollowUp.objects.values_list("due_at", flat=True)) == due
    choose(browser, "")
    therapist.refresh_from_db()
    assert therapist.zone == therapist.site.zone


def test_the_days_numbers_come_at_the_hour_of_the_new_wall(therapist):
    noon = datetime(2026, 5, 20, 12, tzinfo=UTC)
    preferences.choose_time_zone(therapist, "Asia/Tokyo")
    at = digests.next_at(therapist, time(8), now=noon)
    assert at == datetime(2026, 5, 20, 23, tzinfo=UTC)


def test_the_list_has_parts_of_the_world_and_the_time_there_and_a_word_makes_it_shorter(
    signed_in, therapist, time_machine
):
    time_machine.move_to("2026-05-20T16:00:00Z", tick=False)
    browser = signed_in(therapist)
    whole = browser.get(ZONE).content.decode()
    assert '<optgroup label="Europe">' in whole
    assert '<option value="America/Argentina/Salta">Argentina, Salta, 13:00</option>' in whole
    found = browser.get(ZONE, {"q": "new york"}).content.decode()
    assert found.count("<option") == 2, "the site's, and the one that was asked for"
    assert "New York, 12:00" in found
    assert "No place has this name" in browser.get(ZONE, {"q": "atlantis"}).content.decode()


def test_what_somebody_has_is_in_the_list_whatever_they_look_for(signed_in, therapist):
    User.objects.filter(pk=therapist.pk).update(time_zone="US/Eastern")
    shown = signed_in(therapist).get(ZONE, {"q": "tokyo"}).content.decode()
    assert '<option value="US/Eastern" selected>' in shown


@pytest.mark.parametrize(
    "nonsense", ["Mars/Olympus", "Europe/london", "../etc/passwd", "posix/Europe/Rome", "localtime"]
)
def test_a_place_that_is_none_is_refused_beside_its_field(signed_in, therapist, nonsense):
    answer = choose(signed_in(therapist), nonsense)
    assert answer.status_code == 422
    assert "Choose a place from the list." in answer.content.decode()
    therapist.refresh_from_db()
    assert therapist.time_zone == ""


def test_a_place_that_only_one_of_the_two_clocks_knows_is_refused(therapist):
    """The database works out whose day it is by this name: one it does not know would stop every supervisor's page."""
    assert preferences.is_known("Europe/London")
    with pytest.raises(preferences.UnknownZone):
        preferences.choose_time_zone(therapist, "Europe/Atlantis")
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(name) FROM pg_timezone_names")
        known = set(cursor.fetchone()[0])
    offered = {name for _part, names in preferences.zones() for name, _words in names}
    assert len(offered & known) > 300
    assert not any(preferences.is_known(each) for each in known if each.startswith("posix/"))


def test_nobody_chooses_signed_out(db):
    assert choose(Browser(), "Asia/Tokyo").url.startswith(reverse("account_login"))
