"""Exercises: begun with a tap, done on the real pages, and talked through from a sheet that weighs nothing."""

import json
import re
import uuid
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import override

from accounts.models import Role
from sessions_app import captures, debriefs, departures, exercises, help_calls, practice
from sessions_app.models import Client, DepartureEvent, Exercise, HelpCall, TherapySession, in_order

OF_THERAPISTS = [each.slug for each in exercises.every("en") if each.makes_a_record]
SCRIPTS = {each.slug: each for each in exercises.every("en")}
HTMX = {"HX-Request": "true"}
MARK = "data-practice"


@pytest.fixture
def everybody(hire, adopted):
    """Somebody with all three roles, who may try all sixteen."""
    return hire("Ida Alle", Role.THERAPIST, Role.SUPERVISOR, Role.ADMIN)


@pytest.fixture
def begin(therapist):
    """Start an exercise as the therapist: `begin("calm-exit")` gives its first departure."""

    def start(slug, *, by=therapist):
        return practice.departures_of(practice.begin(SCRIPTS[slug], id=uuid.uuid4(), by=by))[0]

    return start


def test_there_are_sixteen_and_each_is_for_somebody():
    assert [each.number for each in exercises.every("en")] == list(range(1, 17))
    assert len(SCRIPTS) == 16
    assert {role for each in SCRIPTS.values() for role in each.roles} == {"therapist", "supervisor", "admin"}
    assert {each.group for each in SCRIPTS.values()} == set(exercises.GROUPS)


def test_they_are_the_situations_the_product_has_to_stand():
    listed = Path(settings.BASE_DIR).parent / "shared" / "domain" / "vignettes.md"
    if not listed.exists():
        pytest.skip("The list of situations is not kept with the code.")
    assert len(re.findall(r"^\d+\. \*\*", listed.read_text(), re.M)) == len(SCRIPTS)


def test_a_translation_has_every_part_of_its_script():
    for language in exercises.TRANSLATED_INTO:
        words = json.loads((exercises.HERE / f"exercises.{language}.json").read_text())
        assert set(words) == set(SCRIPTS)
        for english, translated in zip(exercises.every("en"), exercises.every(language), strict=True):
            for part in ("beats", "tries", "looked_for", "questions", "ask"):
                assert len(getattr(english, part)) == len(getattr(translated, part)), (language, english.slug, part)
            assert translated.title != english.title
            assert [each.facts for each in english.looked_for] == [each.facts for each in translated.looked_for]


def test_all_sixteen_can_be_started_ended_and_talked_through(signed_in, everybody, starter):
    browser = signed_in(everybody)
    listed = browser.get(reverse("practice")).content.decode()
    for slug, script in SCRIPTS.items():
        assert reverse("exercise-script", args=[slug]) in listed
        assert script.beats[0]["words"][:20] in page(browser, "exercise-script", slug)
        browser.post(reverse("begin-exercise", args=[slug]), {"id": str(uuid.uuid4())})
        exercise = Exercise.objects.get(slug=slug)
        told = page(browser, "exercise", exercise.pk)
        assert MARK in told
        for name in script.pages:
            assert browser.get(reverse(name)).status_code == 200
            assert f'<a href="{reverse(name)}"><span>{name}<' not in told, "a page has a name in words"
        for departure in practice.departures_of(exercise):
            assert MARK in page(browser, "departure", departure.pk)
        ended = browser.post(reverse("end-exercise", args=[exercise.pk]))
        assert ended.url == reverse("debrief", args=[exercise.pk])
        sheet = page(browser, "debrief", exercise.pk)
        assert MARK in sheet
        for each in script.looked_for:
            assert escaped(each.what) in sheet
        for question in script.questions:
            assert escaped(question) in sheet
        assert not re.search(r"\d\s?%|score|passed|failed", re.sub(r"<[^>]+>", " ", sheet.split("<main")[1]), re.I)


