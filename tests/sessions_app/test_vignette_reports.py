"""What the report shows in the first seven situations, through the front door: from the taps to the signed record."""

import uuid

import pytest
from django.urls import reverse

from sessions_app.models import Client, Composition, DepartureEvent, DepartureReport, Format


@pytest.fixture
def begin(browser):
    """Begin a departure in a session: `begin(session, client=client_0417)`."""

    def start(session, *, client=None):
        made = uuid.uuid4()
        browser.post(reverse("start-departure"), {"id": str(made), "session": session.pk, "op_id": str(uuid.uuid4())})
        if client:
            browser.post(reverse("choose-client", args=[made]), {"client": client.pk})
        return DepartureEvent.objects.get(pk=made)

    return start


@pytest.fixture
def do(browser):
    """A tap on a departure: `do(departure, "gone")`, `do(departure, "set-level", level="elevated")`."""

    def tap(departure, name, *more, **facts):
        answer = browser.post(reverse(name, args=[departure.pk, *more]), {"op_id": str(uuid.uuid4()), **facts})
        assert answer.status_code in (200, 302), answer.content.decode()[:500]

    return tap


@pytest.fixture
def note(do):
    """Note more at a step: `note(departure, "check-safety", {"capacity": "no_doubt"})`."""

    def send(departure, slug, facts):
        asked = {f"{slug}-asked": " ".join(facts)}
        do(departure, "note-details", slug, **asked, **{f"{slug}-{name}": value for name, value in facts.items()})

    return send


@pytest.fixture
def written(browser):
    """Write and sign: what was shown before signing, what stands signed, and how many questions it asked."""

    def sign(departure, **answers):
        def at(name):
            return reverse(name, args=[departure.pk])

        form = browser.get(at("report")).context["form"]
        questions = {"check_in" if name == "check_in_at" else name for name in form.fields}
        assert len(questions) <= 4
        begun = {name: form[name].value() or "" for name in ("main_reason", "main_reason_source", "account")}
        browser.post(at("report"), begun | answers)
        checked = browser.get(at("check-report"))
        browser.post(at("check-report"), {})
        report = DepartureReport.objects.get(departure=departure)
        assert report.content["record"][:-1] == english(checked.context["elements"])[:-1], "what was shown is signed"
        return report.content

    return sign


def english(rows):
    return [each | {"rows": [dict(row) for row in each["rows"]]} for each in rows]


def words_of(content, element):
    """{label: words} of one element of the record."""
    [found] = [each for each in content["record"] if each["element"] == element]
    return {row["label"]: row["words"] for row in found["rows"]}


def test_1_drunk_and_driving_shows_persuasion_impairment_and_consultation(session, begin, do, note, written):
    departure = begin(session)
    seen = {"concerns": ["impaired_driving"], "basis": ["observed"], "rationale": "Smelled of alcohol, unsteady"}
    note(
        departure, "check-safety", seen | {"actions-taken": ["consultation", "supervisor_told"], "actions-at": "15:04"}
    )
    do(departure, "set-level", level="immediate")
    note(departure, "offer-options", {"options-declined": ["support_person", "reschedule"]})
    told = {"concerns-told": "Driving now may hurt you or others", "alternatives-named": "A taxi, his sister"}
    note(departure, "discuss-implications", told | {"understanding": "nodded"})
    do(departure, "gone")
    note(departure, "respect-decision", {"left-how": "driving", "impairment-seen": "yes", "left-with": "alone"})
    content = written(departure)
    assert words_of(content, "safety")["What is that based on?"] == "You saw it"
    assert words_of(content, "concerns")["Concerns you told the client"] == told["concerns-told"]
    assert words_of(content, "alternatives")["Support person"] == "Offered and declined"
    assert words_of(content, "alternatives")["Other ways you named"] == "A taxi, his sister"
    assert words_of(content, "leaving")["How did they leave?"] == "Driving"
    assert words_of(content, "leaving")["Did they seem impaired?"] == "Yes"
    assert words_of(content, "told")["What was done?"] == "Consulted a colleague, Told the supervisor"
    assert words_of(content, "told")["When was it done?"] == "15:04"
    assert "Confirm how it went" in words_of(content, "plan")
    assert "legal basis" not in str(words_of(content, "told")), "nobody outside was told, so nothing asks why"


def test_2_a_hang_up_after_a_suicidal_remark_shows_what_was_said_and_who_was_told(
    client_0417, session_of, begin, do, note, written
):
    remote = {"format": Format.VIDEO, "address_today": "14 Birch Lane, Leeds", "callback_number": "+44 113 496 0144"}
    departure = begin(session_of(client_0417, country_today="GB", **remote))
    note(departure, "express-empathy", {"quote": "it would be easier not to be here"})
    note(departure, "check-safety", {"concerns": ["self_harm"], "basis": ["said"], "address-checked": "yes"})
    do(departure, "set-level", level="elevated")
    do(departure, "hung-up")
    told = {"actions-taken": ["emergency_contact"], "actions-basis": "Serious and near danger", "actions-at": "15:04"}
    note(departure, "check-safety", told)
    note(departure, "follow-up", {"reconnect-tried": "no_answer"})
    content = written(departure)
    [quote] = [row for each in content["record"] for row in each["rows"] if "easier not to be here" in row["words"]]
    assert quote["source"] == "Stated"
    assert words_of(content, "safety")["Address checked aloud?"] == "Yes"
    assert words_of(content, "told")["If somebody was told: on what legal basis?"] == told["actions-basis"]
    assert words_of(content, "plan")["Did you try to reconnect?"] == "Yes, no answer"
    assert words_of(content, "leaving")["Kind"] == "Ended the call"


