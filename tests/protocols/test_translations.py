"""The steps in the language of the page; a clinician reads a translation, and from then on it stands."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts.models import AuditEntry
from protocols import editions, translations
from protocols.models import EditionTranslation, ProtocolStep, Setting, StepTranslation
from sessions_app import checklist, reports
from tests.refusals import is_refused

pytestmark = pytest.mark.django_db
UNREVIEWED, REVIEWED = "not yet reviewed by a clinician", "reviewed by Sam Lindqvist on"


@pytest.fixture
def spanish():
    return EditionTranslation.objects.get(version=editions.in_force(), language="es")


@pytest.fixture
def read_steps(signed_in):
    """The page of the eleven steps as somebody reads it, in English unless another language was chosen."""

    def read(person, language="en-gb"):
        browser = signed_in(person)
        browser.post(reverse("me"), {"language": language})
        return browser.get(reverse("eleven-steps")).content.decode()

    return read


def test_the_steps_speak_the_language_of_the_page_and_keep_their_slugs():
    edition = editions.in_force().pk
    english, spanish = editions.steps_of(edition, "en-gb"), editions.steps_of(edition, "es")
    assert [step.slug for step in spanish] == [step.slug for step in english]
    assert [step.captures for step in spanish] == [step.captures for step in english]
    assert not {step.title for step in spanish} & {step.title for step in english}
    calm = spanish[0]
    assert calm.prompt_for([Setting.REMOTE]) == "Suelte el aire. Hable despacio. Siga en la línea."
    assert len(calm.lines_for([Setting.REMOTE])) == len(english[0].lines_for([Setting.REMOTE]))
    with override("es-mx"):
        assert editions.steps_of(edition)[0].title == "Mantenga la calma"


def test_a_language_nobody_translated_into_reads_english():
    edition = editions.in_force().pk
    assert [step.title for step in editions.steps_of(edition, "fr")] == [
        step.title for step in editions.steps_of(edition, "en-gb")
    ]


def test_translated_steps_cost_no_question_once_they_were_read():
    edition = editions.in_force().pk
    editions.steps_of(edition, "es")
    with CaptureQueriesContext(connection) as asked:
        editions.steps_of(edition, "es")
    assert len(asked) == 0


def test_both_editions_came_with_spanish_and_loading_it_again_changes_nothing():
    before = list(StepTranslation.objects.order_by("pk").values())
    assert len(before) == 2 * 11
    editions.publish_all()
    assert list(StepTranslation.objects.order_by("pk").values()) == before


def test_a_signed_report_is_in_english_whatever_the_page_speaks(departure, therapist):
    checklist.record(departure, slug="stay-calm", outcome="done", op_id=departure.pk, by=therapist)
    report = reports.draft_for(departure, by=therapist)
    with override("es"):
        content = reports.sign(report, by=therapist).content
    assert content["steps"][0]["title"] == "Stay calm"
    assert any("Stay calm: done" in words for _, words in content["timeline"])


def test_admins_and_supervisors_see_whether_a_clinician_has_reviewed_it(
    read_steps, admin, supervisor, therapist, spanish
):
    for person in (admin, supervisor):
        assert UNREVIEWED in read_steps(person)
    assert UNREVIEWED not in read_steps(therapist)
    translations.mark_reviewed(spanish, by=supervisor)
    for person in (admin, supervisor):
        shown = read_steps(person)
        assert REVIEWED in shown
        assert UNREVIEWED not in shown


def test_whoever_reads_unreviewed_steps_is_told_so(read_steps, therapist, supervisor, spanish):
    note = "aún no tienen revisión clínica"
    assert note in read_steps(therapist, "es")
    assert "No clinician has reviewed" not in read_steps(therapist)
    translations.mark_reviewed(spanish, by=supervisor)
    assert note not in read_steps(therapist, "es")


def test_only_who_has_it_on_the_screen_is_asked_to_review_it(read_steps, admin, supervisor, spanish):
    address = reverse("review-translation", args=[spanish.pk])
    assert address in read_steps(supervisor, "es")
    assert address not in read_steps(supervisor)
    assert address not in read_steps(admin, "es")


def test_a_supervisor_marks_it_as_reviewed_once(signed_in, supervisor, stranger, spanish):
    address = reverse("review-translation", args=[spanish.pk])
    for person in (supervisor, stranger, supervisor):
        assert signed_in(person).post(address).status_code == 302
    spanish.refresh_from_db()
    assert spanish.reviewed_by == supervisor
    entry = AuditEntry.objects.get(action="translation_reviewed")
    assert (entry.by, entry.subject_id, entry.facts) == (supervisor, str(spanish.pk), {"language": "es"})


def test_a_translation_can_be_mended_until_it_was_reviewed(supervisor, spanish):
    spanish.steps.filter(step__slug="stay-calm").update(prompt="Respire.")
    translations.mark_reviewed(spanish, by=supervisor)
    of_this = f"translation_id = {spanish.pk}"
    assert is_refused(f"UPDATE protocols_steptranslation SET prompt = 'Otra cosa.' WHERE {of_this}")
    assert is_refused(f"DELETE FROM protocols_steptranslation WHERE {of_this}")
    assert is_refused(f"UPDATE protocols_editiontranslation SET reviewed_at = NULL WHERE id = {spanish.pk}")
    assert is_refused(f"DELETE FROM protocols_editiontranslation WHERE id = {spanish.pk}")
    other = StepTranslation.objects.exclude(translation=spanish).first()
    move = f"UPDATE protocols_steptranslation SET translation_id = {spanish.pk} WHERE id = {other.pk}"
    assert is_refused(move)


def test_nobody_has_reviewed_it_at_no_time(spanish):
    spanish.reviewed_at = timezone.now()
    with pytest.raises(IntegrityError, match="translation_is_reviewed_by_someone"), transaction.atomic():
        spanish.save()


def test_the_steps_themselves_stay_english_in_the_table():
    editions.steps_of(editions.in_force().pk, "es")
    assert ProtocolStep.objects.filter(title="Stay calm").count() == len(editions.EDITIONS)