def test_who_goes_through_the_board_report_is_led_to_the_trends(signed_in, supervisor):
    browser = signed_in(supervisor)
    begun = browser.post(reverse("begin-exercise", args=["board-report-of-four"]), follow=True).content.decode()
    for name, words in (("trends", "Trends"), ("trends-on-paper", "Board report")):
        assert f'<a href="{reverse(name)}"><span>{words}<' in begun


def page(browser, name, *args):
    answer = browser.get(reverse(name, args=args))
    assert answer.status_code == 200, (name, args)
    return answer.content.decode()


def escaped(words):
    return escape(words)


def test_every_key_of_a_script_is_one_that_the_sheet_knows(begin, therapist):
    """A key that nothing answers would be a line that can never say anything."""
    known = {
        "help",
        "break",
        "minutes",
        "wish",
        "report",
        "addenda",
        "author-state",
        "others",
    }  # once there is one
    for slug in OF_THERAPISTS:
        exercise = Exercise.objects.get(session=begin(slug).session)
        known |= set(debriefs.facts_of(exercise))
    asked = {key for script in SCRIPTS.values() for each in script.looked_for for key in each.facts}
    answers = {f"answer:{key}" for script in SCRIPTS.values() for key, _words in script.ask}
    assert asked <= known | answers | {f"noted:{name}" for name in captures.CAPTURES}


def test_starting_makes_a_client_a_session_and_a_departure_that_are_made_up(signed_in, therapist):
    browser, id = signed_in(therapist), str(uuid.uuid4())
    for _twice in range(2):
        answer = browser.post(reverse("begin-exercise", args=["calm-exit"]), {"id": id})
        departure = DepartureEvent.objects.get()
        assert answer.url == reverse("departure", args=[departure.pk])
    assert (departure.is_practice, departure.session.is_practice, departure.client.is_practice) == (True,) * 3
    assert departure.therapist == departure.client.therapist == therapist
    assert departure.client.reference.startswith("PRACTICE-")
    assert Exercise.objects.get().session == departure.session


def test_somebody_elses_exercise_is_not_there(signed_in, therapist, supervisor, stranger, begin):
    departure = begin("calm-exit")
    exercise = departure.session.exercise
    for person in (supervisor, stranger):
        browser = signed_in(person)
        for name in ("exercise", "debrief"):
            assert browser.get(reverse(name, args=[exercise.pk])).status_code == 404
        assert browser.post(reverse("end-exercise", args=[exercise.pk])).status_code == 404
        assert browser.get(reverse("departure", args=[departure.pk])).status_code == 404
        assert browser.get(reverse("exercise-of", args=[departure.session_id])).status_code == 404
    taken = signed_in(stranger).post(reverse("begin-exercise", args=["calm-exit"]), {"id": str(exercise.pk)})
    assert taken.status_code == 409


def test_everybody_finds_the_way_to_practice(signed_in, therapist, supervisor, admin):
    for person in (therapist, supervisor, admin):
        assert reverse("practice") in page(signed_in(person), "me")
        assert "/practice/" in page(signed_in(person), "practice").split("<main")[1], "there is something for each"


def test_an_exercise_is_for_the_roles_it_names(signed_in, therapist, supervisor, admin):
    for person, slug in ((supervisor, "calm-exit"), (admin, "calm-exit"), (therapist, "nothing-goes-out")):
        browser = signed_in(person)
        assert browser.get(reverse("exercise-script", args=[slug])).status_code == 403
        assert browser.post(reverse("begin-exercise", args=[slug])).status_code == 403
    assert signed_in(therapist).get(reverse("exercise-script", args=["no-such"])).status_code == 404