def test_3_a_lost_connection_is_not_written_as_the_clients_choice(client_0417, session_of, begin, do, written):
    departure = begin(session_of(client_0417, format=Format.VIDEO))
    do(departure, "gone")
    content = written(departure)
    assert content["answers"]["account"].startswith("The connection was lost at ")
    assert "Why is not known." in content["answers"]["account"]
    assert words_of(content, "leaving")["Kind"] == "Connection lost, unclear why"
    assert words_of(content, "leaving")["The client's choice?"] == "Not known: the connection was lost."
    assert words_of(content, "safety")["Check safety"] == "Not possible: Connection lost"
    for words in ("Client had left", "Ended the call", "The client left", "hung up"):
        assert words not in str(content)


def test_4_a_couple_is_two_records_and_neither_says_a_word_of_the_other(
    browser, client_0417, therapist, session_of, begin, do, note, written
):
    partner = Client.objects.create(reference="zq-0418", therapist=therapist, team=therapist.team)
    leaver = begin(session_of(client_0417, partner, composition=Composition.COUPLE), client=client_0417)
    note(leaver, "express-empathy", {"quote": "slammed-quince"})
    do(leaver, "set-level", level="some_concern")
    do(leaver, "gone")
    do(leaver, "others", id=str(uuid.uuid4()), client=partner.pk)
    other = DepartureEvent.objects.get(client=partner)
    note(other, "check-safety", {"concerns": ["harm_from_others"], "asked-alone": "each", "basis": ["said"]})
    note(other, "express-empathy", {"quote": "xylophone"})
    do(other, "set-level", level="elevated")
    of_the_leaver, of_the_other = written(leaver), written(other, account="quokka")
    for words in ("xylophone", "quokka", "Harm from others", "zq-0418", str(other.pk)):
        assert words not in str(of_the_leaver)
    for words in ("slammed-quince", "0417", "Some concern", str(leaver.pk)):
        assert words not in str(of_the_other).replace("zq-0418", "")
    assert words_of(of_the_other, "safety")["Was each asked alone?"] == "Each of them"


def test_5_a_fifteen_year_old_shows_guardian_safeguarding_and_who_took_over(
    browser, therapist, session_of, begin, do, note, written
):
    young = Client.objects.create(reference="0150", therapist=therapist, team=therapist.team, age_band="13_17")
    departure = begin(session_of(young))
    note(departure, "stay-calm", {"guardian-where": "elsewhere"})
    do(departure, "gone")
    missing = {each.code for each in browser.get(reverse("check-report", args=[departure.pk])).context["missing"]}
    assert {"guardian", "safeguarding", "handed-to"} <= missing
    note(departure, "check-safety", {"guardian-told": "yes", "safeguarding-told": "yes"})
    note(departure, "respect-decision", {"handed-to": "guardian", "handed-at": "15:10"})
    note(departure, "discuss-implications", {"stays-private": "narwhal"})
    content = written(departure)
    assert words_of(content, "safety")["Where is the guardian?"] == "Elsewhere"
    assert words_of(content, "told")["Was the responsible adult told?"] == "Yes"
    assert words_of(content, "told")["Was the safeguarding lead told?"] == "Yes"
    assert words_of(content, "leaving")["Handed over to whom?"] == "The guardian"
    assert words_of(content, "leaving")["Handed over at"] == "15:10"
    assert "narwhal" not in str(content), "what stays private is no part of the chart"
    assert "Tell the safeguarding lead today" in words_of(content, "plan")
    times = [entry for entry in content["timeline"] if "responsible adult" in entry[1]]
    assert len(times) == 1, "the moment the guardian was told stands beside the moment they left"


def test_6_in_a_group_the_others_are_a_number(therapist, client_0417, session_of, begin, do, note, written):
    facts = {"therapist": therapist, "team": therapist.team}
    others = [Client.objects.create(reference=name, **facts) for name in ("0xquince", "0xmedlar")]
    session = session_of(client_0417, *others, composition=Composition.GROUP)
    departure = begin(session, client=client_0417)
    note(departure, "express-empathy", {"presentation": ["tearful"]})
    do(departure, "set-level", level="some_concern")
    do(departure, "gone")
    note(departure, "respect-decision", {"told-to-group": "left"})
    content = written(departure)
    assert words_of(content, "times")["Others in the group"] == "2"
    assert words_of(content, "leaving")["What was the group told?"] == "Only that they left"
    assert "0x" not in str(content)


def test_7_a_calm_exit_is_written_before_the_report_is_opened(browser, session, begin, do, note, written):
    departure = begin(session)
    do(departure, "set-level", level="none_identified")
    facts = {"explore-reason-reasons": ["outside_event"], "explore-reason-reasons-source-outside_event": "stated"}
    do(departure, "note-details", "explore-reason", **facts, **{"explore-reason-asked": "reasons reasons-source"})
    do(departure, "gone")
    content = written(departure)
    assert content["answers"]["main_reason"] == "Something outside, or an urgent call (stated)"
    assert "Reason the client gave: something outside, or an urgent call." in content["answers"]["account"]
    assert "Response level: none identified." in content["answers"]["account"]
    assert words_of(content, "decision")["Main reason"] == "Something outside, or an urgent call (stated)"
