"""A PlanDefinition holds every word of an edition, in each language, and is read back as the same edition."""

import json
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Role
from followups.fhir import protocol_files
from protocols import content, editions, files
from protocols.models import ProtocolVersion
from sessions_app import departures
from tests.followups.fhir_checks import MODELS, problems_of
from tests.followups.test_fhir_bundles import VERSIONS, file_of
from tests.protocols.writing import change, drafts, publishing

TASK = {"en": "Tell the front desk", "es": "Avise a recepción", "key": "task-00aa11bb"}


@pytest.fixture
def own(published, admin, hire):
    """An edition of the organisation's own, in force: a task of its own, and a phrase without Spanish."""
    made = drafts.begin(editions.in_force(), by=admin)
    step = content.of_step(made, "offer-options")
    lines = [step["lines"][0], {"en": "“A glass of water?”", "not_in": ["remote"]}, *step["lines"][1:]]
    change(made, "offer-options", by=admin, lines=lines, own_tasks=[TASK])
    lead = hire("Lea Lead", Role.SUPERVISOR, is_clinical_lead=True)
    return publishing.publish(publishing.send(made, by=admin), by=lead)


@pytest.mark.parametrize("version", VERSIONS)
def test_what_leaves_as_a_plan_definition_comes_back_word_for_word(own, admin, signed_in, version):
    browser = signed_in(admin)
    answer = browser.get(f"{reverse('plan-definition')}?edition={own.number}&version={version}")
    made = json.loads(answer.content)
    MODELS[version]("PlanDefinition").model_validate(made)
    alone = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"fullUrl": f"urn:uuid:{made['id']}", "resource": made}],
    }
    assert problems_of(alone, version) == []
    told = answer.content.decode()
    assert "Mantenga la calma" in told
    assert "Avise a recepción" in told
    looked_at = browser.post(reverse("import-protocol"), {"file": SimpleUploadedFile("plan.json", answer.content)})
    assert looked_at.status_code == 200, looked_at.context.get("problems")
    assert looked_at.context["differences"] == []
    browser.post(reverse("import-protocol"), {"words": looked_at.context["words"]["words"].value()})
    newest = ProtocolVersion.objects.latest("number")
    assert newest != own
    assert content.of(newest) == content.of(own)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda made: made.update(action=7),
        lambda made: made.update(title=["x"]),
        lambda made: made["action"][0].update(extension="x"),
        lambda made: made["action"][0].update(code=[7]),
        lambda made: made["action"][0].update(code={"coding": [7]}),
        lambda made: made["action"][0].update(action=[7]),
        lambda made: made["action"][0].update(_title={"extension": [7]}),
        lambda made: made["action"][0].update(id=None),
        lambda made: made["action"][0]["action"].append({"id": "stay-calm-moon", "title": "x"}),
        lambda made: made["action"].pop(),
    ],
)
def test_a_plan_definition_that_is_none_of_ours_is_refused_in_words(own, admin, signed_in, spoil):
    browser = signed_in(admin)
    made = json.loads(browser.get(f"{reverse('plan-definition')}?edition={own.number}&version=R5").content)
    spoil(made)
    raw = json.dumps(made).encode()
    refused = browser.post(reverse("import-protocol"), {"file": SimpleUploadedFile("plan.json", raw)})
    assert refused.status_code == 422
    assert refused.context["problems"]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_bundle_of_a_departure_carries_the_whole_edition_it_began_with(own, therapist, version):
    theirs = departures.log(id=uuid.uuid4(), by=therapist)
    made = file_of(theirs, version)
    plan = next(each["resource"] for each in made["entry"] if each["resource"]["resourceType"] == "PlanDefinition")
    assert files.read(protocol_files.read(plan), base=content.of(editions.in_force())) == content.of(own)
