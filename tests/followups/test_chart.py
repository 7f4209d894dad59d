"""The chart as data and as text: everything that belongs to it, and no word of any other compartment."""

import uuid
from datetime import timedelta
from html import unescape

import tinycss2
from django.urls import reverse
from django.utils import timezone, translation

from accounts import people
from followups import chart, chart_text, contact_attempts, follow_ups, relations
from followups.models import ContactAttempt
from followups.signed_words import sections_of, short
from sessions_app import exercises, practice, reports, reviews
from sessions_app.models import DepartureEvent
from tests.forging import forge_content

#: Rare words in what is no chart, and where each was put.
APART = {
    "zyrophage": "a review's message",
    "quillomax": "what stays private for a young person",
    "brontiwex": "a task among staff",
    "Felt unsafe": "how the author is",
    "Returned with a comment": "a review's decision",
    "Signed off": "a review's decision",
    "something to learn": "a review's outcome",
    "Talk about it in supervision": "how the colleague is",
    "Also a safety event": "a review's outcome",
    "compartment": "that there are others",
    "Review": "that there is one",
    "review": "that there is one",
    "supervisor": "that somebody reads it",
    "private note": "that there are some",
}
#: Rare words of the chart; all of them are there.
IN_IT = ["wombatology", "snarkish", "plinthful", "vexillary", "gamboge", "Riverside Clinic", "0417", "Ana Reyes"]


def chart_of(departure):
    return chart.of(chart.with_chart(DepartureEvent.objects.all()).get(pk=departure.pk))


# What is in it


def test_the_chart_has_the_signed_words_what_was_added_the_plan_and_every_attempt(told):
    made = chart_of(told)
    assert (made.author, made.client, made.version, made.is_intact) == ("Ana Reyes", "0417", 2, True)
    assert made.content_hash == told.report.content_hash
    assert [each.text for each in made.additions] == ["plinthful"]
    assert [each.note for each in made.attempts] == ["vexillary", "", ""]
    assert made.promises
    assert {each.channel for each in made.promises} <= {"Phone call", "Text message"}
    assert [each.what for each in made.decisions] == ["Keep trying"]
    assert len(made.given) == 1


def test_every_signed_fact_is_on_the_page_and_in_the_text(told, signed_in, therapist):
    browser = signed_in(therapist)
    page = browser.get(reverse("chart", args=[told.pk])).content.decode()
    text = chart_text.of(chart_of(told), by=therapist)
    content = told.report.content
    wanted = [words for _label, words in content["noted"]]
    wanted += [row[part] for each in content["record"] for row in each["rows"] for part in ("label", "words")]
    wanted += [step["title"] for step in content["steps"]] + [given["name"] for given in content["given"]]
    for words in [*wanted, *IN_IT, told.report.content_hash, "Version"]:
        assert in_one_line(words) in in_one_line(text), words
        assert in_one_line(words) in in_one_line(unescape(page)), words


def in_one_line(words):
    return " ".join(words.split())


def test_nothing_of_the_plan_and_the_attempts_stands_there_twice(planned, call, tried, therapist):
    """What was signed of it stands as it was signed; beside it only what is new, or became another since."""
    tried(2)
    report = reports.draft_for(planned, by=therapist)
    reports.sign(reports.save_draft(report, account="They left.", by=therapist), by=therapist)
    made = chart_of(planned)
    assert (made.promises_since, made.attempts_since) == ([], [])
    assert made.promises
    assert len(made.attempts) == 1
    text = chart_text.of(made)
    assert text.count("No answer") == 1
    assert "after signing" not in text.lower()
    tried(1, "text", "sent_no_reply")
    follow_ups.move(call, to=call.due_at + timedelta(hours=1), reason="Later", by=therapist)
    made = chart_of(planned)
    assert [each.channel for each in made.attempts_since] == ["Text message"]
    assert [each.task for each in made.promises_since] == [call.task]
    assert "ATTEMPTS TO REACH THE CLIENT AFTER SIGNING" in chart_text.of(made)
    with translation.override("es"):
        assert len(chart_of(planned).attempts_since) == 1, "in whatever language it is read"


def test_whatever_was_signed_is_on_paper_and_by_element_each_fact_once(told):
    """The plain lists beside the elements are for programs; on paper they would say everything twice."""
    sections = {each.name: each for each in chart_of(told).sections}
    content = told.report.content
    assert list(sections) == [
        *(f"record-{each['element']}" for each in content["record"] if each["rows"]),
        "steps",
        "timeline",
    ]
    for element in content["record"]:
        if element["rows"]:
            rows = sections[f"record-{element['element']}"].rows
            assert [row.label for row in rows] == [each["label"] for each in element["rows"]]
            assert all(each["words"] in row.words for row, each in zip(rows, element["rows"], strict=True))
    said = " ".join(f"{row.label} {row.words}" for each in sections.values() for row in each.rows)
    known = [*content["facts"], *content["noted"]]
    wanted = [words for _label, words in known if words != "Not provided"]
    wanted += [content["answers"]["account"], content["answers"]["main_reason"]]
    wanted += [given["name"] for given in content["given"]]
    assert [words for words in wanted if words not in said] == []
    by_element = [each for name, each in sections.items() if name.startswith("record-")]
    assert sum(row.words == content["answers"]["account"] for each in by_element for row in each.rows) == 1
    assert sum("Strong feelings (source not recorded)" in row.words for each in by_element for row in each.rows) == 1


