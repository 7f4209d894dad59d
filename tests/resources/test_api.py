"""The directory for other programs: off until it is switched on, read only, and right to the official schemas."""

import json
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from resources.export import hsds, leaving, taxonomies
from resources.models import Resource
from tests.databases import WHO_ACTS
from tests.resources.exporting import SECRETS, faults, full_entry

pytestmark = pytest.mark.django_db
LISTS = {
    "services": "service_list",
    "organizations": "organization_list",
    "service_at_locations": "service_at_location_list",
}
FULL = {"services": "service", "organizations": "organization", "service_at_locations": "service_at_location"}
ALL_LISTS = [*LISTS, "taxonomies", "taxonomy_terms"]


@pytest.fixture(autouse=True)
def switched_on(settings):
    settings.DIRECTORY_API = True


@pytest.fixture
def ask(client):
    """Ask the API: `ask("services", page=2)` gives what is in the JSON."""

    def get(path, status=200, **parameters):
        response = client.get(f"/api/hsds/{path}", parameters)
        assert response.status_code == status, response.content
        return json.loads(response.content)

    return get


def names(page):
    return [each["name"] for each in page["contents"]]


def test_switched_off_there_is_nothing(client, settings, starter):
    settings.DIRECTORY_API = False
    for path in ["", "openapi.json", *ALL_LISTS, f"services/{Resource.objects.first().pk}"]:
        response = client.get(f"/api/hsds/{path}")
        assert response.status_code == 404
        assert b"988" not in response.content
    assert "It is switched off here" in client.get("/api/").content.decode()


def test_it_can_only_be_read(client):
    for path in ["", *ALL_LISTS]:
        for method in ("post", "put", "patch", "delete"):
            assert getattr(client, method)(f"/api/hsds/{path}").status_code == 405


def test_the_base_says_its_version(ask):
    base = ask("")
    assert base["version"] == "3.1"
    assert base["openapi_url"].endswith("/api/hsds/openapi.json")
    paths = ask("openapi.json")["paths"]
    assert {"/", "/services", "/services/{id}", "/organizations", "/organizations/{id}"} <= set(paths)


@pytest.mark.parametrize("path", LISTS)
def test_lists_are_right_to_the_official_schemas(ask, starter, path):
    full_entry()
    page = ask(path, per_page=100)
    assert page["contents"]
    assert {fault for each in page["contents"] for fault in faults(LISTS[path], each)} == set()


@pytest.mark.parametrize("path", FULL)
def test_full_lists_and_single_documents_are_right_to_the_official_schemas(ask, starter, path):
    full_entry()
    page = ask(path, full="true", per_page=5, search="harbour")
    assert page["contents"]
    for each in page["contents"]:
        assert faults(FULL[path], each) == []
        assert faults(FULL[path], ask(f"{path}/{each['id']}")) == []
    assert faults("organization", ask("organizations", full_service="true", search="harbour")["contents"][0]) == []


def test_minimal_is_right_too_and_tells_all_at_once(ask, starter):
    page = ask("services", minimal="true")
    assert (page["size"], page["total_pages"]) == (58, 1)
    assert set(page["contents"][0]) == {"id", "name", "status", "last_modified"}
    assert faults("service_list", page["contents"][0]) == []


@pytest.mark.parametrize("path", ALL_LISTS)
def test_pages_follow_one_another(ask, starter, path):
    full_entry()
    first = ask(path, per_page=1)
    assert (first["page_number"], first["size"], first["first_page"], first["empty"]) == (1, 1, True, False)
    assert first["total_pages"] == first["total_items"]
    assert first["last_page"] == (first["total_pages"] == 1)
    beyond = ask(path, per_page=1, page=first["total_pages"] + 1)
    assert (beyond["empty"], beyond["contents"], beyond["last_page"]) == (True, [], True)


def test_all_pages_together_are_all_entries_once(ask, starter):
    found = [each["id"] for page in range(1, 7) for each in ask("services", per_page=10, page=page)["contents"]]
    assert sorted(found) == sorted(str(pk) for pk in Resource.objects.values_list("pk", flat=True))


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("page", "0"),
        ("page", "two"),
        ("page", "9" * 30),
        ("page", "²"),
        ("per_page", "101"),
        ("per_page", ""),
        ("modified_after", "yesterday"),
        ("modified_after", "2026-13-45"),
        ("organization_id", "988"),
        ("taxonomy_id", "x"),
        ("taxonomy_term_id", "suicide"),
        ("minimal", "perhaps"),
        ("full", "1"),
        ("format", "xml"),
        ("proximity", "500"),
        ("search", "x" * 201),
    ],
)
@pytest.mark.parametrize("path", ["services", "organizations", "service_at_locations"])
def test_a_value_that_cannot_be_read_is_refused_by_name(client, path, parameter, value):
    response = client.get(f"/api/hsds/{path}", {parameter: value})
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert json.loads(response.content)["parameter"] == parameter


@pytest.mark.parametrize("path", ALL_LISTS)
def test_an_id_that_nothing_has_is_not_found(ask, path):
    assert ask(f"{path}/{uuid.uuid4()}", status=404)["status"] == 404


def test_search_finds_what_the_directory_finds(ask, starter):
    assert names(ask("services", search="741741"))[0] == "Crisis Text Line (US)"
    assert ask("services", search="qqxyzzyqq")["empty"]


