"""Routes by actors by rows by methods: who may not, meets a closed door, and cannot tell what is behind it."""

import uuid

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import override_settings
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from followups.models import ContactAttempt, FollowUp
from sessions_app.models import Client, DepartureEvent, HelpCall, TherapySession
from tests import access_matrix
from tests.access_matrix import SECOND_WALL, Cell, Doors
from tests.access_world import World, word_of
from tests.test_access import TABLE

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("matrix")]


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """One for all tests of this module; nothing of it is left afterwards."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield World()
        transaction.set_rollback(True)


@pytest.fixture
def doors(world):
    return Doors(world)


@pytest.fixture(params=["both walls", "the first wall alone"])
def either_doors(world, request):
    """The same doors once more without row level security, which would hide that a page filters nothing."""
    kept = [each for each in settings.MIDDLEWARE if request.param == "both walls" or each != SECOND_WALL]
    with override_settings(MIDDLEWARE=kept):
        return Doors(world)


def test_every_address_is_in_the_table(world):
    assert access_matrix.routes().keys() == set(TABLE)


def test_every_cell_answers_as_it_must(world):
    """Of the whole there are more than 5,000, for which there is time in `make security`: `tests.security.knock`."""
    found = access_matrix.run(world)
    assert found.problems == [], f"{len(found.problems)} of {found.cells}:\n" + "\n".join(found.problems[:80])
    assert found.cells >= 2_000
    assert found.opened > 300, "doors do open, for those they are for"


def test_the_whole_has_more_than_five_thousand_cells(doors):
    cells = [cell for route in TABLE for cell in access_matrix.cells_of(doors, route, access_matrix.WHOLE)]
    assert len(cells) == len(set(cells)) >= 5_000
    assert {cell.route for cell in cells} == set(TABLE)


# Foreign ids, and fields that no form has ------------------------------------------------------------------------


def newest(model):
    return model._base_manager.order_by("-pk").first()


def posted(doors, route, data, *, thing=None, actor="owner", then=None):
    return doors.knock(Cell(route, "POST", actor, thing), data=data, then=then)


@pytest.mark.parametrize("foreign", ["same team", "other team", "other site", "random"])
def test_a_foreign_id_in_a_form_is_not_there(world, either_doors, foreign):
    """The form of somebody's own page, filled in with what belongs to somebody else."""
    rows, at = world.rows[foreign], timezone.localtime().strftime("%Y-%m-%d %H:%M")
    stranger = world.people["other team"].pk
    refused = {
        ("choose-client", "own"): {"client": rows["client_id"]},
        ("session", "own"): {"clients": [rows["client_id"]], "starts_at_0": at[:10], "starts_at_1": at[11:]},
        ("add-session", None): {"clients": [rows["client_id"]], "starts_at_0": at[:10], "starts_at_1": at[11:]},
        ("earlier-departure", None): {"client": rows["client_id"], "at_0": at[:10], "at_1": at[11:]},
        ("give-copy", "own"): {"paper": rows["paper_id"], "how": "post", "given_on": at[:10]},
        ("change-follow-up", "own"): {"owner": stranger, "channel": "phone"},
        ("absences", None): {"person": stranger, "cover": stranger, "starts_on": at[:10], "ends_on": at[:10]},
    }
    for (route, thing), data in refused.items():
        assert posted(either_doors, route, data, thing=thing).status_code == 422, route
    handed_over = {"clients": [rows["client_id"]], "to": world.people["same team"].pk}
    assert posted(either_doors, "hand-over", handed_over, thing="own", actor="supervisor").status_code == 422


@pytest.mark.parametrize("foreign", ["same team", "other team", "other site", "random"])
def test_a_tap_or_a_call_for_help_with_a_foreign_id_goes_through_without_it(world, either_doors, foreign):
    rows, made = world.rows[foreign], []

    def tapped():
        made.append(DepartureEvent.objects.order_by("-received_at").first().session_id)

    assert posted(either_doors, "start-departure", {"session": rows["session_id"]}, then=tapped).status_code == 302
    HelpCall.objects.filter(by=world.people["supervisor"]).delete()

    def called():
        made.append(HelpCall.objects.filter(by=world.people["supervisor"]).get().departure_id)

    asked = {"departure": rows["departure_id"], "id": uuid.uuid4()}
    assert posted(either_doors, "ask-for-help", asked, actor="supervisor", then=called).status_code == 302
    assert made == [None, None]


