"""An edition leaves as a file that people can read, and comes back as a draft; what is not right stays out."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from protocols import content, drafts, editions, files, readable
from protocols.models import ProtocolVersion
from tests.protocols.writing import change

pytestmark = pytest.mark.django_db
TASK = {"en": "Tell the front desk", "es": "Avise a recepción", "key": "task-00aa11bb"}


@pytest.fixture
def draft(admin):
    made = drafts.begin(editions.in_force(), by=admin)
    return change(made, "stay-calm", by=admin, title={"en": "Breathe first"}, own_tasks=[TASK])


@pytest.fixture
def base():
    return content.of(editions.in_force())


@pytest.fixture
def send(second_admin, signed_in):
    """Send a file as another admin would."""

    def sent(made):
        raw = made if isinstance(made, bytes) else json.dumps(made).encode()
        browser = signed_in(second_admin)
        return browser.post(reverse("import-protocol"), {"file": SimpleUploadedFile("steps.json", raw)})

    return sent


def test_what_leaves_comes_back_word_for_word(draft, admin, second_admin, signed_in, send):
    answer = signed_in(admin).get(reverse("protocol-file", args=[draft.number]))
    assert answer["Content-Disposition"] == f'attachment; filename="eleven-steps-{draft.number}.json"'
    looked_at = send(answer.content)
    assert looked_at.status_code == 200
    shown = looked_at.content.decode()
    assert "Breathe first" in shown
    assert "1 text is not translated (es)" in shown
    assert ProtocolVersion.objects.count() == 3
    words = looked_at.context["words"]["words"].value()
    signed_in(second_admin).post(reverse("import-protocol"), {"words": words})
    brought_in = ProtocolVersion.objects.get(number=4)
    assert content.of(brought_in) == content.of(draft)
    assert brought_in.draft.drafted_by == second_admin
    assert list(brought_in.deeds.values_list("deed", flat=True)) == ["brought_in"]
    assert editions.in_force().number == 2


@pytest.mark.parametrize("number", editions.EDITIONS)
def test_the_editions_of_doorway_come_back_as_they_are(base, number):
    words = content.of(ProtocolVersion.objects.get(number=number))
    assert files.read(readable.parse(files.write(words, number=number).encode()), base=base) == words


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "The file is empty."),
        (b"\xff\xfe", "not text in UTF-8"),
        (b"{", "That is not JSON."),
        (b'{"format": 1, "format": 2}', "a name twice"),
        (b'{"number": NaN}', "a number that is none"),
        (b"[" * 100_000, "nested too deeply"),
        (b'"a"', "Here should be an object"),
        (b"[]", "Here should be an object"),
        (b"{}", "no edition of the eleven steps"),
        (b'{"number": ' + b"9" * 5000 + b"}", "a number that is none"),
        (b'{"resourceType": "PlanDefinition"}', "The eleven steps have to be there"),
        (b'{"resourceType": "PlanDefinition", "action": {}}', "not what FHIR has here"),
        (b" " * (readable.MOST_BYTES + 1), "The file is too large"),
    ],
)
def test_what_is_no_such_file_is_refused_in_words(send, raw, said):
    refused = send(raw)
    assert refused.status_code == 422
    assert said in refused.content.decode()
    assert ProtocolVersion.objects.count() == 2


@pytest.mark.parametrize(
    ("spoil", "place"),
    [
        (lambda made: made["steps"].pop(), "steps"),
        (lambda made: made["steps"].reverse(), "steps"),
        (lambda made: made.update(title="x" * 81), "title"),
        (lambda made: made.update(extra=1), "file.extra"),
        (lambda made: made["steps"][0].update(phase="choices"), "steps.stay-calm.phase"),
        (lambda made: made["steps"][0].update(title="Calm"), "steps.stay-calm.title"),
        (lambda made: made["steps"][0]["title"].update(en=""), "steps.stay-calm.title.en"),
        (lambda made: made["steps"][0]["title"].update(fr="Calme"), "steps.stay-calm.title.fr"),
        (lambda made: made["steps"][0]["title"].update(es="x" * 41), "steps.stay-calm.title.es"),
        (lambda made: made["steps"][0]["prompt"].update(en="a\u0000b"), "steps.stay-calm.prompt.en"),
        (lambda made: made["steps"][0]["lines"][1].update(en="Block the door."), "steps.stay-calm.lines.1.en"),
        (lambda made: made["steps"][0]["lines"][1].update(not_in=["moon"]), "steps.stay-calm.lines.1.not_in"),
        (lambda made: made["steps"][0].update(lines=[]), "steps.stay-calm.lines"),
        (lambda made: made["steps"][0].update(lines=7), "steps.stay-calm.lines"),
        (lambda made: made["steps"][0].update(outcomes=["done"]), "steps.stay-calm.outcomes"),
        (lambda made: made["steps"][1]["outcomes"].append("not_applicable"), "steps.check-safety.outcomes"),
        (lambda made: made["steps"][0]["captures"].append("risk-score"), "steps.stay-calm.captures"),
        (
            lambda made: made["steps"][0].update(own_tasks=[{"en": "x", "key": "DROP"}]),
            "steps.stay-calm.own_tasks.0.key",
        ),
        (lambda made: made["steps"][0]["settings"].update(moon={}), "steps.stay-calm.settings.moon"),
        (lambda made: made["steps"][0]["settings"].update(remote=[]), "steps.stay-calm.settings.remote"),
        (lambda made: made["steps"][1].update(lines=[{"en": "Wait.", "not_in": []}]), "steps.check-safety.lines"),
    ],
)
def test_each_doubt_is_told_by_its_place(send, base, spoil, place):
    made = json.loads(files.write(base))
    spoil(made)
    refused = send(made)
    assert refused.status_code == 422
    assert place in dict(refused.context["problems"])
    assert ProtocolVersion.objects.count() == 2


def test_words_that_were_changed_on_the_way_are_looked_at_again(second_admin, signed_in, base):
    made = json.loads(files.write(base))
    made["steps"][0]["lines"][0]["en"] = "Follow them home."
    refused = signed_in(second_admin).post(reverse("import-protocol"), {"words": json.dumps(made)})
    assert refused.status_code == 422
    assert ProtocolVersion.objects.count() == 2


def test_whoever_is_writing_one_brings_in_no_second(admin, signed_in, draft, base):
    signed_in(admin).post(reverse("import-protocol"), {"words": files.write(base)})
    assert ProtocolVersion.objects.count() == 3