def test_the_sheet_lays_what_was_noted_beside_what_a_reader_looks_for(signed_in, therapist, supervisor, begin):
    browser, departure = signed_in(therapist), begin("calm-exit")
    browser.post(reverse("set-level", args=[departure.pk]), {"level": "none_identified"})
    facts = {"respect-decision-next-appointment": "kept"}
    browser.post(reverse("note-details", args=[departure.pk, "respect-decision"]), facts)
    browser.post(reverse("gone", args=[departure.pk]), {"op_id": str(uuid.uuid4())})
    browser.post(reverse("report", args=[departure.pk]), {"account": "Called away.", "main_reason": "outside_event"})
    signed = browser.post(reverse("check-report", args=[departure.pk]), {"author_state": "steady"}, follow=True)
    assert "in an exercise nobody does" in signed.content.decode()
    sheet = page(browser, "debrief", departure.session.exercise.pk)
    for words in ("None identified", "Signed at", "Next appointment Kept", "A reader will look for"):
        assert words in sheet
    assert "Nothing noted" in sheet


def test_a_story_that_began_days_ago_has_its_tries_and_asks_for_a_decision(signed_in, therapist, begin):
    browser, departure = signed_in(therapist), begin("three-days-of-silence")
    assert [each.channel for each in departure.contact_attempts.all()] == ["phone", "text"]
    call = departure.follow_ups.open().exclude(channel="").first()
    answer = browser.post(
        reverse("record-contact", args=[call.pk]), {"channel": "phone", "result": "no_answer"}, follow=True
    )
    assert MARK in answer.content.decode()
    assert departure.follow_ups.filter(title="Decide together how it stands").exists()
    assert "Letter" in page(browser, "letter", departure.pk)
    sheet = page(browser, "debrief", departure.session.exercise.pk)
    assert sheet.count("No answer") >= 2


def test_what_was_found_by_looking_stands_on_the_sheet(signed_in, supervisor):
    browser = signed_in(supervisor)
    begun = browser.post(reverse("begin-exercise", args=["supervisor-on-leave"]))
    browser.post(begun.url, {"who": "Fay covers, and knows it."})
    exercise = Exercise.objects.get()
    assert "Fay covers, and knows it." in page(browser, "debrief", exercise.pk)
    assert (exercise.session, DepartureEvent.objects.count(), Client.objects.count()) == (None, 0, 0)


def test_what_is_far_too_long_is_refused_beside_its_box_and_kept(signed_in, supervisor):
    browser = signed_in(supervisor)
    begun = browser.post(reverse("begin-exercise", args=["supervisor-on-leave"]))
    answer = browser.post(begun.url, {"who": "word " * 400})
    assert answer.status_code == 422
    assert "word word" in answer.content.decode()


def test_an_ended_exercise_is_kept_apart_and_can_be_begun_anew(signed_in, therapist, begin):
    browser, departure = signed_in(therapist), begin("calm-exit")
    browser.post(reverse("end-exercise", args=[departure.session.exercise.pk]))
    html = page(browser, "practice")
    assert "Ended" in html
    assert "You are in an exercise" not in html
    browser.post(reverse("begin-exercise", args=["calm-exit"]))
    assert Exercise.objects.filter(slug="calm-exit").count() == 2
    late = browser.post(reverse("record-step", args=[departure.pk, "stay-calm"]), {"outcome": "done"})
    assert late.status_code == 302, "what a device still holds arrives"


def test_a_call_for_help_alarms_nobody_and_says_who_would_hear(signed_in, therapist, supervisor, begin):
    browser, departure = signed_in(therapist), begin("you-felt-threatened")
    asked = {"departure": str(departure.pk)}
    html = browser.post(reverse("ask-for-help"), asked, headers=HTMX).content.decode()
    assert "nobody was told" in html
    assert supervisor.name in html
    assert HelpCall.objects.count() == 0
    assert browser.post(reverse("ask-for-help"), asked).url == reverse("departure", args=[departure.pk])
    with pytest.raises(help_calls.IsAnExercise):
        help_calls.ask(id=uuid.uuid4(), by=therapist, departure=departure)
    assert "Help asked for at" in page(browser, "debrief", departure.session.exercise.pk)
    browser.post(reverse("ask-for-help"))
    assert HelpCall.objects.count() == 1, "who needs help in the middle of an exercise gets it"


