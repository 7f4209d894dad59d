"""An organisation writes an edition of its own: begun as a copy, changed step by step, nobody's words lost."""

import copy

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import AuditEntry
from protocols import comparing, content, drafts, editions
from protocols.models import EditionDeed, ProtocolVersion
from tests.followups.races import both, meet_after
from tests.protocols.writing import change, form_of, retitled, written
from tests.refusals import is_refused

pytestmark = pytest.mark.django_db
TASK = {"en": "Tell the front desk", "es": "Avise a recepción", "key": "task-00aa11bb"}


@pytest.fixture
def draft(admin):
    return drafts.begin(editions.in_force(), by=admin)


def page(version, slug="stay-calm", setting=""):
    name = "edit-protocol-setting" if setting else "edit-protocol-step"
    return reverse(name, args=[version.number, slug, *([setting] if setting else [])])


def test_a_draft_begins_with_every_word_of_what_it_copies(draft):
    assert content.of(draft) == content.of(editions.in_force())
    for step, copied in zip(editions.in_force().steps.all(), draft.steps.all(), strict=True):
        names = ["slug", "phase", "say_or_do", "outcomes", "captures", "variants", "by_setting"]
        assert [getattr(step, name) for name in names] == [getattr(copied, name) for name in names]


def test_somebody_who_is_writing_one_goes_on_with_it_and_another_person_has_their_own(draft, admin, second_admin):
    assert drafts.begin(editions.in_force(), by=admin) == draft
    assert drafts.begin(editions.in_force(), by=second_admin).number == draft.number + 1
    with pytest.raises(drafts.HasAnother):
        drafts.begin_from(content.of(draft), by=admin)


def test_a_number_is_never_used_again(draft, admin):
    drafts.drop(draft, by=admin)
    assert drafts.begin(editions.in_force(), by=admin).number == draft.number + 1
    assert is_refused("DELETE FROM protocols_protocolversion WHERE number = %s", draft.number)


@pytest.mark.django_db(transaction=True)
def test_two_people_who_begin_at_once_get_two_numbers(admin, second_admin, monkeypatch):
    meet_after(monkeypatch, drafts, "open_of")
    source = editions.in_force()
    made = both(lambda: drafts.begin(source, by=admin), lambda: drafts.begin(source, by=second_admin))
    assert len({each.number for each in made}) == 2


@pytest.mark.django_db(transaction=True)
def test_a_double_tap_begins_one_draft(admin, monkeypatch):
    meet_after(monkeypatch, drafts, "open_of")
    source = editions.in_force()
    first, second = both(lambda: drafts.begin(source, by=admin))
    assert first == second
    assert EditionDeed.objects.count() == 1


def test_words_are_changed_in_both_languages_and_said_who_did(draft, admin, signed_in):
    sent = form_of(draft, "stay-calm") | {"title-en": "Breathe first", "title-es": "Primero respire"}
    assert signed_in(admin).post(page(draft), sent).status_code == 302
    english, spanish = (editions.steps_as_written(draft.pk, language)[0].title for language in ("en", "es"))
    assert (english, spanish) == ("Breathe first", "Primero respire")
    assert EditionDeed.objects.filter(version=draft, deed="changed", step="stay-calm", by=admin).exists()
    assert AuditEntry.objects.get(action="protocol_changed").facts == {"step": "stay-calm"}
    assert content.of(editions.in_force())["steps"][0]["title"]["en"] == "Stay calm"


def test_saving_the_page_as_it_is_changes_nothing(draft, admin, signed_in):
    before = content.of(draft)
    for slug in ("stay-calm", "check-safety", "follow-up"):
        assert signed_in(admin).post(page(draft, slug), form_of(draft, slug)).status_code == 302
        for setting in ("remote", "minor"):
            sent = form_of(draft, slug, setting)
            assert signed_in(admin).post(page(draft, slug, setting), sent).status_code == 302
    assert content.of(draft) == before
    assert not EditionDeed.objects.filter(deed="changed").exists()


def test_lines_are_moved_and_taken_out_and_a_setting_still_leaves_out_the_same_ones(draft, admin, signed_in):
    left_out = [line["en"] for line in content.of_step(draft, "stay-calm")["lines"] if "remote" in line["not_in"]]
    sent = form_of(draft, "stay-calm") | {"lines-0-en": "", "lines-0-es": "", "lines-3-place": 1}
    signed_in(admin).post(page(draft), sent)
    lines = content.of_step(draft, "stay-calm")["lines"]
    assert lines[0]["en"] == "If you feel unsafe, leave or call for help first."
    assert {line["en"] for line in lines if "remote" in line["not_in"]} == set(left_out)
    assert len(lines) == 3