def test_what_is_typed_into_a_search_or_an_address_finds_nothing_of_others(world, either_doors):
    for actor in ("supervisor", "former supervisor", "other site supervisor", "cover"):
        page = posted(either_doors, "find-report", {"words": "Quokka"}, actor=actor).content
        assert (word_of("own").encode() in page) is (actor in ("supervisor", "cover")), actor
    foreign = world.rows["other team"]
    for route, query in (
        ("add-client", f"?departure={foreign['departure_id']}"),
        ("resources", "?q=Quokka"),
        ("review-queue", "?tab=all&after=eyJhIjoxfQ"),
        ("trends", "?site=999"),
    ):
        for actor in ("owner", "supervisor", "other site supervisor", "admin", "officer"):
            page = either_doors.knock(Cell(route, "GET", actor, None), query=query).content
            assert b"QuokkaOther" not in page or actor == "other site supervisor", (route, actor)


EXTRA = {"is_practice": "on", "state": "signed", "signed_at": "2026-01-01", "voided_at": "2026-01-01", "roles": "admin"}


def test_fields_that_a_form_does_not_have_change_nothing(world, doors):
    """Whose it is, where, and how it stands: never said by a browser."""
    other = world.people["other team"]
    extra = EXTRA | dict.fromkeys(["therapist", "author", "by", "owner", "user", "closed_by"], other.pk)
    extra |= {"team": other.team_id, "site": world.elsewhere.site_id, "id": uuid.uuid4()}
    owner, own = world.people["owner"], world.rows["own"]

    def check_client():
        made = Client.objects.known_as("0990").get()
        assert (made.therapist, made.team, made.is_practice) == (owner, owner.team, False)

    def check_session():
        made = newest(TherapySession)
        assert (made.therapist, made.site, made.is_practice) == (owner, owner.site, False)

    def check_departure():
        made = DepartureEvent.objects.order_by("-received_at").first()
        assert (made.therapist, made.site, made.is_practice, made.voided_at) == (owner, owner.site, False, None)

    def check_report():
        report = DepartureEvent.objects.get(pk=own["departure_id"]).report
        assert (report.author, report.state, report.signed_at, report.account) == (owner, "draft", None, "Typed")

    def check_attempt():
        made, call = newest(ContactAttempt), FollowUp.objects.get(pk=own["pk"])
        assert (made.by, made.departure_id, call.owner) == (owner, own["departure_id"], owner)

    at = timezone.localtime().strftime("%Y-%m-%d %H:%M")
    for route, thing, data, check in (
        ("add-client", None, {"reference": "0990"}, check_client),
        ("add-session", None, {"starts_at_0": at[:10], "starts_at_1": at[11:]}, check_session),
        ("start-departure", None, {}, check_departure),
        ("save-draft", "own", {"account": "Typed"}, check_report),
        ("record-contact", "own", {"channel": "phone", "result": "no_answer"}, check_attempt),
    ):
        assert posted(doors, route, extra | data, thing=thing, then=check).status_code in (200, 204, 302), route


# Admins and privacy officers, and what breaks -----------------------------------------------------------------------


def test_no_admin_site_is_there(world, doors):
    assert not [app for app in settings.INSTALLED_APPS if "admin" in app]
    with pytest.raises(NoReverseMatch):
        reverse("admin:index")


def test_an_error_page_says_nothing_of_anybody(world, doors):
    """A table that is not there is the worst that can happen to a page."""
    for route, actor in (("plan", "owner"), ("follow-ups", "supervisor"), ("departure", "emergency")):
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE followups_followup RENAME TO away")
                cursor.execute("ALTER TABLE sessions_app_departureevent RENAME TO gone")
            response = doors.knock(Cell(route, "GET", actor, "own"))
            transaction.set_rollback(True)
        assert response.status_code == 500, route
        assert b"Quokka" not in response.content
        assert b"Traceback" not in response.content


DOWN = {
    "redis": {"REDIS_URL": "redis://127.0.0.1:1/0"},
    "mail": {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": 1,
    },
    "cache": {"CACHES": {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "gone"}}},
}
STRANGERS = ("anonymous", "inactive", "same team", "former supervisor", "admin", "officer", "emergency over")


@pytest.mark.parametrize("what", DOWN)
def test_nothing_opens_because_something_is_down(world, what):
    with override_settings(**DOWN[what]):
        extent = access_matrix.Extent(STRANGERS, ("own",), ("own",), (), (), ())
        found = access_matrix.run(world, extent, only=access_matrix.OF_EACH_KIND)
    assert found.opened_wrongly == []
    assert found.cells > 100
