"""Private notes: read, worded anew and erased by their author, and nobody else."""

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, Role
from sessions_app import departures, private_notes
from sessions_app.models import PrivateNote
from tests.followups.races import both, meet_after
from tests.refusals import is_refused


@pytest.fixture
def address(departure):
    return reverse("private-notes", args=[departure.pk])


def test_a_note_is_kept_and_stands_in_the_field_again(browser, address):
    assert browser.post(address, {"text": "I was reminded of my brother."}).url == address
    html = browser.get(address).content.decode()
    assert "I was reminded of my brother." in html
    assert "Your private notes: only you." in html


def test_a_new_wording_stands_and_the_old_one_can_still_be_read(browser, address):
    for text in ("One.", "Two.", "Two."):
        browser.post(address, {"text": text})
    assert [each.text for each in PrivateNote.objects.all()] == ["Two.", "One."]
    answer = browser.get(address)
    assert answer.context["form"]["text"].value() == "Two."
    assert "One." in answer.content.decode()
    assert is_refused("UPDATE sessions_app_privatenote SET text = 'Three.'")


def test_an_empty_note_is_refused(browser, address):
    assert browser.post(address, {"text": "  "}).status_code == 422
    assert not PrivateNote.objects.exists()


def test_its_author_can_erase_it_with_every_wording_of_it(browser, address, departure, therapist):
    for text in ("One.", "Two."):
        browser.post(address, {"text": text})
    erase = reverse("erase-private-notes", args=[departure.pk])
    assert "nobody can bring it back" in browser.get(erase).content.decode()
    assert PrivateNote.objects.count() == 2, "asking erases nothing"
    assert browser.post(erase).url == address
    assert not PrivateNote.objects.exists()
    entry = AuditEntry.objects.get(action="private_note_erased")
    assert (entry.by, entry.facts) == (therapist, {"wordings": 2})
    browser.post(erase)
    assert AuditEntry.objects.filter(action="private_note_erased").count() == 1


@pytest.mark.parametrize("name", ["private-notes", "erase-private-notes"])
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    ("who", "status"), [("supervisor", 404), ("stranger", 404), ("former_supervisor", 404), ("admin", 403)]
)
def test_to_everybody_else_there_is_none(request, browser, address, departure, signed_in, name, method, who, status):
    browser.post(address, {"text": "I was reminded of my brother."})
    other = signed_in(request.getfixturevalue(who))
    answer = getattr(other, method)(reverse(name, args=[departure.pk]), {"text": "Mine."})
    assert answer.status_code == status
    assert "brother" not in answer.content.decode()
    assert PrivateNote.objects.get().text == "I was reminded of my brother."


def test_a_supervisor_who_sees_everything_else_of_it_finds_no_note(departure, therapist, supervisor):
    private_notes.write(departure, text="Mine.", by=therapist)
    assert not PrivateNote.objects.visible_to(supervisor).exists()
    assert not private_notes.wordings(departure, by=supervisor).exists()
    with pytest.raises(private_notes.NotTheAuthor):
        private_notes.write(departure, text="Theirs.", by=supervisor)
    assert private_notes.erase(departure, by=supervisor) == 0
    assert PrivateNote.objects.count() == 1


def test_an_author_who_supervises_as_well_still_has_theirs(departure, therapist, signed_in, address):
    therapist.roles = [Role.SUPERVISOR]
    therapist.save()
    assert signed_in(therapist).get(address).status_code == 404, "no therapist, no own departure"
    therapist.roles = [Role.THERAPIST, Role.SUPERVISOR]
    therapist.save()
    assert signed_in(therapist).get(address).status_code == 200


def test_a_departure_taken_back_keeps_its_note_for_its_author(departure, therapist, browser, address):
    private_notes.write(departure, text="Mine.", by=therapist)
    departures.void(departure, reason="Wrong room", by=therapist)
    assert "Mine." in browser.get(address).content.decode()


def test_the_audit_trail_holds_no_word_of_it(browser, address):
    browser.post(address, {"text": "borborygmus"})
    assert "borborygmus" not in str(list(AuditEntry.objects.values()))


@pytest.mark.usefixtures("transactional_db")
def test_the_same_words_from_two_windows_at_once_are_one_wording(departure, therapist, monkeypatch):
    meet_after(monkeypatch, private_notes, "hold")
    both(lambda: private_notes.write(departure, text="One.", by=therapist))
    assert PrivateNote.objects.count() == 1
