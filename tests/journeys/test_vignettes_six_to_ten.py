"""The other five situations that must work from end to end; `test_vignettes` lists all ten."""

import uuid

import pytest

from accounts.models import Role
from followups.models import Delivery, Reminder
from sessions_app import departures, levels
from sessions_app.models import (
    Composition,
    DepartureEvent,
    DepartureReport,
    Ending,
    HelpCall,
    ResponseLevel,
    StepResponse,
)
from tests.journeys.thumbs import (
    client_is_leaving,
    contacts_of,
    ends,
    is_one_more_tap,
    note,
    noted,
    open_step,
    sees_plan_for,
    set_level,
    shows_clock_since,
    write_and_sign,
)

pytestmark = pytest.mark.journey


# 6 Group member leaves crying, single leader


def test_a_group_member_leaves_crying(open_window, therapist, supervisor, hire, client_0417, client_of, session_of):
    """The leader is alone and stays with the group; others show as a number and nothing more."""
    rita = hire("Rita Reception", Role.ADMIN, is_site_contact=True)
    others = [client_of(therapist, "0xquince"), client_of(therapist, "0xmedlar")]
    session_of(client_0417, *others, composition=Composition.GROUP)
    ana = open_window(therapist)
    client_is_leaving(ana)
    ana.click("0417")
    ana.sees("2 others are in the session. One leader stays with them.")
    ana.sees("To the group, say only that somebody has left and that you will check in.")
    note(ana, "stay-calm", {"Was your co-leader told?": "You lead alone"})
    assert is_one_more_tap(ana, "I need help here")
    ana.click("I need help here")
    ana.sees("Told: Sam Lindqvist, Rita Reception.")
    ana.inspect()

    at_the_desk, with_sam = open_window(rita), open_window(supervisor)
    with_sam.sees("Ana Reyes asks for help")
    at_the_desk.go("/help/")
    assert "0417" not in at_the_desk.text(), "about a colleague, never about a client"
    at_the_desk.inspect()
    at_the_desk.click("I am coming")
    ana.sees("Rita Reception is coming.")
    ana.click("It is over")
    ana.sees("I need help here")

    note(ana, "express-empathy", {"What you saw": ["Tearful"]})
    set_level(ana, "some_concern")
    ends(ana, "They have gone", heading="They have gone")
    note(ana, "respect-decision", {"What was the group told?": "Only that they left"})
    ana.inspect()
    assert names_on(ana, others) == []
    ana.follow("Write the report")
    write_and_sign(ana, account="Left in tears after a story close to hers")
    assert names_on(ana, others) == []

    departure, call = DepartureEvent.objects.get(), HelpCall.objects.get()
    assert noted(departure)["co-leader-told"] == "alone"
    assert ["Others in the group", "2"] in departure.report.content["facts"]
    assert "0x" not in str(departure.report.content)
    assert contacts_of(departure).filter(title="Call by the next working day", owner=therapist).exists()
    assert (call.answered_by, call.is_open) == (rita, False)
    assert set(Delivery.objects.filter(help_call=call).values_list("recipient", flat=True)) == {rita.pk, supervisor.pk}


def names_on(window, clients):
    """Which of these clients the whole page names, folded parts and addresses included."""
    html = window.tab.content()
    return [each.reference for each in clients if each.reference in html]


# 7 Calm exit, family emergency


def test_a_calm_exit_takes_few_taps(open_window, therapist, supervisor, session):
    """A call from school: they said why, and went. The report is written by then: open, continue, sign."""
    ana = open_window(therapist)
    client_is_leaving(ana)
    set_level(ana, "none_identified")
    note(ana, "explore-reason", {"What set it off?": ["Something outside, or an urgent call"]})
    say_how_it_is_known(ana, "Something outside, or an urgent call", "Stated")
    ends(ana, "They have gone", heading="They have gone")
    sees_plan_for(ana, "none_identified")
    ana.inspect()

    count_hands(ana)
    report_in_taps = [("link", "Write the report"), ("button", "Continue"), ("button", "Sign and send")]
    for role, words in report_in_taps:
        ana.click(words, role=role)
    ana.sees("Sent. Sam Lindqvist will read it.")
    assert hands_used(ana) == {"clicks": 3, "keys": 0}

    departure, report = DepartureEvent.objects.get(), DepartureReport.objects.get()
    assert departure.response_level == ResponseLevel.NONE_IDENTIFIED
    assert (report.state, report.main_reason, report.main_reason_source) == ("submitted", "outside_event", "stated")
    assert "Reason the client gave: something outside, or an urgent call." in report.account
    assert contacts_of(departure).count() <= 2, "a light plan"
    reminders = Reminder.objects.filter(follow_up__departure=departure)
    assert set(reminders.values_list("lane", flat=True)) == {Reminder.Lane.ROUTINE}
    sam = open_window(supervisor)
    sam.go("/review/")
    sam.sees("None identified")
    sam.inspect()


def say_how_it_is_known(window, reason, source):
    """Beside the reason, once it is ticked; before that nothing asks."""
    step = open_step(window, "explore-reason")
    step.get_by_text("Note more").click()
    form = window.tab.locator("#explore-reason-noted form")
    form.wait_for()
    assert form.get_by_role("combobox", name="How do you know?").count() == 1, "of the one reason that is ticked"
    form.get_by_label(f"How do you know? {reason}").select_option(label=source)
    form.get_by_role("button", name="Save these notes").click()
    form.wait_for(state="detached")