def test_a_setting_gets_another_prompt_and_other_phrases(draft, admin, signed_in):
    sent = form_of(draft, "stay-calm", "group") | {
        "prompt-en": "One breath. Look at your co-leader.",
        "lines-0-en": "“Let's all take a minute.”",
        "lines-0-es": "",
    }
    assert signed_in(admin).post(page(draft, setting="group"), sent).status_code == 302
    [step, *_others] = editions.steps_as_written(draft.pk, "en")
    assert step.prompt_for({"group"}) == "One breath. Look at your co-leader."
    assert step.words_for({"group"}) == [("group", ["“Let's all take a minute.”"])]
    assert step.captures_for({"group"})[-1] == "co-leader-told"


def test_what_is_not_translated_stands_in_english_and_says_so(draft, admin, signed_in):
    sent = form_of(draft, "stay-calm") | {"title-es": "", "lines-1-es": ""}
    signed_in(admin).post(page(draft), sent)
    spanish = editions.steps_as_written(draft.pk, "es")[0]
    assert spanish.title.startswith("Stay calm (")
    assert spanish.say_or_do[1].startswith("“I'm here. There's no rush.” (")
    assert spanish.say_or_do[0] == "Suelte el aire una vez antes de hablar."
    shown = signed_in(admin).get(reverse("protocol-version", args=[draft.number]), {"language": "es"})
    assert "2 texts are not translated yet" in shown.content.decode()


def test_own_tasks_are_added_moved_and_taken_out_and_the_eleven_stay(draft, admin, signed_in):
    sent = form_of(draft, "stay-calm") | {"own_tasks-0-en": "Close the blinds", "own_tasks-1-en": "Tell the front desk"}
    signed_in(admin).post(page(draft), sent)
    first, second = content.of_step(draft, "stay-calm")["own_tasks"]
    assert (first["en"], second["en"]) == ("Close the blinds", "Tell the front desk")
    sent = form_of(draft, "stay-calm") | {"own_tasks-1-place": 1, "own_tasks-0-place": 2}
    signed_in(admin).post(page(draft), sent)
    assert content.of_step(draft, "stay-calm")["own_tasks"] == [second, first]
    sent = form_of(draft, "stay-calm") | {"own_tasks-0-en": ""}
    signed_in(admin).post(page(draft), sent)
    assert content.of_step(draft, "stay-calm")["own_tasks"] == [first]
    assert is_refused("DELETE FROM protocols_protocolstep WHERE version_id = %s", draft.pk)


def test_what_cannot_stand_is_refused_beside_its_field_and_nothing_is_lost(draft, admin, signed_in):
    sent = form_of(draft, "stay-calm") | {
        "title-en": "x" * 41,
        "lines-1-en": "Block the door.",
        "prompt-es": "Respire.",
    }
    refused = signed_in(admin).post(page(draft), sent)
    assert refused.status_code == 422
    errors = refused.context["form"].errors
    assert set(errors) == {"title-en", "lines-1-en"}
    shown = refused.content.decode()
    assert "Doorway never advises to hold, block or follow anybody." in shown
    assert "Respire." in shown
    assert "Block the door." in shown
    assert content.of_step(draft, "stay-calm") == content.of_step(editions.in_force(), "stay-calm")


def test_safety_words_cannot_be_edited_away(draft, admin, signed_in):
    emergency = {"lines-3-en": "Take your time.", "lines-3-es": "Tómese su tiempo."}
    refused = signed_in(admin).post(page(draft, "check-safety"), form_of(draft, "check-safety") | emergency)
    assert refused.status_code == 422
    assert "call the emergency or crisis service" in str(refused.context["form"].errors)
    elsewhere = form_of(draft, "check-safety") | {"lines-3-not_in": ["minor"]}
    refused = signed_in(admin).post(page(draft, "check-safety"), elsewhere)
    assert "Under 18" in str(refused.context["form"].errors)


def test_who_comes_second_is_told_and_overwrites_nobody(draft, admin, second_admin, signed_in):
    opened = form_of(draft, "stay-calm")
    signed_in(admin).post(page(draft), opened | {"title-en": "Breathe first"})
    late = opened | {"prompt-en": "Slow down."}
    told = signed_in(second_admin).post(page(draft), late)
    assert told.status_code == 422
    shown = told.content.decode()
    assert "Somebody else changed this step since you opened it" in shown
    assert "Breathe first" in shown
    assert "Slow down." in shown
    assert content.of_step(draft, "stay-calm")["title"]["en"] == "Breathe first"
    again = late | {"title-en": "Breathe first", "was": told.context["form"]["was"].value()}
    assert signed_in(second_admin).post(page(draft), again).status_code == 302
    standing = content.of_step(draft, "stay-calm")
    assert (standing["title"]["en"], standing["prompt"]["en"]) == ("Breathe first", "Slow down.")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_is_told(admin, second_admin, monkeypatch):
    draft = drafts.begin(editions.in_force(), by=admin)
    was = content.fingerprint(content.of_step(draft, "stay-calm"))
    meet_after(monkeypatch, content, "of_step")

    def save(words, by):
        try:
            return drafts.change_step(draft, written(draft, "stay-calm", title={"en": words}), was=was, by=by).number
        except drafts.ChangedMeanwhile as quicker:
            return quicker.theirs["title"]["en"]

    told = both(lambda: save("One", admin), lambda: save("Two", second_admin))
    standing = content.of_step(draft, "stay-calm")["title"]["en"]
    assert sorted(map(str, told)) == sorted([str(draft.number), standing])


