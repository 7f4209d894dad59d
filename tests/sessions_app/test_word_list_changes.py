"""The words to weigh are compared, go out as a file and come back the same, and hold from a time or are withdrawn."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from followups.models import Delivery
from protocols import content
from sessions_app import word_files, word_lists
from sessions_app.models import WordList
from tests.refusals import is_refused

pytestmark = pytest.mark.django_db
ROW = {"words": ["no-show"], "instead": "did not come", "kind": "label", "language": "en"}
WORDS = {"added": [ROW], "removed": {"en": ["refused"]}}


@pytest.fixture
def lead(hire):
    return hire("Lea Lead", Role.SUPERVISOR, is_clinical_lead=True)


@pytest.fixture
def draft(admin):
    return word_lists.change(WORDS, was=was(), by=admin)


def was():
    return content.fingerprint(word_lists.standing())


def bring(browser, found):
    file = SimpleUploadedFile("words.json", word_files.write(found).encode())
    return browser.post(reverse("import-word-list"), {"file": file})


def test_what_goes_out_as_a_file_comes_back_the_same(draft, admin, lead, signed_in):
    word_lists.publish(was=was(), by=lead)
    browser = signed_in(admin)
    file = browser.get(reverse("word-list-file")).content
    looked = browser.post(reverse("import-word-list"), {"file": SimpleUploadedFile("words.json", file)})
    assert looked.status_code == 200, looked.context.get("problems")
    assert looked.context["differences"] == []
    assert word_lists.draft() is None
    browser.post(reverse("import-word-list"), {"words": looked.context["words"]["words"].value()})
    assert word_lists.content_of(word_lists.draft()) == WORDS


@pytest.mark.parametrize(
    ("place", "spoiled"),
    [
        ("added.1.kind", WORDS | {"added": [ROW | {"kind": "rude"}]}),
        ("added.1.words", WORDS | {"added": [ROW | {"words": []}]}),
        ("added.1.instead", WORDS | {"added": [ROW | {"instead": ""}]}),
        ("removed.en", WORDS | {"removed": {"en": ["not in the list"]}}),
        ("removed.fr", WORDS | {"removed": {"fr": ["x"]}}),
    ],
)
def test_a_mistake_is_named_beside_its_place_and_nothing_is_made(admin, signed_in, place, spoiled):
    answer = bring(signed_in(admin), spoiled)
    assert answer.status_code == 422
    assert place in [where for where, _words in answer.context["problems"]]
    assert not WordList.objects.exists()


def test_two_versions_stand_side_by_side(draft, lead, signed_in):
    page = signed_in(lead).get(reverse("compare-word-lists"))
    rows = page.context["differences"][0][1]
    assert [(row.field, row.change) for row in rows] == [("no-show", "added"), ("refused", "added")]


def test_published_for_a_time_it_holds_from_then_on_and_can_be_withdrawn_before(draft, admin, lead, signed_in):
    day = timezone.now().astimezone(lead.zone) + timedelta(days=2)
    browser = signed_in(lead)
    page = browser.get(reverse("plan-word-list"))
    typed = {"was": page.context["was"], "when": "later", "day": f"{day:%Y-%m-%d}", "time": "09:00"}
    assert browser.post(reverse("plan-word-list"), typed).status_code == 302
    draft.refresh_from_db()
    assert draft.published_at > timezone.now()
    assert word_lists.in_force() is None
    assert list(word_lists.planned()) == [draft]
    assert is_refused("UPDATE sessions_app_wordlist SET added = '[]' WHERE id = %s", draft.pk)
    signed_in(admin).post(reverse("withdraw-word-list"), {"number": draft.number})
    assert word_lists.draft() == draft
    word_lists.publish(was=was(), by=lead)
    assert word_lists.in_force() == draft
    with pytest.raises(word_lists.HasTakenEffect):
        word_lists.withdraw(draft, by=admin)


def test_the_lead_hears_once_that_a_draft_waits_and_its_author_that_it_was_published(lead, admin):
    word_lists.change(WORDS, was=was(), by=admin)
    word_lists.change(WORDS | {"removed": {}}, was=was(), by=admin)
    assert [each.recipient for each in Delivery.objects.filter(kind="draft")] == [lead]
    word_lists.publish(was=was(), by=lead)
    answered = Delivery.objects.filter(key__startswith="draft:answered:words")
    assert [each.recipient for each in answered] == [admin]
