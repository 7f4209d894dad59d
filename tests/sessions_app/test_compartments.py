"""Three compartments: what belongs to the quality review or to the author's private notes is never in the chart.

Rare words are planted in the other two, and every page, print, export and fragment of the URL table is searched for
them. What is not declared as one of the other two here is taken for chart. An output that is no page, or whose words
have to be read out of a file, adds itself to CHART_OUTPUTS.
"""

import io
import uuid

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from followups import chart, chart_text, client_copies, pango, papers
from followups.models import PaperFile
from followups.tasks import make_papers
from sessions_app import checklist, place_comments, private_notes, quality, reports, reviews, timeline
from sessions_app.models import DepartureEvent, DepartureReport
from tests.followups.fhir_checks import readable
from tests.followups.test_fhir_bundles import file_of
from tests.sessions_app.conftest import HTMX
from tests.test_access import TABLE, addresses, cast, parameters_of, resource  # noqa: F401 — fixtures

TOLD_BESIDE, REVIEWED, PRIVATE = "quokkanym", "zeugmatique", "borborygmus"
ASKED, LEARNT, REFERENCE = "gallimaufrage", "snollygosterling", "absquatulum"
PLANTED = [TOLD_BESIDE, REVIEWED, PRIVATE, ASKED, LEARNT, REFERENCE]

#: Pages of the other two compartments, and which words each may hold: whoever may read it, by the table of access.
OTHER_COMPARTMENTS = {
    "quality": {TOLD_BESIDE, REVIEWED, ASKED},
    "review": {TOLD_BESIDE, REVIEWED, ASKED, LEARNT},
    "private-notes": {PRIVATE},
    "report-comments": {ASKED},
    "hand-off": {REFERENCE},
}
#: The author's own form, where what stays private is typed: no output of anything.
WHERE_IT_IS_WRITTEN = {"note-details": {TOLD_BESIDE}}
MAY_HOLD = OTHER_COMPARTMENTS | WHERE_IT_IS_WRITTEN

#: Models of the other two. No table of the chart points at one of them.
NOT_THE_CHART = {
    *("Review", "QualityNote", "PrivateNote", "PlaceComment", "PlaceAnswer", "ReviewHarm", "SafetyEventReference"),
    *("ReviewTask", "ReviewTask_told", "ReviewEscalation"),
}

#: What goes out as the chart and is no address of its own: {name: a callable that takes the departure and gives words}.
CHART_OUTPUTS = {
    "signed content": lambda departure: str(departure.report.content),
    "chart of the signed report": lambda departure: str(departure.report.chart),
    "timeline": lambda departure: str([entry.words for entry in timeline.of(departure)]),
    "addenda": lambda departure: words_in_rows(departure.report.addenda.all()),
    "row of the report": lambda departure: words_in_rows(DepartureReport.objects.filter(departure=departure)),
    "chart as data": lambda departure: repr(chart_of(departure)),
    "chart as text": lambda departure: chart_text.of(chart_of(departure), by=departure.therapist),
    "PDF": lambda departure: words_of_pdf(papers.ask_for(departure, by=departure.therapist)),
    "PDF of the client's copy": lambda departure: words_of_pdf(asked_copy(departure)),
    "FHIR R4": lambda departure: readable(file_of(departure, "R4", has_attempts=True, has_name=True)),
    "FHIR R5": lambda departure: readable(file_of(departure, "R5", has_attempts=True, has_name=True)),
}
NEED_PANGO = {"PDF", "PDF of the client's copy"}
#: All words of the account stand in each of these, so that not finding the planted ones says something.
WITH_THE_ACCOUNT = set(CHART_OUTPUTS) - {"timeline", "addenda"}


def words_in_rows(rows):
    """Every value of each row as somebody with the key reads it."""
    return str([[getattr(row, field.attname) for field in row._meta.concrete_fields] for row in rows])


def chart_of(departure):
    return chart.of(chart.with_chart(DepartureEvent.objects.all()).get(pk=departure.pk))


def asked_copy(departure):
    facts = {"asked_by": "client", "asked_how": "phone", "asked_on": timezone.localdate()}
    request = client_copies.ask(departure.client, by=departure.therapist, **facts)
    return papers.ask_for_copy(request, by=departure.therapist)


def words_of_pdf(paper):
    make_papers()
    content = PaperFile.objects.get(paper=paper).content
    return words_in_pdf(bytes(content))


def words_in_pdf(content):
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return " ".join(text.split())


