"""Closed doors, every page under the rules of accessibility, and thumbs that are in a hurry."""

import pytest
from django.urls import resolve
from django.utils import timezone

from accounts.models import Role, User
from followups import policies
from followups.models import FollowUp
from protocols import drafts, editions
from resources.models import Bundle, ImportBatch, Resource
from sessions_app import departures, intakes, levels
from sessions_app.models import DepartureEvent, ResponseLevel, StepResponse
from tests.accounts.keys import passkey_of
from tests.journeys.conftest import LAPTOP, OF_LAYOUT, PHONE, STORAGE_DENIED
from tests.sessions_app.test_intakes import EVERY_WEEK
from tests.test_access import TABLE, copy_for, opened_in_emergency, override_of, practised_by
from tests.ux.sight import CONTRAST, GAP, TARGET, TICK, TOO_SMALL, report

pytestmark = pytest.mark.journey

CLINICAL = ["/departures/{id}/", "/departures/{id}/report/", "/review/{id}/", "/follow-ups/", "/follow-ups/plan/{id}/"]


def test_an_admin_meets_closed_doors(open_window, admin, departure):
    window = open_window(admin)
    assert "Follow-ups" not in window.text()
    for path in CLINICAL:
        assert window.go(path.format(id=departure.pk)) == 403
        window.sees("This page is not for your role")
        assert "0417" not in window.text()
    window.inspect()


def test_a_stranger_finds_nothing(open_window, stranger, departure, client_0417):
    window = open_window(stranger)
    for path in ["/departures/{id}/", "/departures/{id}/report/", "/review/{id}/", "/follow-ups/plan/{id}/"]:
        assert window.go(path.format(id=departure.pk)) == 404
        assert client_0417.reference not in window.text()
    window.inspect()


def test_two_quick_taps_are_one_departure_and_one_answer(open_window, therapist, session):
    window = open_window(therapist)
    window.go("/")
    window.tab.get_by_role("button", name="Client is leaving").first.dblclick()
    window.sees("0 of 11")
    assert DepartureEvent.objects.count() == 1
    window.tab.locator("#stay-calm-done").dblclick()
    window.sees("1 of 11")
    window.settle()
    assert StepResponse.objects.count() == 1


def test_an_answer_can_be_changed_and_taken_back(open_window, therapist, departure):
    window = open_window(therapist)
    window.go(f"/departures/{departure.pk}/")
    window.click("Done", nth=0)
    window.sees("1 of 11")
    assert window.tab.locator("#announce").inner_text() == "Step 1, Done"
    window.tab.locator("#stay-calm summary").first.click()
    window.click("Partly")
    window.tab.locator("#stay-calm-partly[aria-pressed=true]").wait_for(state="attached")
    window.click("Undo Stay calm")
    window.sees("0 of 11")
    outcomes = list(StepResponse.objects.order_by("pk").values_list("outcome", flat=True))
    assert outcomes == ["done", "partly", "not_recorded"], "everything that was said is kept"


def test_with_level_immediate_help_comes_first(open_window, therapist, supervisor, departure, size):
    window = open_window(therapist, size=size)
    window.go(f"/departures/{departure.pk}/")
    window.click("Immediate")
    window.tab.locator("#help-first").wait_for()
    emergency = window.tab.locator("#help-first").get_by_role("link", name="Emergency 911")
    assert emergency.get_attribute("href") == "tel:911"
    assert emergency.bounding_box()["y"] < window.tab.locator("#stay-calm").bounding_box()["y"]
    window.inspect()


@pytest.mark.target("T6")
def test_help_is_two_taps_away(open_window, therapist, supervisor, departure, figure):
    window = open_window(therapist)
    window.go(f"/departures/{departure.pk}/")
    window.tab.locator(".dock").get_by_role("link", name="Safety").click()
    call = window.tab.get_by_role("link", name="Emergency 911")
    call.wait_for(state="visible")
    box, screen = call.bounding_box(), window.tab.viewport_size
    assert 0 < box["y"] < screen["height"] - 100, "on the screen, and not under the dock"
    figure("T6", 1 + 1)  # Safety, and the number


def test_contact_is_recorded_in_three_taps(open_window, therapist, departure):
    departures.they_have_gone(departure, op_id=departure.pk, by=therapist)
    window = open_window(therapist)
    window.go("/follow-ups/")
    window.follow("Record contact")
    window.tab.get_by_label("Reached, safe").check()
    window.click("Save")
    window.sees("Saved.")
    assert FollowUp.objects.filter(state=FollowUp.State.DONE).count() == 1