def test_filters_combine_with_and(ask, starter):
    full_entry(categories=["men", "crisis"])
    full_entry("Other", categories=["crisis"])
    organisation = hsds.organisation_id("Harbour Trust")
    men, crisis = (str(taxonomies.id_of(code)) for code in ("men", "crisis"))
    assert sorted(names(ask("services", organization_id=organisation))) == ["Harbour, for all; of us", "Other"]
    assert names(ask("services", organization_id=organisation, taxonomy_term_id=men)) == ["Harbour, for all; of us"]
    assert names(ask("services", organization_id=organisation, taxonomy_term_id=crisis, search="other")) == ["Other"]
    assert ask("services", organization_id=organisation, taxonomy_term_id=uuid.uuid4())["empty"]
    assert ask("services", organization_id=uuid.uuid4())["empty"]
    assert ask("services", taxonomy_id=uuid.uuid4())["empty"]
    assert names(ask("organizations", taxonomy_term_id=men, search="harbour")) == ["Harbour Trust"]


def test_a_parent_term_means_all_below_it(ask, starter):
    full_entry(categories=["men"])
    parent = next(term for term in ask("taxonomy_terms", top_only="true")["contents"] if term["code"] == "for:")
    below = ask("taxonomy_terms", parent_id=parent["id"], per_page=100)["contents"]
    assert "men" in {term["code"] for term in below}
    assert "Harbour, for all; of us" in names(ask("services", taxonomy_term_id=parent["id"], per_page=100))
    assert ask(f"taxonomy_terms/{parent['id']}") == parent
    assert ask("taxonomies")["contents"] == [ask(f"taxonomies/{parent['taxonomy_id']}")]


def test_modified_after_tells_what_is_new(ask, starter):
    now = timezone.now()
    assert ask("services", modified_after=(now + timedelta(hours=1)).isoformat())["empty"]
    assert ask("services", modified_after=(now - timedelta(hours=1)).isoformat())["total_items"] == 58
    assert ask("services", modified_after="2026-01-01")["total_items"] == 58


def test_a_place_is_found_by_its_postal_code(ask):
    full_entry()
    [there] = ask("service_at_locations", postcode="ct16 1aa")["contents"]
    assert there["location"]["name"] == "Front door"
    assert ask("service_at_locations", postcode="X")["empty"]


def test_nothing_confidential_and_no_draft_leaves_by_any_address(client, starter):
    entry = full_entry()
    full_entry("Unmentionable", status="draft", organisation=entry.organisation)
    hidden = full_entry("Not to be named", status="do_not_list")
    place = hidden.locations.first()
    paths = [f"{path}?per_page=100{more}" for path in ALL_LISTS for more in ("", "&full=true", "&full_service=true")]
    paths += ["services?search=" + word for word in ("5550199", "unmentionable", "secret")]
    paths += [f"services/{entry.pk}", f"organizations/{hsds.organisation_id('Harbour Trust')}?full_service=true"]
    whole = b"".join(client.get(f"/api/hsds/{path}").content for path in paths).decode()
    assert "85258" in whole
    assert [word for word in [*SECRETS, "nmentionable", "Not to be named"] if word in whole] == []
    assert client.get(f"/api/hsds/services/{hidden.pk}").status_code == 404
    at_hidden = uuid.uuid5(hidden.pk, f"at:{place.pk}")
    assert client.get(f"/api/hsds/service_at_locations/{at_hidden}").status_code == 404
    secret = entry.locations.get(is_confidential=True)
    at_secret = uuid.uuid5(entry.pk, f"at:{secret.pk}")
    assert client.get(f"/api/hsds/service_at_locations/{at_secret}").status_code == 404


def test_searching_for_what_is_confidential_finds_nothing(ask):
    full_entry()
    for words in ["0205550199", "Secretville", "Hidden House", "refuge@hidden.example"]:
        assert ask("services", search=words)["empty"], words


def test_who_has_it_already_gets_an_empty_answer(client, starter):
    first = client.get("/api/hsds/services")
    assert first.headers["Last-Modified"]
    again = client.get("/api/hsds/services", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    Resource.objects.filter(pk=json.loads(first.content)["contents"][0]["id"]).update(status="do_not_list")
    later = client.get("/api/hsds/services", headers={"If-None-Match": first.headers["ETag"]})
    assert later.status_code == 200
    since = client.get("/api/hsds/services", headers={"If-Modified-Since": first.headers["Last-Modified"]})
    assert since.status_code == 200, "what was taken out leaves no later moment behind"


@pytest.mark.parametrize("more", ["", "&full=true", "&minimal=true", "&full_service=true", "&search=harbour"])
@pytest.mark.parametrize("path", ALL_LISTS)
def test_no_list_asks_the_database_more_often_because_there_is_more(client, path, more):
    address = f"/api/hsds/{path}?per_page=100{more}"
    full_entry("Harbour one")
    client.get(address)
    few = statements(client, address)
    for number in range(4):
        full_entry(f"Harbour {number}")
    assert statements(client, address) == few <= 16 + WHO_ACTS


def statements(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_the_page_about_it_names_every_address(client):
    page = client.get(reverse("api")).content.decode()
    assert "It is switched on" in page
    for path in ALL_LISTS:
        assert f"/{path}" in page


def test_what_the_api_serves_is_what_the_file_holds(ask, starter):
    entry = leaving.of_keys([Resource.objects.get(slug="us-988-lifeline").pk])[0]
    assert ask(f"services/{entry.pk}") == json.loads(json.dumps(next(hsds.services([entry]))))