def test_on_now_the_button_is_real_and_says_so(signed_in, therapist, session, begin):
    browser, practised = signed_in(therapist), begin("calm-exit")
    html = page(browser, "now")
    assert "This starts a real record." in html
    assert MARK not in html
    assert practised.client.reference not in html
    answer = browser.post(reverse("start-departure"), {"session": str(practised.session_id)})
    made = DepartureEvent.objects.get(pk=answer.url.split("/")[2])
    assert (made.is_practice, made.session) == (False, None), "a made-up session never reaches a real record"


def test_a_real_client_cannot_be_chosen_in_an_exercise_nor_the_other_way_round(
    signed_in, therapist, departure, client_0417, begin
):
    browser, practised = signed_in(therapist), begin("calm-exit")
    wrong = browser.post(reverse("choose-client", args=[practised.pk]), {"client": client_0417.pk})
    other = browser.post(reverse("choose-client", args=[departure.pk]), {"client": practised.client_id})
    assert (wrong.status_code, other.status_code) == (422, 422)
    for name in ("add-session", "earlier-departure", "clients"):
        assert practised.client.reference not in page(browser, name)
    changed = browser.post(reverse("session", args=[practised.session_id]), {"clients": [client_0417.pk]})
    assert changed.status_code == 422
    added = f"{reverse('add-client')}?departure={practised.pk}"
    browser.post(added, {"reference": "0999", "age_band": "adult"})
    assert Client.objects.known_as("0999").get().is_practice


def refused():
    return pytest.raises(IntegrityError)


def test_the_database_keeps_real_and_made_up_apart(therapist, stranger, departure, client_0417, begin):
    practised = begin("calm-exit")
    rows = [(DepartureEvent, departure), (Client, client_0417), (TherapySession, departure.session)]
    for model, row in rows:
        for pk, mark in ((row.pk, True), (practised_row(model, practised), False)):
            with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
                model.objects.filter(pk=pk).update(is_practice=mark)
    wrong = [
        (practised, {"client": client_0417}),
        (practised, {"session": departure.session}),
        (practised, {"session": None}),
        (practised, {"therapist": stranger}),
        (departure, {"client": practised.client}),
        (departure, {"session": practised.session}),
        (departure, {"alongside": practised}),
    ]
    for row, facts in wrong:
        with refused(), transaction.atomic():
            DepartureEvent.objects.filter(pk=row.pk).update(**facts)
    with refused(), transaction.atomic():
        practised.session.clients.add(client_0417)
    with refused(), transaction.atomic():
        departure.session.clients.add(practised.client)
    with refused(), transaction.atomic():
        HelpCall.objects.create(by=therapist, site=therapist.site, departure=practised, called_at=practised.began_at)
    with refused(), transaction.atomic():
        Exercise.objects.create(slug="calm-exit", person=therapist, session=departure.session)


def practised_row(model, practised):
    return {DepartureEvent: practised.pk, Client: practised.client_id, TherapySession: practised.session_id}[model]


def test_in_a_couple_each_record_of_an_exercise_is_one(signed_in, therapist, begin):
    browser, departure = signed_in(therapist), begin("couple-storms-out")
    alex, sam = in_order(departure.session.clients.all())
    browser.post(reverse("choose-client", args=[departure.pk]), {"client": alex.pk})
    browser.post(reverse("others", args=[departure.pk]), {"client": sam.pk})
    assert set(DepartureEvent.objects.values_list("is_practice", "client")) == {(True, alex.pk), (True, sam.pk)}
    assert "1 more record" in page(browser, "debrief", departure.session.exercise.pk)


def test_the_words_are_in_the_language_of_the_page(signed_in, therapist):
    with override("es"):
        spoken = exercises.find("calm-exit").title
    assert spoken != SCRIPTS["calm-exit"].title
    browser = signed_in(therapist)
    assert spoken in browser.get(reverse("practice"), headers={"Accept-Language": "es"}).content.decode()


def test_taking_an_exercise_back_as_a_mistake_stays_in_the_exercise(signed_in, therapist, begin):
    departure = begin("calm-exit")
    departures.void(departure, reason="Only looking", by=therapist)
    assert MARK in page(signed_in(therapist), "departure", departure.pk)