PAGES = {
    "therapist": [
        "/",
        "/departures/",
        "/departures/earlier/",
        "/departures/{id}/",
        "/departures/{id}/steps/stay-calm/details/",
        "/departures/{id}/where/",
        "/departures/{id}/client/",
        "/departures/{id}/ending/",
        "/departures/{id}/void/",
        "/departures/{id}/resources/",
        "/departures/{id}/report/",
        "/departures/{id}/report/check/",
        "/departures/{id}/quality/",
        "/departures/{id}/private/",
        "/departures/{id}/private/erase/",
        "/clients/",
        "/clients/new/",
        "/clients/bring-in/",
        "/clients/bring-in/{intake}/",
        "/clients/{client}/",
        "/clients/{client}/who-looked/",
        "/sessions/new/",
        "/sessions/{session}/",
        "/emergency/",
        "/follow-ups/",
        "/follow-ups/away/",
        "/follow-ups/plan/{id}/",
        "/follow-ups/plan/{id}/what-when/",
        "/follow-ups/attempts/{id}/",
        "/fhir/departures/{id}/",
        "/follow-ups/{follow_up}/contact/",
        "/follow-ups/{follow_up}/resources/",
        "/follow-ups/{follow_up}/next/",
        "/follow-ups/{follow_up}/override/",
        "/follow-ups/overrides/{override}/",
        "/follow-ups/letter/{id}/",
        "/follow-ups/letter/{id}/words/",
        "/follow-ups/relationship/{id}/",
        "/departures/patterns/",
        "/papers/{id}/",
        "/papers/{id}/chart/",
        "/papers/{id}/text/",
        "/papers/clients/{client}/",
        "/papers/copies/{copy}/",
        "/papers/copies/{copy}/chart/",
        "/follow-ups/decisions/{id}/",
        "/follow-ups/waiting/",
        "/follow-ups/{follow_up}/move/",
        "/follow-ups/{follow_up}/not-needed/",
        "/follow-ups/{follow_up}/change/",
        "/resources/",
        "/resources/{resource}/",
        "/resources/{resource}/card/",
        "/resources/cards/?r={resource}",
        "/resources/reported/",
        "/resources/missing/",
        "/resources/policy/",
        "/departures/recalled/",
        "/help/",
        "/steps/",
        "/guide/",
        "/practice/",
        "/practice/calm-exit/",
        "/practice/goes/{exercise}/",
        "/practice/goes/{exercise}/debrief/",
        "/account/",
        "/account/time-zone/",
        "/account/time-zone/?q=york",
        "/account/notifications/",
        "/account/password/",
        "/account/again/",
        "/account/again/passkey/",
        "/account/factors/",
        "/account/factors/app/",
        "/account/factors/passkeys/add/",
        "/account/factors/passkeys/{passkey}/",
        "/account/factors/passkeys/{passkey}/remove/",
        "/account/sign-out/",
    ],
    "supervisor": [
        "/review/",
        "/review/added/",
        "/review/?tab=all",
        "/review/trends/",
        "/hand-over/",
        "/hand-over/{person}/",
        "/follow-ups/leaving/",
        "/follow-ups/leaving/{person}/",
        "/review/trends/paper/",
        "/emergency/reviews/",
        "/emergency/reviews/{access}/",
        "/departures/{id}/",
        "/departures/{id}/level/lower/",
        "/follow-ups/",
        "/follow-ups/not-sent/",
        "/follow-ups/not-reached/{week}/",
        "/follow-ups/working/",
        "/follow-ups/on-call/",
        "/resources/",
    ],
    "admin": [
        "/operations/",
        "/account/factors/reset/",
        "/account/people/",
        "/account/people/invite/",
        "/account/people/{person}/",
        "/account/people/{person}/supervision/",
        "/account/people/{person}/training/",
        "/account/people/{person}/team/",
        "/account/supervision/{supervision}/end/",
        "/account/training/{training}/end/",
        "/account/teams/",
        "/account/teams/add/",
        "/account/teams/{team}/",
        "/account/teams/{team}/name/",
        "/account/teams/{team}/cover/",
        "/account/covers/{cover}/end/",
        "/account/people/file/",
        "/account/organisation/",
        "/account/organisation/sites/add/",
        "/account/organisation/sites/{site}/",
        "/account/organisation/lead/",
        "/account/organisation/mail/any/",
        "/setup/",
        "/setup/adoption/",
        "/account/people/{person}/leaving/",
        "/resources/checks/",
        "/resources/export/",
        "/resources/{resource}/check/",
        "/resources/{resource}/status/",
        "/resources/contacts/{contact}/change/",
        "/resources/add/",
        "/resources/{resource}/proposal/",
        "/resources/{resource}/edit/",
        "/resources/{resource}/hours/",
        "/resources/contacts/{contact}/hours/",
        "/resources/{resource}/checklist/",
        "/resources/{resource}/history/",
        "/resources/{resource}/parts/",
        "/resources/{resource}/parts/names/add/",
        "/resources/{resource}/contacts/add/",
        "/resources/duplicates/",
        "/resources/duplicates/{resource}/{other}/",
        "/resources/policy/change/",
        "/resources/health/",
        "/resources/bundles/",
        "/resources/bundles/add/",
        "/resources/bundles/{bundle}/",
        "/resources/imports/",
        "/resources/imports/{import}/",
        "/resources/imports/{columns}/columns/",
        "/resources/imports/{import}/undo/",
        "/fhir/protocol/",
        "/fhir/protocol/import/",
        "/steps/versions/",
        "/steps/versions/{protocol}/",
        "/steps/versions/{protocol}/title/",
        "/steps/versions/{protocol}/compare/",
        "/steps/versions/{protocol}/card/",
        "/steps/versions/{protocol}/steps/stay-calm/",
        "/steps/versions/{protocol}/steps/stay-calm/remote/",
        "/preview/{protocol}/",
        "/wording/",
        "/wording/change/",
        "/wording/compare/",
        "/wording/import/",
        "/follow-ups/policies/",
        "/follow-ups/policies/{policy}/",
        "/follow-ups/policies/import/",
        "/follow-ups/policies/{policy}/compare/",
        "/follow-ups/policies/{policy}/what-when/?{asked}",
        "/follow-ups/policies/{policy}/add/elevated/",
        "/follow-ups/policies/{policy}/add-step/elevated/",
        "/follow-ups/policies/rows/task/{row}/",
    ],
    "privacy_officer": [
        "/trail/",
        "/trail/?action=viewed",
        "/trail/clients/{client}/",
        "/trail/clients/{client}/answer/",
        "/keeping/",
        "/keeping/rules/{site}/",
        "/keeping/holds/",
        "/keeping/disposals/",
    ],
    None: [
        "/account/sign-in/",
        "/account/password/forgotten/",
        "/account/password/forgotten/sent/",
        "/offline/",
        "/api/",
    ],
}
FOR_MACHINES = {
    "failed-contacts-table",
    "calendar",
    "code-system",
    "push-worker",
    "healthz",
    "chart-style",
    "copy-style",
    "paper-file",
    "protocol-file",
    "policy-file",
    "word-list-file",
    "manifest",
    "service-worker",
    "session-end",
    "mfa_login_webauthn",
}
ON_THE_WAY = {
    "review": "needs a signed report: on the whole way",
    "hand-off": "needs a signed report: in the journey of a review",
    "report-comments": "needs a returned report: in the journey of a review",
    "account_reset_password_from_key": "needs a link out of a mail",
    "account_reset_password_from_key_done": "comes after it",
}