def test_how_a_reason_is_known_is_said_once_beside_it(departure, therapist):
    report = reports.draft_for(departure, by=therapist)
    reports.save_draft(report, main_reason="overwhelmed", main_reason_source="inferred", by=therapist)
    reports.sign(report, by=therapist)
    text = in_one_line(chart_text.of(chart_of(departure)))
    assert text.count("Strong feelings (inferred)") == 1
    assert "(inferred) (inferred)" not in text


def test_without_attempts_no_line_tells_of_one(planned, tried, therapist):
    tried(2)
    tried(1, "phone", "third_party_reached")
    reports.sign(reports.draft_for(planned, by=therapist), by=therapist)
    tried(0)
    found = chart.with_chart(DepartureEvent.objects.all()).get(pk=planned.pk)
    whole, apart = (chart_text.of(chart.of(found, has_attempts=each)) for each in (True, False))
    for words in ("No answer", str(dict(ContactAttempt.Result.choices)["third_party_reached"])):
        assert words in whole
        assert words not in apart
    assert set(apart.splitlines()) <= set(whole.splitlines()), "and all else stays as it is"
    assert "PLAN, AND EVERY ATTEMPT" in apart, "the plan itself is there"


def test_what_is_added_says_what_it_is_when_it_was_written_and_when_it_happened(told, signed_in, therapist):
    days_ago = timezone.now() - timedelta(days=9)
    reports.add_addendum(told.report, text="Their sister had rung.", happened_at=days_ago, by=therapist)
    page = signed_in(therapist).get(reverse("chart", args=[told.pk])).content.decode()
    assert "Addendum by Ana Reyes, written " in page
    assert "Late entry by Ana Reyes, written " in page
    assert f"about {short(days_ago, told.site.zone)}" in page


def test_a_co_signature_stands_on_it_with_name_and_time_and_no_word_of_the_review(
    departure, therapist, supervisor, signed_in
):
    people.begin_training(therapist.email, by="test", on=timezone.localdate() - timedelta(days=9))
    report = reports.sign(reports.draft_for(departure, by=therapist), by=therapist)
    assert "o-signed" not in chart_text.of(chart_of(departure))
    reviews.sign_off(report, outcome="with_learning", message="zyrophage", by=supervisor)
    made = chart_of(departure)
    assert made.co_signed.by == supervisor.name
    assert f"Co-signed by {supervisor.name}, " in chart_text.of(made)
    page = signed_in(therapist).get(reverse("chart", args=[departure.pk])).content.decode()
    assert f"by {supervisor.name} at " in page
    assert not any(word in page + chart_text.of(made) for word in ("zyrophage", "learn", "eview"))
    reviews.reopen(report, reason="Once more.", by=supervisor)
    assert chart_of(departure).co_signed is None, "opened again, it stands no more"


def test_where_the_work_stands_is_on_it_as_it_was_said(told, therapist):
    relations.say(told, status="transferring", why="Moves away", receiving="Dr Lin", consent="yes", by=therapist)
    text = in_one_line(chart_text.of(chart_of(told)))
    assert "WHERE THE WORK STANDS" in text
    assert "Moving to someone else · Dr Lin · Consent: yes · Moves away · Ana Reyes" in text


def test_no_word_of_another_compartment_is_in_any_form_of_it(told, signed_in, therapist, supervisor):
    """Planted rare words, the words of screens that tell of reviews, and any hint that there is more than the chart."""
    for person in (therapist, supervisor):
        browser = signed_in(person)
        sheet = browser.get(reverse("chart", args=[told.pk])).content.decode().partition("<article")[2]
        sheet = sheet.partition("</article>")[0]
        plain = browser.get(reverse("chart-text", args=[told.pk]), {"plain": ""}).content.decode()
        style = browser.get(reverse("chart-style", args=[told.pk])).content.decode()
        for form in (sheet, plain, style, repr(chart_of(told))):
            assert {word: place for word, place in APART.items() if word in form} == {}
        assert all(word in sheet and word in plain for word in IN_IT)


def test_what_was_planted_is_really_there(told):
    """So that not finding it says something."""
    assert told.report.quality_note.get_author_state_display() == "Felt unsafe"
    assert "quillomax" in str(told.report.quality_note.kept_private)
    assert "zyrophage" in told.report.reviews.first().message
    assert told.follow_ups.filter(title="brontiwex").exists()