@pytest.fixture
def tell_beside(departure, therapist):
    """Plant words in what is told beside the report, and in the private notes."""
    facts = {"stays-private": f"{TOLD_BESIDE} of this young person", "concerns-told": "the way home"}
    checklist.note(departure, slug="discuss-implications", facts=facts, op_id=uuid.uuid4(), by=therapist)
    private_notes.write(departure, text=f"My {PRIVATE}.", by=therapist)
    report = reports.draft_for(departure, by=therapist)
    quality.keep_state(report, author_state="felt_unsafe", by=therapist)
    return reports.save_draft(report, by=therapist, account="They stood up and left.")


@pytest.fixture
def all_told(tell_beside, therapist, supervisor):
    """Signed, returned, added to and closed, with planted words in both reviews."""
    report = reports.sign(tell_beside, by=therapist)
    asked = {"account": f"What {ASKED} do you mean?", "whole": f"And the {ASKED}?"}
    reviews.return_to_author(report, message=f"A {REVIEWED} question.", comments=asked, by=supervisor)
    reports.add_addendum(report, text="They rang in the evening.", sends_back=False, by=therapist)
    first, _second = place_comments.on(report)
    place_comments.answer(report, texts={first.comment.pk: "The one by the door."}, by=therapist)
    reviews.reopen(report, reason=f"A {REVIEWED} reason.", by=supervisor)
    facts = {"outcome": "with_learning", "message": f"A {REVIEWED} answer.", "colleague_state": "supervision"}
    facts |= {"learning": f"My {LEARNT}.", "system_change": f"Our {LEARNT}.", "safety_event": "yes"}
    harms = [{"whom": "staff", "physical": "moderate", "psychological": "severe"}]
    reviews.sign_off(report, by=supervisor, harms=harms, **facts)
    reviews.note_reference(report, reference=REFERENCE, by=supervisor)
    return report