def facts_of(departure):
    """What the addresses of PAGES need."""
    levels.set_level(departure, level=ResponseLevel.ELEVATED, op_id=departure.pk, by=departure.therapist)
    departure.client.contact_permissions.update_or_create(channel="letter", defaults={"scope": "practice_name"})
    draft = policies.draft(by=departure.therapist)
    return {
        "policy": draft.number,
        "protocol": drafts.begin(editions.in_force(), by=departure.therapist).number,
        "week": f"{timezone.localdate():%G-W%V}",
        "row": draft.tasks.first().pk,
        "asked": f"level=elevated&situations=minor&site={departure.site_id}&day=2026-11-25&time=16:00&country=JP",
        "id": departure.pk,
        "person": departure.therapist_id,
        **tied(departure.therapist),
        "site": departure.site_id,
        "client": departure.client_id,
        "session": departure.session_id,
        "intake": intakes.begin(EVERY_WEEK, by=departure.therapist).pk,
        "access": opened_in_emergency(departure, by=colleague_of(departure.therapist)).pk,
        "exercise": practised_by(departure.therapist).pk,
        "follow_up": departure.follow_ups.first().pk,
        "override": override_of(departure).pk,
        "copy": copy_for(departure).pk,
        "passkey": passkey_of(departure.therapist).pk,
        "resource": Resource.objects.first().pk,
        "contact": Resource.objects.first().contact_points.first().pk,
        "other": Resource.objects.last().pk,
        "bundle": Bundle.objects.get_or_create(name="Evening", country="US")[0].pk,
        **lists_of(departure.therapist),
    }


def tied(person):
    """A team, and who answers for it and for them, from today on."""
    supervisor = colleague_of(person, "Kay Marsh", role=Role.SUPERVISOR)
    today = timezone.localdate()
    return {
        "team": person.team_id,
        "supervision": supervisor.supervisions_given.create(supervisee=person, starts_on=today).pk,
        "training": person.traineeships.create(starts_on=today).pk,
        "cover": supervisor.team_covers.create(team=person.team, starts_on=today).pk,
    }


def colleague_of(person, name="Jo Fields", *, role=Role.THERAPIST):
    email = f"{name.split()[0].lower()}@clinic.example"
    return User.objects.create_user(email, None, name=name, roles=[role], team=person.team)