def test_a_timeline_that_was_signed_with_the_fate_of_the_report_is_shown_without_it(told):
    at = timezone.now().isoformat()
    content = told.report.content | {
        "timeline": [
            [at, "Started"],
            [at, "Stay calm: done"],
            [at, "Returned with a comment"],
            [at, "Signed off"],
            [at, "Report signed"],
            [at, "What stays private for this young person? quillomax"],
        ]
    }
    sections = {each.name: each for each in sections_of(content, zone=told.site.zone)}
    assert [row.words for row in sections["timeline"].rows] == ["Started", "Stay calm: done"]


def test_the_second_version_shows_every_section_it_has(told):
    """Pairs, rows with names, sections of sections, a text: nothing of a richer content is lost."""
    content = {
        "version": 2,
        "author": "Ana Reyes",
        "signed_at": timezone.now().isoformat(),
        "facts": [["Started", "10:00"], ["Client", "0417"]],
        "reasons": [["Angry", "said so", "stated"]],
        "consultations": [{"who": "Dr X", "when": "10:20", "advice": "Stay"}],
        "sections": [{"title": "How they left", "rows": [["On foot", "alone"]]}],
        "account": "They stood up.",
        "minutes_of_service": 20,
        "missing": [],
        "author_state": "Shaken",
        "kept_private": [["Private", "quillomax"]],
    }
    sections = sections_of(content, zone=told.site.zone)
    words = [(each.title, [(row.label, row.words) for row in each.rows]) for each in sections]
    assert words == [
        ("What is known", [("Started", "10:00"), ("Client", "0417")]),
        ("Reasons", [("Angry", "said so, stated")]),
        ("Consultations", [("Consultations", "Who: Dr X, When: 10:20, Advice: Stay")]),
        ("How they left", [("On foot", "alone")]),
        ("What happened", [("What happened", "They stood up.")]),
        ("Minutes of service", [("Minutes of service", "20")]),
    ]


def test_a_changed_row_says_so_on_the_paper(told, signed_in, therapist):
    forge_content(account="Other")
    assert "are not what was signed" in signed_in(therapist).get(reverse("chart", args=[told.pk])).content.decode()


def test_without_a_signed_report_there_are_the_plan_and_attempts_and_a_word_about_it(
    planned, tried, signed_in, therapist
):
    tried(1)
    page = signed_in(therapist).get(reverse("chart", args=[planned.pk])).content.decode()
    assert "There is no signed report yet." in page
    assert "Phone call: No answer" in page


def test_an_exercise_says_so_in_every_form(starter, signed_in, therapist):
    exercise = practice.begin(exercises.find("calm-exit"), id=uuid.uuid4(), by=therapist)
    [departure] = practice.departures_of(exercise)
    browser = signed_in(therapist)
    assert "Exercise: nobody here is real." in browser.get(reverse("chart", args=[departure.pk])).content.decode()
    assert "EXERCISE" in chart_text.of(chart_of(departure), by=therapist)


def test_its_mark_changes_with_whatever_is_added(told, therapist):
    marks = {chart_of(told).mark}
    reports.add_addendum(told.report, text="More.", by=therapist)
    marks.add(chart_of(told).mark)
    call = told.follow_ups.open().exclude(channel="").first()
    contact_attempts.record(call, channel="phone", result="no_answer", op_id=uuid.uuid4(), by=therapist)
    marks.add(chart_of(told).mark)
    assert len(marks) == 3


# As text


def test_no_line_of_the_text_is_longer_than_76_columns(told, therapist):
    reports.add_addendum(told.report, text="a" * 300 + " " + "word " * 60, by=therapist)
    lines = chart_text.of(chart_of(told), by=therapist).splitlines()
    assert max(map(len, lines)) <= 76
    assert len(lines) > 40


def test_the_text_can_be_had_alone_and_keeps_paragraphs(told, signed_in, therapist):
    answer = signed_in(therapist).get(reverse("chart-text", args=[told.pk]), {"plain": ""})
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "no-store" in answer.headers["Cache-Control"]
    assert "  They stood up.\n\n  wombatology\n" in answer.content.decode()


# The printed page


def test_head_and_foot_come_as_a_sheet_of_their_own_in_the_format_of_the_country(told, signed_in, therapist):
    browser, address = signed_in(therapist), reverse("chart-style", args=[told.pk])
    answer = browser.get(address)
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "no-store" in answer.headers["Cache-Control"]
    sheet = answer.content.decode()
    for words in ["size: letter", 'counter(page) " of " counter(pages)', told.report.content_hash, "Version 2"]:
        assert words in sheet
    assert "Printed on" in sheet
    assert "by Ana Reyes" in sheet
    type(told.site).objects.update(country="GB")
    assert "size: A4" in browser.get(address).content.decode()


def test_a_name_cannot_break_out_of_the_style_sheet(told, signed_in, therapist):
    type(therapist).objects.filter(pk=therapist.pk).update(name='"; } body { display: none } </style>\\')
    sheet = signed_in(therapist).get(reverse("chart-style", args=[told.pk])).content.decode()
    assert "</style>" not in sheet
    [rule] = tinycss2.parse_stylesheet(sheet, skip_whitespace=True)
    assert rule.at_keyword == "page"
    assert [each for each in tinycss2.parse_blocks_contents(rule.content) if each.type == "error"] == []
