"""Two exercises as one does them: the script, the real pages, and the sheet to talk through."""

import pytest

from followups import deliveries, reminders
from followups.models import Delivery
from sessions_app.models import DepartureEvent, DepartureReport, Exercise

pytestmark = pytest.mark.journey
MARK = "PRACTICE"


def is_marked(window):
    """The page says what it is, in words and above everything else; and it breaks no rule."""
    note = window.tab.get_by_role("note", name="Practice")
    note.wait_for(state="visible")
    assert MARK in note.inner_text()
    assert window.tab.locator("main > *:visible").first.evaluate("each => each.matches('[data-practice], .notice')")
    window.inspect()


def from_now_to(window, title):
    """On Now the real button stands first; practice is further down."""
    window.go("/")
    assert MARK not in window.text()
    window.follow("Practice")
    window.inspect()
    window.follow(title)
    is_marked(window)


def print_of(window):
    """What a printer would show."""
    window.tab.emulate_media(media="print")
    shown = window.text()
    window.tab.emulate_media(media="screen")
    return shown


def test_a_calm_exit_from_the_script_to_the_sheet(open_window, therapist, supervisor, session, starter, size):
    window = open_window(therapist, size=size)
    from_now_to(window, "A phone rings, a child is ill")
    window.click("Practice: client is leaving")
    window.sees("0 of 11")
    is_marked(window)
    window.click("Done", nth=0)
    window.sees("1 of 11")
    window.click("None identified")
    window.sees("2 of 11")
    window.click("They have gone")
    window.sees("8 of 11")
    is_marked(window)
    write_and_sign(window)
    see_that_now_is_real(window)
    end_and_read(window)
    assert DepartureEvent.objects.get().is_practice
    assert DepartureReport.objects.visible_to(supervisor).count() == 0


def write_and_sign(window):
    window.follow("Write the report")
    is_marked(window)
    window.tab.get_by_label("What happened?").fill("The school called. They left in peace.")
    window.click("Continue")
    window.sees("In earnest it would be read by")
    is_marked(window)
    window.tab.get_by_label("Steady").check()
    window.click("Sign and send")
    window.sees("in an exercise nobody does")
    is_marked(window)
    assert MARK in print_of(window)


def see_that_now_is_real(window):
    window.go("/")
    window.sees("This starts a real record.")
    assert window.tab.get_by_role("note", name="Practice").count() == 0
    window.inspect()
    window.follow("Go on with the exercise")
    is_marked(window)


def end_and_read(window):
    window.click("End the exercise")
    window.sees("This is no test.")
    window.sees("None identified")
    is_marked(window)
    shown = print_of(window)
    assert MARK in shown
    assert "To talk through with your supervisor" in shown
    window.follow("All exercises")
    window.sees("Ended")
    window.inspect()


def test_a_hang_up_with_help_a_plan_and_a_call(open_window, therapist, supervisor, starter, size):
    window = open_window(therapist, size=size)
    from_now_to(window, "A dark remark, then the screen goes black")
    window.click("Practice: client is leaving")
    window.sees("12 Example Street")
    is_marked(window)
    window.click("Immediate")
    window.tab.locator("#help-first").wait_for()
    window.tab.locator("#help-first").get_by_role("button", name="I need help here").click()
    window.sees("Practice: nobody was told.")
    window.sees("Sam Lindqvist")
    window.inspect()
    window.go(f"/departures/{DepartureEvent.objects.get().pk}/")
    window.click("They hung up")
    window.sees("Call ended")
    window.follow("To the script, or end the exercise")
    window.follow("Follow-up plan")
    is_marked(window)
    window.follow("What happens when")
    window.sees("In an exercise nobody is.")
    is_marked(window)
    window.go("/practice/")
    window.follow("A dark remark, then the screen goes black")
    window.follow("Follow-up plan")
    window.follow("Record contact", nth=0)
    is_marked(window)
    window.tab.get_by_label("No answer").check()
    window.click("Save")
    is_marked(window)
    reminders.sweep(clock_name="beat")
    deliveries.drain()
    assert Delivery.objects.exclude(kind=Delivery.Kind.CANARY).count() == 0
    window.go("/practice/")
    window.click("End it")
    window.sees("No answer")
    exercise = Exercise.objects.get()
    assert exercise.ended_at
    assert exercise.help_asked_at
