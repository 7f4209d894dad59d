"""A card says the number in large type and nothing about why; what was not checked is marked, always."""

import re

import pytest
import segno
from django.urls import reverse
from django.utils import timezone

from resources import cards, checking
from resources.models import Resource


@pytest.fixture
def page(signed_in, therapist):
    """The sheet with these entries as the browser gets it: `page(line, lang="es")`."""

    def look(*resources, **query):
        facts = {"r": [str(each.pk) for each in resources], **query}
        return signed_in(therapist).get(reverse("resource-cards"), facts).content.decode()

    return look


@pytest.fixture
def home_line(put):
    """A line about violence at home, with letters for digits and a chat whose address says it all."""
    facts = {"categories": ["domestic-violence"], "description": "For survivors of abuse"}
    number = {"dial": "18007997233", "e164": "+18007997233", "display": "1-800-799-SAFE (7233)"}
    made = put("Violence Hotline", **number, **facts)
    made.contact_points.create(kind="chat", url="https://violence.example/chat", position=1)
    return made


def card_of(resource, **facts):
    return cards.of(Resource.objects.with_contacts().get(pk=resource.pk), **{"country": "US", **facts})


def printed(html):
    """What paper shows: the articles, without tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", "".join(re.findall(r"<article.*?</article>", html, re.DOTALL))).split())


def path_of(payload):
    return re.findall(r' d="([^"]+)"', segno.make(payload, error="m", micro=False).svg_inline(scale=4, light="#fff"))[
        -1
    ]


def test_the_title_says_nothing(page, home_line, put):
    for entry in (home_line, put("Night line", dial="988")):
        assert "<title>Card</title>" in page(entry)


def test_a_line_that_is_unsafe_to_be_found_stands_without_its_name(page, home_line):
    html = page(home_line)
    assert "Ask first: is it safe to take this home?" in html
    said = printed(html)
    assert "1 (800) 799-7233" in said
    assert not re.search("violence|abuse|safe|survivor", said, re.IGNORECASE)
    assert "Violence Hotline" in printed(page(home_line, names="yes"))


def test_a_line_that_is_unsafe_to_be_found_has_a_sheet_of_its_own(page, home_line, put):
    html = page(put("Night line", dial="988"), home_line)
    assert re.findall(r'<article class="card paper stack gap-top( alone)?"', html) == ["", " alone"]


def test_what_is_not_checked_says_so_and_what_is_checked_says_when(page, put, admin):
    line = put("Night line", dial="2025550143")
    assert "NOT CHECKED. Nobody here has tried these numbers." in printed(page(line))
    checking.check(line.contact_points.get(), result="works", method="call", by=admin)
    said = printed(page(line))
    assert "NOT CHECKED" not in said
    assert f"Checked on {timezone.localdate().strftime('%-d %B %Y')}." in said


@pytest.mark.parametrize(
    ("facts", "payload"),
    [
        ({"dial": "988"}, "tel:988"),
        ({"dial": "741741", "kind": "sms", "keyword": "HOME"}, "sms:741741?&body=HOME"),
        ({"dial": "18007997233", "e164": "+18007997233"}, None),
    ],
)
def test_the_code_holds_the_number_as_it_is_dialled(put, facts, payload):
    from resources import phones

    line = put("Night line", **facts)
    payload = payload or phones.link(line.contact_points.get(), country="US")
    [way] = card_of(line).lines
    assert path_of(payload) in way.code
    assert "style" not in way.code
    assert "data:" not in way.code


def test_a_number_that_reaches_the_police_there_has_no_code(put):
    line = put("113", country="NL", dial="113")
    [way] = card_of(line, country="NO").lines
    assert way.code == ""
    assert "Do not dial 113" in way.warning


def test_confidential_and_dead_contacts_are_never_on_it(put, admin, page):
    line = put("Night line", dial="2025550143")
    line.contact_points.create(kind="voice", dial="2025550111", dial_region="US", is_confidential=True)
    line.locations.create(address_1="12 Refuge Lane", is_confidential=True)
    dead = line.contact_points.create(kind="voice", dial="2025550122", dial_region="US")
    checking.check(dead, result="dead", method="call", by=admin)
    html = page(line)
    assert "2025550143" in html
    for hidden in ("2025550111", "2025550122", "Refuge"):
        assert hidden not in html


def test_an_entry_in_doubt_is_marked_on_paper(put, page, therapist):
    line = put("Night line", dial="2025550143")
    checking.report(line.contact_points.get(), what="no_answer", by=therapist)
    assert "In doubt: it may not work." in printed(page(line))


def test_the_card_speaks_the_language_asked_for_and_the_page_does_not(page, put):
    html = page(put("Night line", dial="988", is_always_open=True), lang="es")
    assert 'lang="es"' in html
    assert 'lang="en-gb"' in html
    assert "Card to print" in html
    assert "Llamar 988" in printed(html)


def test_six_fit_on_a_sheet_and_a_seventh_is_told(page, put):
    lines = [put(f"Line {number}", dial=f"202555010{number}") for number in range(7)]
    html = page(*lines)
    assert html.count("<article") == 6
    assert "6 fit on a sheet. The others were left out." in html


def test_what_may_not_be_given_has_no_card_and_says_so(page, put):
    html = page(put("Old line", dial="988", status="retired"))
    assert "<article" not in html
    assert "Old line has no card: it may not be given now." in html


@pytest.mark.parametrize("asked", [{"r": "nonsense"}, {"country": "XX", "lang": "qq", "names": "9"}, {}])
def test_what_cannot_be_read_is_no_error(signed_in, therapist, asked):
    assert signed_in(therapist).get(reverse("resource-cards"), asked).status_code == 200


def test_the_entry_leads_to_its_card_and_a_draft_has_none(signed_in, therapist, put):
    line, draft = put("Night line", dial="988"), put("Draft", dial="988", status="draft")
    browser = signed_in(therapist)
    address = reverse("resource-card", args=[line.pk])
    assert address in browser.get(reverse("resource", args=[line.pk])).content.decode()
    assert browser.get(address).status_code == 200
    assert browser.get(reverse("resource-card", args=[draft.pk])).status_code == 404