def words_of(answer):
    """What a reader of the answer would see, also of a PDF."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if "pdf" in answer.headers.get("Content-Type", "") and b"%%EOF" in body:  # the table of access files a bare head
        return words_in_pdf(body)
    return body.decode(errors="replace")


def leaks(browser, addresses):  # noqa: F811
    """{(address, word)} of planted words where they may not be; each address is asked as a page and by a script."""
    found = set()
    for name, address in addresses.items():
        for headers in ({}, HTMX):
            words = words_of(browser.get(address, headers=headers))
            found |= {(name, word) for word in PLANTED if word in words and word not in MAY_HOLD.get(name, ())}
    return found


@pytest.mark.parametrize("who", ["therapist", "supervisor"])
@pytest.mark.parametrize("state", ["tell_beside", "all_told"])
def test_no_address_of_the_chart_holds_a_word_of_the_other_two(request, addresses, signed_in, state, who):  # noqa: F811
    request.getfixturevalue(state)
    assert leaks(signed_in(request.getfixturevalue(who)), addresses) == set()


def test_the_words_are_where_they_belong_so_the_search_can_find_them(all_told, signed_in, therapist, supervisor):
    author, desk = signed_in(therapist), signed_in(supervisor)
    where = {name: reverse(name, args=[all_told.departure_id]) for name in OTHER_COMPARTMENTS}

    def planted_in(browser, name):
        return {word for word in PLANTED if word in words_of(browser.get(where[name]))}

    assert planted_in(author, "quality") == {TOLD_BESIDE, REVIEWED, ASKED}
    assert planted_in(desk, "quality") == {TOLD_BESIDE, REVIEWED}
    assert planted_in(desk, "review") == OTHER_COMPARTMENTS["review"]
    assert planted_in(desk, "hand-off") == {REFERENCE}
    assert planted_in(author, "private-notes") == {PRIVATE}
    assert planted_in(author, "report-comments") == {ASKED}


def test_every_address_of_a_departure_is_searched(addresses):  # noqa: F811
    """A new page, print or export of a departure is chart, and searched, unless it says otherwise here."""
    of_a_departure = {name for name in TABLE if "departure_id" in parameters_of(name)}
    assert of_a_departure <= set(addresses)
    assert set(MAY_HOLD) <= of_a_departure
    assert len(of_a_departure - set(MAY_HOLD)) > 30


@pytest.mark.parametrize("output", CHART_OUTPUTS)
def test_no_output_of_the_chart_holds_a_word_of_the_other_two(all_told, output):
    if output in NEED_PANGO and not pango.is_there():
        pytest.skip(pango.advice())
    words = CHART_OUTPUTS[output](DepartureEvent.objects.for_page().get(pk=all_told.departure_id))
    said = ["elt unsafe", "felt_unsafe", "with_learning", "life in danger", "severe", "needed more help", "supervision"]
    assert [word for word in [*PLANTED, *said] if word in words] == []
    assert ("They stood up and left." in words) == (output in WITH_THE_ACCOUNT)


def test_a_filed_pdf_is_read_page_by_page_where_the_addresses_are_searched(all_told, signed_in, therapist):
    if not pango.is_there():
        pytest.skip(pango.advice())
    for paper in (papers.ask_for(all_told.departure, by=therapist), asked_copy(all_told.departure)):
        make_papers()
        words = words_of(signed_in(therapist).get(reverse("paper-file", args=[paper.pk])))
        assert "They stood up and left." in words
        assert [word for word in PLANTED if word in words] == []


@pytest.mark.parametrize("name", ["report", "departure", "plan", "attempts"])
def test_the_chart_does_not_even_mention_that_there_was_a_review(all_told, signed_in, therapist, name):
    where = reverse(name, args=[all_told.departure_id])
    words = words_of(signed_in(therapist).get(where))
    for mention in ("Returned with a comment", "Signed off", "something to learn", "Felt unsafe", "stays private"):
        assert mention not in words


@pytest.mark.parametrize("version", [1, 2])
def test_a_chart_signed_before_the_compartments_were_parted_leaves_out_what_it_held(signed, version):
    signed.content = signed.content | {"version": version, "author_state": "Shaken", "kept_private": [["What", "x"]]}
    assert "Shaken" not in str(signed.chart)
    assert "kept_private" not in signed.chart
    assert signed.chart["answers"] == signed.content["answers"]


LINES = {
    "report": "This goes into the chart.",
    "check-report": "This goes into the chart.",
    "quality": "Quality review: not part of the chart.",
    "private-notes": "Your private notes: only you.",
}


@pytest.mark.parametrize("name", LINES)
def test_the_screen_says_which_one_it_is(departure, browser, name):
    words = words_of(browser.get(reverse(name, args=[departure.pk])))
    assert LINES[name] in words
    others = {line for each, line in LINES.items() if line != LINES[name] and each != "quality"}
    assert [line for line in others if line in words] == []


def test_the_signed_page_and_the_review_say_it_as_well(all_told, browser, signed_in, supervisor):
    assert LINES["report"] in words_of(browser.get(reverse("report", args=[all_told.departure_id])))
    review = words_of(signed_in(supervisor).get(reverse("review", args=[all_told.departure_id])))
    assert LINES["quality"] in review
    assert "Nobody can promise that it stays closed" in review


def own_tables():
    rooms = ["accounts", "resources", "protocols", "sessions_app", "followups"]
    return [model for room in rooms for model in apps.get_app_config(room).get_models(include_auto_created=True)]


def is_of_the_other_two(model):
    followed = getattr(model, "pgh_tracked_model", None) or model
    return followed.__name__ in NOT_THE_CHART


def test_no_model_of_the_chart_points_at_the_other_two():
    pointing = [
        field
        for model in own_tables()
        if not is_of_the_other_two(model)
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and is_of_the_other_two(field.related_model)
    ]
    assert pointing == []


def test_no_foreign_key_of_the_database_leads_from_the_chart_to_the_other_two(db):
    apart = [model._meta.db_table for model in own_tables() if is_of_the_other_two(model)]
    assert len(apart) >= len(NOT_THE_CHART)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'f' AND confrelid::regclass::text = ANY(%s) "
            "AND NOT conrelid::regclass::text = ANY(%s)",
            [apart, apart],
        )
        assert cursor.fetchall() == []


def test_private_notes_and_quality_review_do_not_point_at_each_other(db):
    for model in own_tables():
        if model.__name__ == "PrivateNote":
            targets = {field.related_model.__name__ for field in model._meta.get_fields() if field.is_relation}
    assert targets == {"DepartureEvent", "User"}


def test_what_is_told_beside_is_for_the_author_and_the_supervisor(all_told, signed_in, stranger, admin, hire):
    where = reverse("quality", args=[all_told.departure_id])
    assert signed_in(stranger).get(where).status_code == 404
    assert signed_in(admin).get(where).status_code == 403


def test_before_signing_the_supervisor_reads_nothing_of_it(tell_beside, signed_in, supervisor):
    words = words_of(signed_in(supervisor).get(reverse("quality", args=[tell_beside.departure_id])))
    assert TOLD_BESIDE not in words
    assert "Felt unsafe" not in words
