"""An edition of the eleven steps as a file, and the addresses at which own codes are explained."""

import json

import pytest
from django.urls import reverse

from followups.fhir.codes import OWN, system
from protocols import editions
from protocols.models import ProtocolVersion
from sessions_app import departures
from tests.followups.fhir_checks import MODELS, of_kind, problems_of, walk
from tests.followups.test_fhir_bundles import VERSIONS, file_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("number", [1, 2])
def test_an_admin_takes_an_edition_of_the_steps_with_every_word_of_it(admin, signed_in, version, number):
    address = f"{reverse('plan-definition')}?edition={number}&version={version}"
    answer = signed_in(admin).get(address)
    assert answer["Content-Type"] == "application/fhir+json"
    made = json.loads(answer.content)
    MODELS[version]("PlanDefinition").model_validate(made)
    alone = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"fullUrl": f"urn:uuid:{made['id']}", "resource": made}],
    }
    assert problems_of(alone, version) == []
    assert made["version"] == str(number)
    assert made["status"] == ("active" if number == editions.in_force().number else "retired")
    assert [each["id"] for each in made["action"]] == [each["slug"] for each in editions.read(number)["steps"]]
    told = "\n".join(value for _path, value in walk(made) if isinstance(value, str))
    lost = [text for text in texts_of(editions.read(number)) if text not in told]
    assert lost == []


def texts_of(edition):
    """Every word and code of an edition's file, but how its parts are called there."""
    yield edition["title"]
    for step in edition["steps"]:
        yield from (step["slug"], step["phase"], step["title"], step["prompt"], *step["say_or_do"])
        yield from (*step["outcomes"], *step["captures"])
        for setting, lines in step.get("variants", {}).items():
            yield from (setting, *lines)
        for setting, change in step.get("by_setting", {}).items():
            yield from (setting, change.get("prompt", ""), *change.get("captures", []), *change.get("not_asked", []))


def test_a_setting_applies_by_what_the_encounter_of_the_file_says(planned, therapist):
    """The condition of a setting names the extension and the code that an Encounter of such a session carries."""
    departures.change_setting(planned, format="video", composition="group", age_band="13_17", by=therapist)
    made = file_of(planned)
    [about] = of_kind(made, "Encounter")[0]["extension"]
    carried = {
        each["valueCodeableConcept"]["coding"][0]["code"] for each in about["extension"] if each["url"] == "setting"
    }
    conditions = [
        (inner["id"], inner["condition"][0]["expression"]["expression"])
        for step in of_kind(made, "PlanDefinition")[0]["action"]
        for inner in step["action"]
    ]
    applies = {name for name, said in conditions if any(f"code = '{code}')" in said for code in carried)}
    assert carried == {"remote", "group", "minor"}
    assert all(about["url"] in said and system("setting") in said for _name, said in conditions)
    assert {name for name in applies if name.startswith("stay-calm")} == {
        "stay-calm-remote",
        "stay-calm-group",
        "stay-calm-minor",
    }


@pytest.mark.parametrize(
    "query", ["", "edition=2", "edition=2&version=R3", "edition=99&version=R5", "edition=x&version=R5"]
)
def test_an_edition_or_version_that_is_none_is_refused_in_plain_words(admin, signed_in, query):
    answer = signed_in(admin).get(f"{reverse('plan-definition')}?{query}")
    assert answer.status_code == 422
    assert "Something needs another look" in answer.content.decode()


def test_a_draft_of_the_steps_is_not_handed_out(admin, signed_in):
    ProtocolVersion.objects.create(number=3, title="Not yet")
    assert signed_in(admin).get(f"{reverse('plan-definition')}?edition=3&version=R5").status_code == 422


def test_the_steps_lead_an_admin_to_their_file_and_nobody_else(admin, therapist, signed_in):
    page, there = reverse("eleven-steps"), reverse("protocol-exchange")
    assert there in signed_in(admin).get(page).content.decode()
    assert there not in signed_in(therapist).get(page).content.decode()


@pytest.mark.parametrize("name", OWN)
def test_an_own_code_is_explained_at_the_address_that_files_name(client, settings, published, name):
    settings.PUBLIC_URL = "https://doorway.example"
    address = system(name)
    assert address.startswith("https://doorway.example/")
    answer = client.get(address.removeprefix("https://doorway.example"))
    assert answer["Content-Type"] == "application/fhir+json"
    found = json.loads(answer.content)
    for version in VERSIONS:
        MODELS[version]("CodeSystem").model_validate(found)
    assert found["url"] == address
    assert len({each["code"] for each in found["concept"]}) == len(found["concept"])


def test_a_code_system_that_is_none_is_not_there(client, published):
    assert client.get(reverse("code-system", args=["risk-score"])).status_code == 404
