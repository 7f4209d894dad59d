"""The language somebody chose: kept by the device, followed by every page, and by the page without a connection."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(signed_in, therapist):
    return signed_in(therapist)


def test_the_language_is_chosen_on_the_own_page(browser, settings):
    assert '<html lang="en-gb"' in browser.get(reverse("me")).content.decode()
    answer = browser.post(reverse("me"), {"language": "es"})
    cookie = answer.cookies[settings.LANGUAGE_COOKIE_NAME]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("es", True, "Lax")
    assert '<html lang="es"' in browser.get(reverse("now")).content.decode()
    shown = browser.get(reverse("me")).content.decode()
    assert '<button name="language" value="es" lang="es" aria-pressed="true">Español</button>' in shown


def test_over_https_the_choice_is_not_sent_in_the_clear(browser, settings):
    settings.LANGUAGE_COOKIE_SECURE = True
    assert browser.post(reverse("me"), {"language": "es"}).cookies[settings.LANGUAGE_COOKIE_NAME]["secure"]


@pytest.mark.parametrize("nonsense", ["xx", "", "es; Domain=example.com", "../es", "\x00"])
def test_a_language_that_is_not_offered_leaves_english(browser, settings, nonsense):
    browser.post(reverse("me"), {"language": "es"})
    answer = browser.post(reverse("me"), {"language": nonsense})
    if answer.status_code == 302:  # what cannot be text at all is refused before
        assert answer.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en-gb"


def test_choosing_a_language_leaves_the_screen_as_it_was(browser):
    browser.post(reverse("me"), {"theme": "dim"})
    browser.post(reverse("me"), {"language": "es"})
    assert 'data-theme="dim"' in browser.get(reverse("me")).content.decode()


def test_the_page_to_keep_comes_in_the_language_it_is_asked_for(client):
    """The device asks without cookies, so that nobody's page can be the one it keeps."""
    shown = client.get(reverse("offline"), {"language": "es"})
    assert shown.headers["Content-Language"] == "es"
    assert '<html lang="es"' in shown.content.decode()
    assert "Mantenga la calma" in shown.content.decode()
    assert "Stay calm" in client.get(reverse("offline")).content.decode()
    assert "Stay calm" in client.get(reverse("offline"), {"language": "xx"}).content.decode()


def test_the_device_asks_for_its_page_in_the_language_of_the_person(browser):
    english = browser.get(reverse("service-worker")).content.decode()
    browser.post(reverse("me"), {"language": "es"})
    spanish = browser.get(reverse("service-worker")).content.decode()
    assert "?language=en-gb&country=US&" in english
    assert "?language=es&country=US&" in spanish
    assert 'credentials: "omit"' in spanish
    names = [script.split('KEPT = "')[1].split('"')[0] for script in (english, spanish)]
    assert names[0] != names[1], "another page, so the device fetches it anew"
