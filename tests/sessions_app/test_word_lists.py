"""The organisation's own words to weigh: written by one person, published by another, used from then on."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import AuditEntry, Role
from protocols import content
from sessions_app import word_lists, wording
from sessions_app.models import WordList
from tests.followups.races import both, meet_after
from tests.refusals import is_refused

pytestmark = pytest.mark.django_db
ROW = {"words": ["no-show"], "instead": "did not come", "kind": "label", "language": "en"}
WORDS = {"added": [ROW], "removed": {"en": ["refused"]}}


@pytest.fixture
def lead(hire):
    return hire("Lea Lead", Role.SUPERVISOR, is_clinical_lead=True)


def was():
    return content.fingerprint(word_lists.standing())


def found(text, **more):
    return [each.found for each in wording.weigh(text, **more)]


def typed(**changes):
    sent = {"was": was(), "rows": "1", "0-words": "no-show", "0-instead": "did not come", "0-kind": "label"}
    return sent | {"0-language": "en", "removed-en": "refused", "removed-es": ""} | changes


def test_written_and_published_it_adds_words_and_takes_some_out(admin, lead, signed_in):
    assert found("A no-show, who refused and fled.") == ["refused", "fled"]
    assert signed_in(admin).post(reverse("edit-word-list"), typed()).status_code == 302
    assert found("A no-show, who refused and fled.") == ["refused", "fled"]
    assert "no-show" in signed_in(lead).get(reverse("word-list")).content.decode()
    signed_in(lead).post(reverse("publish-word-list"), {"was": was()})
    assert found("A no-show, who refused and fled.") == ["no-show", "fled"]
    assert found("Se negó. A no-show.", language="es") == ["Se negó"]
    assert list(AuditEntry.objects.filter(action__startswith="word_list").values_list("action", "by__name")) == [
        ("word_list_changed", "Kim Novak"),
        ("word_list_published", "Lea Lead"),
    ]


def test_the_report_points_them_out(admin, lead, departure, therapist, signed_in):
    word_lists.change(WORDS, was=was(), by=admin)
    word_lists.publish(was=was(), by=lead)
    browser, address = signed_in(therapist), reverse("report", args=[departure.pk])
    browser.post(address, {"account": "A no-show."})
    shown = browser.get(address).content.decode()
    assert "did not come" in shown


def test_nobody_publishes_their_own_and_only_a_lead_publishes(admin, lead, signed_in):
    word_lists.change(WORDS, was=was(), by=lead)
    with pytest.raises(word_lists.SamePerson):
        word_lists.publish(was=was(), by=lead)
    with pytest.raises(word_lists.NotAClinicalLead):
        word_lists.publish(was=was(), by=admin)
    for person in (lead, admin):
        assert signed_in(person).post(reverse("publish-word-list"), {"was": was()}).status_code == 403
    alone = {"state": "published", "published_by": lead, "published_at": "2026-01-01T00:00Z"}
    with pytest.raises(IntegrityError, match="word_list_is_published_by_two"), transaction.atomic():
        WordList.objects.update(**alone)


def test_published_it_stands_and_the_next_one_begins_with_it(admin, lead):
    word_lists.change(WORDS, was=was(), by=admin)
    first = word_lists.publish(was=was(), by=lead)
    assert is_refused("UPDATE sessions_app_wordlist SET added = '[]' WHERE id = %s", first.pk)
    assert is_refused("DELETE FROM sessions_app_wordlist WHERE id = %s", first.pk)
    assert word_lists.standing() == WORDS
    second = word_lists.change(WORDS | {"removed": {}}, was=was(), by=admin)
    assert second.number == first.number + 1
    assert word_lists.in_force() == first


def test_what_was_not_read_is_not_published(admin, lead, signed_in):
    word_lists.change(WORDS, was=was(), by=admin)
    read = was()
    word_lists.change(WORDS | {"removed": {}}, was=read, by=admin)
    told = signed_in(lead).post(reverse("publish-word-list"), {"was": read}, follow=True).content.decode()
    assert "Read it once more." in told
    assert word_lists.in_force() is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"0-words": "x"}, "0-words"),
        ({"0-instead": ""}, "0-instead"),
        ({"0-kind": ""}, "0-kind"),
        ({"removed-en": "refused\nbanana"}, "removed-en"),
    ],
)
def test_what_is_not_right_is_told_beside_its_field(admin, signed_in, changes, field):
    refused = signed_in(admin).post(reverse("edit-word-list"), typed(**changes))
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {field}
    assert "refused" in refused.content.decode()


def test_who_comes_second_is_told(admin, lead, signed_in):
    opened = typed()
    word_lists.change(WORDS | {"added": []}, was=was(), by=lead)
    told = signed_in(admin).post(reverse("edit-word-list"), opened)
    assert told.status_code == 422
    assert "Somebody else changed the list" in told.content.decode()
    assert word_lists.draft().changed_by == lead
    again = opened | {"was": told.context["form"]["was"].value()}
    assert signed_in(admin).post(reverse("edit-word-list"), again).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_two_who_save_at_once_do_not_overwrite_each_other(admin, lead, monkeypatch):
    word_lists.change(WORDS, was=was(), by=admin)
    opened = was()
    meet_after(monkeypatch, word_lists, "standing")

    def save(removed, by):
        try:
            return word_lists.change(WORDS | {"removed": removed}, was=opened, by=by).pk
        except word_lists.ChangedMeanwhile:
            return None

    saved = both(lambda: save({}, admin), lambda: save({"en": ["fled"]}, lead))
    assert saved.count(None) == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_begin_the_very_first_one_at_once_make_one(admin, lead, monkeypatch):
    opened = was()
    meet_after(monkeypatch, word_lists, "standing")

    def begin(by):
        try:
            return word_lists.change(WORDS, was=opened, by=by).number
        except word_lists.ChangedMeanwhile:
            return None

    assert sorted(map(str, both(lambda: begin(admin), lambda: begin(lead)))) == ["1", "None"]