def count_hands(window):
    """From now on every click and key counts, over all pages to come."""
    seen = """
      for (const [event, what] of [["click", "clicks"], ["keydown", "keys"]])
        addEventListener(event, ({ isTrusted }) => {
          if (isTrusted) sessionStorage[what] = Number(sessionStorage[what] || 0) + 1;
        }, true);
    """
    window.tab.evaluate(f"() => {{ sessionStorage.clear(); {seen} }}")
    window.tab.add_init_script(seen)


def hands_used(window):
    return window.tab.evaluate(
        "() => ({ clicks: Number(sessionStorage.clicks || 0), keys: Number(sessionStorage.keys || 0) })"
    )


# 8 “Never contact me again”


def test_never_contact_me_again(open_window, therapist, supervisor, session, client_of):
    """Said at the door, or later on the phone: tasks among staff stay, and no other."""
    ana = open_window(therapist)
    client_is_leaving(ana)
    set_level(ana, "some_concern")
    note(ana, "respect-decision", {"May we get in touch?": "No"})
    departure = DepartureEvent.objects.get()
    assert contacts_of(departure).exists(), "nothing is stopped without a person saying so"
    ana.follow("They said no to contact. Look at the plan.")
    ana.sees("The client said no to contact. Does that mean none at all?")
    ana.inspect()
    ana.click("Asked for no contact: stop all client tasks")
    ana.tab.locator("#plan").get_by_text("This client asked for no contact.").wait_for()
    ends(ana, "They have gone", heading="They have gone")
    ana.tab.locator("#plan").get_by_text("The client asked for no contact").first.wait_for()
    ana.inspect()
    assert_only_staff_look_at_it(departure)
    departure.client.refresh_from_db()
    assert departure.client.asked_for_no_contact

    by_phone = an_earlier_departure_of(client_of(therapist, "0500"))
    ana.go("/follow-ups/")
    ana.follow("Record contact Call by the next working day")
    ana.tab.get_by_text("Something else came of it").click()
    ana.tab.get_by_label("Reached, asked for no contact").check()
    ana.click("Save")
    ana.sees("Saved.")
    assert_only_staff_look_at_it(by_phone)

    sam = open_window(supervisor)
    sam.go("/follow-ups/")
    assert sam.tab.get_by_role("link", name="Move Talk about it in review").count() == 2
    for each in (departure, by_phone):
        sam.go(f"/departures/{each.pk}/")
        sam.sees("This client asked for no contact.")
    sam.inspect()


def an_earlier_departure_of(client):
    made = departures.log(id=uuid.uuid4(), by=client.therapist, client=client)
    return levels.set_level(made, level=ResponseLevel.SOME_CONCERN, op_id=uuid.uuid4(), by=client.therapist)


def assert_only_staff_look_at_it(departure):
    assert not contacts_of(departure).exists()
    among_staff = departure.follow_ups.open()
    assert {each.channel for each in among_staff} == {""}
    assert {each.owner.name for each in among_staff} == {"Ana Reyes", "Sam Lindqvist"}


# 9 Break and return


def test_a_break_and_back(open_window, therapist, session):
    ana = open_window(therapist)
    client_is_leaving(ana)
    ana.click("They take a break")
    ana.sees("Are they back?")
    assert shows_clock_since(ana, "Are they back?")
    ana.inspect()
    ends(ana, "They came back", heading="They stayed")
    ana.sees("Good. It is kept as a departure that did not happen.")
    ana.inspect()
    ana.go("/")
    assert "Report to write" not in ana.text()
    ana.follow("Your departures so far")
    ana.sees("0 departures. Apart from them, 1 that did not happen: the client stayed.")
    ana.inspect()

    departure = DepartureEvent.objects.get()
    assert departure.ending == Ending.RETURNED
    assert departure.break_began_at <= departure.ended_at
    assert not departure.follow_ups.exists()
    assert not StepResponse.objects.exists(), "nothing is filled in for somebody who came back"
    assert not DepartureReport.objects.exists()


# 10 Therapist felt threatened


def test_the_therapist_felt_threatened(open_window, therapist, supervisor, session):
    """The safety of staff comes first; how the colleague is reaches the supervisor and not the chart."""
    ana, sam = open_window(therapist), open_window(supervisor)
    client_is_leaving(ana)
    ana.sees("If you feel unsafe, leave or call for help first.")
    assert is_one_more_tap(ana, "I need help here")
    ana.click("I need help here")
    ana.sees("Told: Sam Lindqvist.")
    sam.go("/help/")
    sam.click("I am coming")
    note(ana, "check-safety", {"What is the concern about?": ["Your own safety"]})
    note(ana, "stay-calm", {"Was help called?": "Yes"})
    ana.sees("Sam Lindqvist is coming.")
    ana.inspect()
    ends(ana, "They have gone", heading="They have gone")
    ana.follow("Write the report")
    write_and_sign(ana, account="Stood over me, then left", author_state="Felt unsafe")

    departure = DepartureEvent.objects.get()
    assert noted(departure)["concerns"] == ["clinician_safety"]
    assert departure.report.quality_note.get_author_state_display() == "Felt unsafe"
    assert "Felt unsafe" not in str(departure.report.content), "the chart holds what happened to the client"
    sam.go(f"/review/{departure.pk}/")
    sam.sees("Felt unsafe")
    asked = sam.tab.locator("main legend, main label:not(.choice)").all_inner_texts()
    assert asked[0] == "How is your colleague?"
    sam.inspect()
    sam.tab.get_by_label("Needs support now").check()
    sam.tab.get_by_label("Appropriate", exact=True).check()
    sam.tab.get_by_label("Message to the author").fill("You got out and called. I come by at four.")
    sam.click("Sign off")
    sam.sees("Sent to Ana Reyes.")
    assert departure.report.reviews.get().colleague_state == "support_now"