def test_only_admins_and_clinical_leads_write(draft, lead, supervisor, therapist, signed_in):
    assert signed_in(lead).get(page(draft)).status_code == 200
    for person in (supervisor, therapist):
        assert signed_in(person).get(page(draft)).status_code == 403
        assert signed_in(person).post(reverse("draft-protocol")).status_code == 403


def test_a_title_is_changed_and_a_published_one_is_not(draft, admin, signed_in):
    browser, address = signed_in(admin), reverse("rename-protocol", args=[draft.number])
    assert browser.post(address, {"title": ""}).status_code == 422
    browser.post(address, {"title": "Riverside, winter"})
    draft.refresh_from_db()
    assert draft.title == "Riverside, winter"
    in_force = editions.in_force()
    browser.post(reverse("rename-protocol", args=[in_force.number]), {"title": "Mine"})
    assert browser.get(page(in_force)).status_code == 302
    assert editions.in_force().title == in_force.title


def test_two_editions_side_by_side_say_in_words_what_differs(draft, admin, signed_in):
    lines = copy.deepcopy(content.of_step(draft, "stay-calm")["lines"])
    del lines[1]
    change(draft, "stay-calm", by=admin, title={"en": "Breathe"}, lines=lines, own_tasks=[TASK])
    shown = signed_in(admin).get(reverse("compare-protocols", args=[draft.number]))
    [(about, rows)] = shown.context["differences"]
    assert about == ("stay-calm", "Breathe")
    told = {(row.left, row.right): row.change for row in rows}
    assert told["Stay calm", "Breathe"] == comparing.Change.CHANGED
    assert told["“I'm here. There's no rush.”", ""] == comparing.Change.REMOVED
    assert told["", "Tell the front desk"] == comparing.Change.ADDED
    assert told["Mantenga la calma", ""] == comparing.Change.REMOVED
    for words in ("Changed", "Removed", "Added"):
        assert f'<span class="tag">{words}</span>' in shown.content.decode()
    same = signed_in(admin).get(reverse("compare-protocols", args=[draft.number]), {"with": draft.number})
    assert "Both say the same." in same.content.decode()


def test_an_edition_is_seen_as_the_therapist_will_see_it(admin, signed_in):
    draft = retitled("Breathe first", by=admin)
    browser, address = signed_in(admin), reverse("preview-protocol", args=[draft.number])
    shown = browser.get(address, {"setting": "remote", "width": "laptop"}).content.decode()
    assert '<article class="step"' in shown
    assert "Breathe first" in shown
    assert "Slow your voice. Stay on the line." in shown
    assert "Stay on camera." in shown
    assert 'class="at-laptop"' in shown
    spanish = browser.get(address, {"language": "es"}).content.decode()
    assert "Breathe first (" in spanish
    assert "Stay on camera." not in spanish
    assert "Deje libre la salida." in spanish


def test_the_card_has_the_eleven_and_the_own_tasks(draft, admin, signed_in):
    change(draft, "follow-up", by=admin, own_tasks=[TASK])
    address = reverse("protocol-card", args=[draft.number])
    shown = signed_in(admin).get(address).content.decode()
    assert shown.count("<section>") == 11
    assert "Tell the front desk" in shown
    assert "Avise a recepción" in signed_in(admin).get(address, {"language": "es", "setting": "minor"}).content.decode()


def test_all_staff_print_the_card_of_what_is_in_force_and_no_other(draft, therapist, signed_in):
    browser, steps = signed_in(therapist), reverse("eleven-steps")
    in_force = reverse("protocol-card", args=[editions.in_force().number])
    assert in_force in browser.get(steps).content.decode()
    assert browser.get(in_force).status_code == 200
    assert browser.get(reverse("protocol-card", args=[draft.number])).status_code == 403


def test_one_open_draft_per_person_is_kept_by_the_database(draft, admin):
    other = ProtocolVersion.objects.create(number=99, title="Another")
    with pytest.raises(IntegrityError, match="one_open_draft_per_person"), transaction.atomic():
        draft.draft.__class__.objects.create(version=other, drafted_by=admin)
