"""The first five situations that must work from end to end, told by the people in them; the next five lie beside."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import SiteRule
from followups.models import FollowUp
from sessions_app.models import Channel, Composition, ContactPermission, DepartureEvent, Ending, Format, ResponseLevel
from sessions_app.models.departures import Kind
from tests.journeys import test_vignettes_six_to_ten as six_to_ten
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

REMOTE = {"format": Format.VIDEO, "address_today": "14 Birch Lane, Leeds", "callback_number": "+44 113 496 0144"}
IN_PRIVATE = "narwhal: what was said of school"
STOPPING = re.compile(r"\b(hold|block|follow(?!-up)|chase|pursue|detain|restrain|police|keys)\b", re.IGNORECASE)


# 1 Drunk and driving


def test_drunk_and_driving(open_window, therapist, supervisor, session, site):
    """Smells of alcohol, is upset by questions, walks out and drives off."""
    ana = open_window(therapist)
    client_is_leaving(ana)
    seen = {"What is the concern about?": ["Impaired or driving"], "What is that based on?": ["You saw it"]}
    note(ana, "check-safety", seen | {"Why, in a line": "Smelled of alcohol, unsteady"})
    ana.sees("Riverside Clinic has no rule on this here. Ask your supervisor before you tell anybody outside.")
    advises_to_stop_nobody(ana)
    ana.inspect()

    rule = {"words": "Call the duty lead first. Offer a ride.", "adopted_by": "Dr Lead"}
    SiteRule.objects.create(site=site, topic="impaired_driving", adopted_on=timezone.localdate(), **rule)
    set_level(ana, "immediate")
    ana.sees("Call the duty lead first. Offer a ride.")
    ana.sees("Riverside Clinic. Adopted by Dr Lead on")
    advises_to_stop_nobody(ana)
    for way_out in ("Call Sam Lindqvist", "On call: Duty lead", "I need help here"):
        assert is_one_more_tap(ana, way_out)
    ana.inspect()

    note(ana, "offer-options", {"Offered and declined": ["Support person", "Another time"]})
    told = {"Concerns you told the client": "Driving now may hurt you or others"}
    note(ana, "discuss-implications", told | {"Other ways you named": "A taxi, his sister"})
    ends(ana, "They have gone", heading="They have gone")
    note(ana, "respect-decision", {"How did they leave?": "Driving", "Did they seem impaired?": "Yes"})

    departure = DepartureEvent.objects.get()
    facts = noted(departure)
    assert facts["options-declined"] == ["support_person", "reschedule"]
    assert facts["alternatives-named"] == "A taxi, his sister"
    assert facts["concerns-told"] == told["Concerns you told the client"]
    assert facts["rationale"] == "Smelled of alcohol, unsteady"
    task = FollowUp.objects.open().get(owner=supervisor)
    assert task.due_at - departure.response_level_at <= timedelta(minutes=15)

    sam = open_window(supervisor)
    sam.go("/follow-ups/")
    sam.sees("Acknowledge and take part")
    sam.inspect()
    sam.click("Done Acknowledge and take part")
    task.refresh_from_db()
    assert task.state == FollowUp.State.DONE


def advises_to_stop_nobody(window):
    """No sentence asks to hold, follow or block anybody, or to tell the police; some ask not to."""
    lines = window.tab.locator("main li, main p, main button").all_text_contents()
    sentences = [each.strip() for line in lines for each in re.split(r"[.!?:]", line)]
    mentions = [each for each in sentences if STOPPING.search(each)]
    assert mentions, "the steps say what not to do"
    assert [each for each in mentions if "o not" not in each] == []


# 2 Video hang-up after a suicidal remark


def test_a_hang_up_after_a_suicidal_remark(open_window, therapist, supervisor, client_0417, session_of):
    session_of(client_0417, country_today="GB", **REMOTE)
    ana = open_window(therapist)
    client_is_leaving(ana)
    ana.sees("14 Birch Lane, Leeds")
    ana.sees("The client is in another country: United Kingdom.")
    assert "999" in ana.text(), "the number where the client is, and not where the therapist is"
    assert ana.tab.get_by_role("link", name="Call back +44 113 496 0144").get_attribute("href") == "tel:+441134960144"
    concern = {"What is the concern about?": ["Self-harm or suicide"], "What is that based on?": ["The client said it"]}
    note(ana, "check-safety", concern | {"Address checked aloud?": "Yes"})
    set_level(ana, "elevated")
    ana.inspect()

    ends(ana, "They hung up", heading="They have gone")
    assert shows_clock_since(ana, "Call ended")
    for guidance in ("For two minutes: try to connect again.", "By five minutes: call the number."):
        ana.sees(guidance)
    ana.sees("No answer? Follow the emergency plan you agreed on.")
    ana.sees("Danger to self or others: our rule")
    sees_plan_for(ana, "elevated")
    ana.inspect()
    done = {"What was done?": ["Told the emergency contact"], "When was it done?": "15:04"}
    note(ana, "check-safety", done | {"If somebody was told: on what legal basis?": "Serious and imminent danger"})

    departure = DepartureEvent.objects.get()
    assert departure.response_level == ResponseLevel.ELEVATED
    assert (departure.ending, departure.kind) == (Ending.DISCONNECTED, Kind.DISCONNECTED)
    assert noted(departure)["actions-taken"] == ["emergency_contact"]
    assert contacts_of(departure).first().title == "Call today"
    assert departure.follow_ups.open().filter(owner=supervisor).exists()

    client_is_leaving(ana)  # another time, and nobody could ask
    ends(ana, "They hung up", heading="They have gone")
    sees_plan_for(ana, "unable_to_assess")
    assert DepartureEvent.objects.latest("began_at").response_level == ResponseLevel.UNABLE_TO_ASSESS


# 3 Connection lost, unclear


def test_a_lost_connection_is_nobodys_choice(open_window, therapist, client_0417, session_of):
    session_of(client_0417, **REMOTE)
    ana = open_window(therapist)
    client_is_leaving(ana)
    ends(ana, "Line dropped", heading="Line dropped")
    ana.sees("It is kept as a lost connection, not as their choice.")
    assert shows_clock_since(ana, "Line dropped")
    sees_plan_for(ana, "unable_to_assess")
    ana.inspect()
    departure = DepartureEvent.objects.get()
    assert departure.kind == Kind.CONNECTION_LOST
    assert {each.reason for each in departure.step_responses.standing()} == {"connection_lost"}
    assert says_it_was_the_clients_choice(ana) == []

    ana.follow("Write the report")
    ana.click("Continue")
    ana.sees("Connection lost, unclear why")
    assert says_it_was_the_clients_choice(ana) == []

    ana.go(f"/departures/{departure.pk}/")
    ends(ana, "They are back", heading="They stayed")
    ana.sees("Good. It is kept as a departure that did not happen.")
    ana.sees("0 of 11")
    ana.sees("The plan opens when you say how soon we must act")
    ana.inspect()
    ana.go("/departures/")
    ana.sees("0 departures. Apart from them, 1 that did not happen: the client stayed.")

    departure.refresh_from_db()
    assert (departure.ending, departure.response_level) == (Ending.RETURNED, "")
    assert not departure.step_responses.standing().exists()
    assert not departure.follow_ups.open().exists()


def says_it_was_the_clients_choice(window):
    """Words that would make a choice of it, in what the page says was recorded, folded or not."""
    recorded = window.tab.locator("main .state, main .live-head, main .lead, main .facts, main .steps")
    shown = " ".join(recorded.all_text_contents())
    assert "onnection lost" in shown
    return [words for words in ("Client had left", "Ended the call", "Call ended", "hung up") if words in shown]


# 4 Couple


def test_a_couple_is_two_walled_records(
    open_window, therapist, supervisor, client_0417, client_of, session_of, starter
):
    """One storms out. The other hints at fear, and stays behind."""
    partner = client_of(therapist, "0418")
    home = {"scope": ContactPermission.Scope.PRACTICE_NAME, "address": "+1 555 0142"}
    client_0417.contact_permissions.update_or_create(channel=Channel.VOICEMAIL, defaults=home)
    ContactPermission.objects.create(client=partner, channel=Channel.PHONE, **home)
    session_of(client_0417, partner, composition=Composition.COUPLE)
    ana = open_window(therapist)
    client_is_leaving(ana)
    ana.sees("Who is leaving?")
    ana.click("0417")
    note(ana, "express-empathy", {"In the client's words": "slammed-quince: this is pointless"})
    set_level(ana, "some_concern")
    ends(ana, "They have gone", heading="They have gone")

    ana.follow("Look after another person")
    ana.inspect()
    ana.click("Begin a record 0418")
    ana.tab.get_by_role("heading", level=1, name="With you as well").wait_for()
    alone = {"What is the concern about?": ["Harm from others"], "Was each asked alone?": "Each of them"}
    note(ana, "check-safety", alone)
    note(ana, "express-empathy", {"In the client's words": "xylophone: not home tonight"})
    set_level(ana, "elevated")
    open_step(ana, "provide-resources").get_by_role("link", name="Choose what to give").click()
    ana.tab.get_by_label("National Domestic Violence Hotline").check()
    ana.click("Save what you gave")
    ana.inspect()
    ana.follow("Report")
    write_and_sign(ana, account="quokka: she waited until he was outside")

    leaver = DepartureEvent.objects.get(client=client_0417)
    other = DepartureEvent.objects.get(client=partner)
    of_the_other = ["xylophone", "quokka", "Harm from others", "Violence Hotline ·", "0418"]
    for page in ("departures/{}/", "departures/{}/report/", "follow-ups/plan/{}/", "follow-ups/attempts/{}/"):
        assert words_on(ana, page, leaver, of_the_other) == [], page
        assert words_on(ana, page, other, ["slammed-quince", "0417"]) == [], page

    call = contacts_of(leaver).get(title="Call by the next working day")
    ana.go(f"/follow-ups/{call.pk}/contact/")
    ana.sees("No voicemail: somebody of this couple or family may hear it.")
    ana.tab.get_by_label("Voicemail left, allowed").check()
    ana.tab.get_by_label("Voicemail", exact=True).check()
    ana.click("Save")
    ana.sees("Choose another.")
    ana.inspect()

    sam = open_window(supervisor)
    assert words_on(sam, "review/{}/", other, ["slammed-quince", "0417"]) == []
    sam.sees("quokka: she waited until he was outside")
    assert words_on(sam, "departures/{}/", leaver, of_the_other) == []
    assert (leaver.response_level, other.response_level) == (ResponseLevel.SOME_CONCERN, ResponseLevel.ELEVATED)
    assert other.given_resources.exists()
    assert not leaver.given_resources.exists()
    assert contacts_of(leaver).exists()
    assert contacts_of(other).exists()
    assert not leaver.contact_attempts.exists(), "the voicemail was refused"


def words_on(window, page, departure, words):
    """Which of the words the whole page holds, hidden ones and addresses included."""
    assert window.go("/" + page.format(departure.pk)) == 200
    html = window.tab.content()
    return [each for each in words if each in html]


# 5 Fifteen-year-old runs out


def test_a_fifteen_year_old_runs_out(open_window, therapist, supervisor, site, client_of, session_of):
    site.safeguarding_name, site.safeguarding_phone = "Lena Ortiz", "+1 555 0121"
    site.save()
    session_of(client_of(therapist, "0150", age_band="13_17"))
    ana = open_window(therapist)
    client_is_leaving(ana)
    ana.sees("Tell the adult in charge at once.")
    note(ana, "stay-calm", {"Where is the guardian?": "Elsewhere"})
    assert is_one_more_tap(ana, "Safeguarding: Lena Ortiz")
    ends(ana, "They have gone", heading="They have gone")
    assert shows_clock_since(ana, "No adult in charge is noted as told.")
    ana.inspect()

    note(ana, "check-safety", {"Was the responsible adult told?": "Not reached"})
    assert shows_clock_since(ana, "No adult in charge is noted as told.")
    told = {"Was the responsible adult told?": "Yes", "Was the safeguarding lead told?": "Yes"}
    note(ana, "check-safety", told)
    ana.tab.get_by_text("No adult in charge is noted as told.").wait_for(state="detached")
    note(ana, "discuss-implications", {"What stays private for this young person?": IN_PRIVATE})
    handed = {"Handed over to whom?": "The guardian", "Handed over at": "15:10"}
    note(ana, "respect-decision", handed)
    ana.follow("Change how it ended")
    ana.tab.get_by_label("Handed over to someone").check()
    ana.click("Save")
    ana.sees("Handed over to someone")
    ana.follow("Write the report")
    write_and_sign(ana, account="Ran out when school came up; the mother fetched them")
    ana.inspect()

    departure = DepartureEvent.objects.get()
    assert departure.ending == Ending.HANDED_OVER
    assert noted(departure)["guardian-told"] == noted(departure)["safeguarding-told"] == "yes"
    assert noted(departure)["handed-to"] == "guardian"
    assert noted(departure)["stays-private"] == IN_PRIVATE
    assert "narwhal" not in str(departure.report.content), "it is no part of what leaves the house"
    sam = open_window(supervisor)
    sam.go(f"/review/{departure.pk}/")
    sam.sees("For author and supervisor")
    sam.sees(IN_PRIVATE)
    sam.inspect()


#: Each situation and its story. Whoever takes one away has to answer for it here.
STORIES = {
    1: test_drunk_and_driving,
    2: test_a_hang_up_after_a_suicidal_remark,
    3: test_a_lost_connection_is_nobodys_choice,
    4: test_a_couple_is_two_walled_records,
    5: test_a_fifteen_year_old_runs_out,
    6: six_to_ten.test_a_group_member_leaves_crying,
    7: six_to_ten.test_a_calm_exit_takes_few_taps,
    8: six_to_ten.test_never_contact_me_again,
    9: six_to_ten.test_a_break_and_back,
    10: six_to_ten.test_the_therapist_felt_threatened,
}


def test_every_situation_has_a_story_of_its_own():
    assert list(STORIES) == list(range(1, 11))
    assert len(set(STORIES.values())) == len(STORIES)