def lists_of(person):
    """A list that was read, with a row that needs somebody, and one whose columns nobody has explained."""
    facts = {"name": "list.csv", "source": "Helpers", "country": "US", "zone": "UTC", "by": person}
    columns = [{"name": "Title", "samples": ["Night line"], "suggested": "name"}]
    read = ImportBatch.objects.create(**facts, state="ready", counts={"decision": 1})
    diff = [{"field": "cost", "is_conflict": True, "ours": "free", "theirs": "10 p", "said_before": None}]
    resource = Resource.objects.first()
    read.rows.create(position=1, what="decision", question="conflict", diff=diff, value="Night line", resource=resource)
    return {"import": read.pk, "columns": ImportBatch.objects.create(**facts, state="mapping", columns=columns).pk}


def test_no_page_is_forgotten(departure, supervisor, starter):
    """A new page is inspected as well, or it says here why not."""
    facts = facts_of(departure)
    inspected = {resolve(path.format(**facts).partition("?")[0]).url_name for paths in PAGES.values() for path in paths}
    opens = {name for name, (answers, _) in TABLE.items() if 200 in (answers[0], answers[1], answers[-1])}
    assert opens - inspected == FOR_MACHINES | set(ON_THE_WAY)


#: How a device asks for a page to look. Nothing moves, so that no colour is met half-way to another.
AS_USUAL = {"color_scheme": "light", "contrast": "no-preference", "forced_colors": "none", "reduced_motion": "reduce"}
LOOKS = {
    "light": AS_USUAL,
    "dark": AS_USUAL | {"color_scheme": "dark"},
    "more contrast": AS_USUAL | {"contrast": "more"},
    "forced colours": AS_USUAL | {"color_scheme": "dark", "forced_colors": "active"},
}
OF_COLOUR = ["color-contrast", "link-in-text-block"]  # all other rules hold in one look if they hold in another
#: Between them they have every part that pages are made of.
OF_ALL_PARTS = ["/", "/departures/{id}/", "/departures/{id}/report/check/", "/resources/", "/review/trends/"]


@pytest.mark.target("T12")
@pytest.mark.target("T11")
@pytest.mark.target("T10")
@pytest.mark.parametrize("who", PAGES)
def test_every_page_is_accessible(open_window, request, departure, supervisor, starter, figure, who):
    """In every look on a phone, and then in one at a desk: what is coloured there was coloured before."""
    facts, too_small, contrasts = facts_of(departure), [], []
    window = open_window(who and request.getfixturevalue(who))
    for path in PAGES[who]:
        window.tab.set_viewport_size(PHONE)
        assert window.go(path.format(**facts)) == 200, path
        for look, asked in LOOKS.items():
            window.tab.emulate_media(**asked)
            if look == "light":
                window.inspect()
            elif look == "forced colours" and path in OF_ALL_PARTS:
                window.inspect(rules=OF_COLOUR)
            if look != "forced colours":  # those are the person's own
                contrasts.append(window.tab.evaluate(CONTRAST))  # asks for more than axe does
        too_small += window.tab.evaluate(TOO_SMALL, [TARGET, TICK, GAP])
        window.tab.emulate_media(**AS_USUAL)
        window.tab.set_viewport_size(LAPTOP)
        window.inspect(rules=OF_LAYOUT)
        too_small += window.tab.evaluate(TOO_SMALL, [TARGET, TICK, GAP])
    assert too_small == []
    figure("T10", len(too_small))
    figure("T12", 0)  # `inspect` found none
    report(figure, contrasts)


def test_a_sign_in_that_was_left_empty_is_accessible(open_window, size):
    window = open_window(size=size)
    window.go("/account/sign-in/")
    window.click("Sign in")
    window.inspect()


def test_where_nothing_can_be_kept_a_tap_whose_answer_got_lost_can_be_repeated(open_window, therapist, departure):
    """The server had heard it; tapping again adds nothing, and saying something else is something else."""
    window = open_window(therapist)
    window.tab.add_init_script(STORAGE_DENIED)
    window.go(f"/departures/{departure.pk}/")
    window.tab.route("**/steps/stay-calm/", lose_the_answer, times=1)
    window.click("Partly")
    window.sees("Not saved. Check the connection, then tap once more.")
    window.tab.wait_for_timeout(800)
    window.click("Partly")
    window.sees("1 of 11")
    assert not window.tab.locator("#unsaved").is_visible()
    assert [answer.outcome for answer in StepResponse.objects.all()] == ["partly"]
    window.click("Done", nth=0)
    window.tab.locator("#stay-calm-done[aria-pressed=true]").wait_for()
    assert [answer.outcome for answer in StepResponse.objects.all()] == ["partly", "done"]


def lose_the_answer(route):
    route.fetch()
    route.abort()
