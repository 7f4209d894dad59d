"""What a list does to the directory, and what it may not do by itself."""

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from resources import batches, checking, imports
from resources.models import ContactPoint, ExternalId, ImportRow, Resource, Verification
from tests.resources.imports.rows import of_entries, of_rows

MAPPING = {"Id": "id", "Name": "name", "Organisation": "organisation", "Phone": "phone", "About": "description"}
HEAD = "Id,Name,Organisation,Phone,About\n"
NIGHT = "7,Night line,Helpers,(202) 555-0143,Open at night\n"
DAY = "8,Day line,Helpers,(202) 555-0144,Open by day\n"


@pytest.fixture
def bring(upload):
    """Upload rows of the small list: `bring(NIGHT, DAY)`."""

    def bring_rows(*rows, **facts):
        return upload((HEAD + "".join(rows)).encode(), mapping=MAPPING, **facts)

    return bring_rows


@pytest.fixture
def night(bring, take_over):
    """The night line, taken over from the list."""
    take_over(bring(NIGHT, DAY))
    return Resource.objects.get(name="Night line")


def row_of(batch, key="7"):
    return batch.rows.get(key=key)


def check(resource, *, by):
    contact = resource.contact_points.get(removed_at=None)
    checking.check(contact, result="works", method=Verification.Method.CALL, by=by)


def dials(resource):
    return sorted(resource.contact_points.current().values_list("dial", flat=True))


def test_a_list_changes_nothing_until_it_is_taken_over(bring, take_over):
    batch = bring(NIGHT, DAY)
    assert (batch.state, of_entries(batch), Resource.objects.count()) == ("ready", {"create": 2}, 0)
    take_over(batch)
    assert set(Resource.objects.values_list("name", "status")) == {
        ("Night line", "in_review"),
        ("Day line", "in_review"),
    }
    assert Resource.objects.get(name="Night line").contact_points.get().e164 == "+12025550143"


def test_every_row_is_told_once(bring):
    batch = bring(NIGHT, NIGHT, ",,,,\n", "9,,Helpers,(202) 555-0145,\n")
    assert sum(of_rows(batch).values()) == 4
    assert of_rows(batch)["rejected"] == 1
    wrong = batch.rows.get(what="rejected")
    assert (wrong.line, bool(wrong.reason), bool(wrong.fix), wrong.cells[0]) == (5, True, True, "9")


def test_the_same_list_twice_changes_nothing(night, bring, take_over):
    before = list(Resource.objects.order_by("pk").values())
    again = bring(NIGHT, DAY)
    assert of_entries(again) == {"unchanged": 2}
    take_over(again)
    assert list(Resource.objects.order_by("pk").values()) == before


def test_what_nobody_changed_here_follows_the_list(night, bring, take_over):
    batch = bring(NIGHT.replace("at night", "from eight"), DAY)
    assert of_entries(batch) == {"update": 1, "unchanged": 1}
    take_over(batch)
    night.refresh_from_db()
    assert night.description == "Open from eight"


def test_what_was_changed_here_is_asked_and_not_overwritten(night, bring, take_over, admin):
    Resource.objects.filter(pk=night.pk).update(description="Our own words")
    batch = bring(NIGHT.replace("at night", "from eight"), DAY)
    row = row_of(batch)
    assert (row.what, row.question) == ("decision", "conflict")
    item = row.diff[0]
    assert (item["ours"], item["theirs"], item["said_before"]) == ("Our own words", "Open from eight", "Open at night")
    assert item["ours_on"] == str(timezone.now().date())
    take_over(batch)
    night.refresh_from_db()
    assert night.description == "Our own words"
    batches.decide(row, "theirs", by=admin)
    take_over(batch)
    night.refresh_from_db()
    assert night.description == "Open from eight"


def test_what_was_decided_once_is_not_asked_again(night, bring, take_over, admin):
    Resource.objects.filter(pk=night.pk).update(description="Our own words")
    batch = bring(NIGHT.replace("at night", "from eight"), DAY)
    batches.decide(row_of(batch), "ours", by=admin)
    take_over(batch)
    assert of_entries(bring(NIGHT.replace("at night", "from eight"), DAY)) == {"unchanged": 2}


def test_a_checked_number_is_never_overwritten_without_a_person(night, bring, take_over, admin):
    check(night, by=admin)
    batch = bring(NIGHT.replace("0143", "0199"), DAY)
    assert row_of(batch).what == "decision"
    take_over(batch)
    assert dials(night) == ["12025550143"]
    batches.decide(row_of(batch), "theirs", by=admin)
    take_over(batch)
    night.refresh_from_db()
    assert (dials(night), night.status) == (["12025550199"], "in_review")


def test_a_number_that_is_checked_after_the_list_was_read_is_asked_too(night, bring, take_over, admin):
    batch = bring(NIGHT.replace("0143", "0199"), DAY)
    assert row_of(batch).what == "update"
    check(night, by=admin)
    take_over(batch)
    assert (row_of(batch).what, dials(night)) == ("decision", ["12025550143"])


def test_a_number_the_list_has_no_more_is_asked_and_not_taken_out(night, bring, take_over, admin):
    batch = bring("7,Night line,Helpers,,Open at night\n", DAY)
    assert row_of(batch).what == "decision"
    take_over(batch)
    assert dials(night) == ["12025550143"]
    batches.decide(row_of(batch), "theirs", by=admin)
    take_over(batch)
    assert dials(night) == []


def test_an_entry_of_the_same_name_and_operator_is_asked_and_not_merged(put, bring, take_over, admin):
    here = put("Night line", dial="2025550100")
    batch = bring(NIGHT.replace("Helpers", "An operator"))
    row = row_of(batch)
    assert (row.what, row.question, row.candidates) == (
        "decision",
        "same",
        [{"id": str(here.pk), "name": "Night line"}],
    )
    batches.decide(row, "ours", by=admin, resource_id=here.pk)
    take_over(batch)
    assert (Resource.objects.count(), ExternalId.objects.get(key="7").resource) == (1, here)
    assert dials(here) == ["2025550100"]


def test_one_that_is_not_to_be_listed_never_comes_back(put, bring, admin):
    put("Another name", dial="2025550143", status=Resource.Status.DO_NOT_LIST)
    row = row_of(bring(NIGHT))
    assert (row.what, row.question) == ("decision", "unwanted")
    with pytest.raises(batches.NotNow):
        batches.decide(row, "theirs", by=admin)


def test_a_number_that_was_given_up_is_told(bring):
    row = row_of(bring("7,Lifeline,Helpers,1-800-273-8255,\n"))
    assert "988" in row.reason


def test_part_of_a_list_retires_nothing(night, bring, take_over):
    take_over(bring(DAY))
    night.refresh_from_db()
    assert night.status == "in_review"


def test_a_whole_list_retires_what_it_has_no_more_after_its_number_was_typed(night, bring, take_over):
    batch = bring(DAY, is_full_replacement=True)
    assert of_entries(batch) == {"unchanged": 1, "retire": 1}
    with pytest.raises(batches.NeedsConfirmation):
        take_over(batch)
    take_over(batch, confirmation="1")
    night.refresh_from_db()
    assert (night.status, "Helpers of the town" in night.status_reason) == ("retired", True)


def test_a_whole_list_retires_a_few_without_asking(bring, take_over):
    many = [f"{number},Line {number},Helpers,(202) 555-{number:04},\n" for number in range(100, 120)]
    take_over(bring(*many))
    take_over(bring(*many[1:], is_full_replacement=True))
    assert list(Resource.objects.filter(status="retired").values_list("name", flat=True)) == ["Line 100"]


def test_rows_that_are_left_out_are_not_taken_over(bring, take_over, admin):
    batch = bring(NIGHT, DAY)
    rows = list(batch.rows.filter(what="create"))
    batches.leave_out(batch, shown=[each.pk for each in rows], taken=[rows[0].pk], by=admin)
    take_over(batch)
    assert list(Resource.objects.values_list("name", flat=True)) == [rows[0].facts["name"]]


def test_undoing_takes_new_entries_away_and_sets_changed_ones_back(night, bring, take_over, take_back):
    before = list(Resource.objects.order_by("pk").values("pk", "name", "description", "status"))
    said = list(ExternalId.objects.order_by("pk").values("key", "said"))
    new = "9,Third line,Helpers,(202) 555-0146,\n"
    changed = NIGHT.replace("at night", "from eight").replace("0143", "0199").replace("Night line", "Late line")
    batch = take_over(bring(changed, DAY, new))
    assert Resource.objects.count() == 3
    assert Resource.objects.get(pk=night.pk).aliases.get().words == "Night line"
    take_back(batch)
    assert list(Resource.objects.order_by("pk").values("pk", "name", "description", "status")) == before
    assert list(ExternalId.objects.order_by("pk").values("key", "said")) == said
    assert (dials(night), night.aliases.count()) == (["12025550143"], 0)


def test_undoing_leaves_what_somebody_changed_since_and_says_so(night, bring, take_over, take_back):
    batch = take_over(bring(NIGHT.replace("at night", "from eight"), DAY))
    Resource.objects.filter(pk=night.pk).update(description="Somebody's words")
    take_back(batch)
    night.refresh_from_db()
    assert night.description == "Somebody's words"
    assert row_of(batch).not_undone


def test_undoing_retires_what_was_checked_since(bring, take_over, take_back, admin):
    batch = take_over(bring(NIGHT, DAY))
    check(Resource.objects.get(name="Night line"), by=admin)
    take_back(batch)
    left = Resource.objects.get()
    assert (left.name, left.status) == ("Night line", "retired")


def test_a_retired_entry_is_back_after_undoing(night, bring, take_over, take_back):
    batch = take_over(bring(DAY, is_full_replacement=True), confirmation="1")
    take_back(batch)
    night.refresh_from_db()
    assert night.status == "in_review"


def test_a_file_that_cannot_be_read_says_why(upload):
    batch = upload(b"%PDF-1.7 not a table", name="list.pdf")
    assert (batch.state, "PDF" in batch.failure) == ("failed", True)


def test_a_row_the_database_refuses_spoils_no_other(bring, take_over):
    batch = bring(NIGHT, DAY)
    row = row_of(batch)
    row.facts["contacts"][0]["dial"] = "not digits"
    row.save()
    take_over(batch)
    assert list(Resource.objects.values_list("name", flat=True)) == ["Day line"]
    assert row_of(batch).what == "refused"


def test_the_trail_has_no_words_of_the_list(night, bring, take_over):
    take_over(bring(NIGHT.replace("at night", "from eight"), DAY))
    told = str(list(AuditEntry.objects.values_list("facts", flat=True)))
    assert "import_applied" in AuditEntry.objects.values_list("action", flat=True)
    assert not any(words in told for words in ("Night line", "Helpers", "0143", "from eight"))


def test_a_list_that_kills_its_workers_is_set_aside(bring, admin):
    batch = batches.add(HEAD.encode(), name="x.csv", source="S", country="US", zone="UTC", by=admin)
    for _death in range(imports.MOST_DEATHS + 1):
        assert imports.claim()
        type(batch).objects.filter(pk=batch.pk).update(lease_until=timezone.now() - imports.LEASE)
    imports.work()
    batch.refresh_from_db()
    assert batch.state == "failed"


def test_private_numbers_stay_private(upload, take_over):
    content = b"Name,Phone,Private\nNight line,(202) 555-0143,yes\n"
    take_over(upload(content, mapping={"Name": "name", "Phone": "phone", "Private": "phone_is_confidential"}))
    assert ContactPoint.objects.get().is_confidential


def test_undecided_rows_can_all_be_kept_as_they_are_here(night, bring, admin):
    Resource.objects.update(description="Our own words")
    batch = bring(NIGHT.replace("at night", "x"), DAY.replace("by day", "y"))
    assert batches.keep_ours(batch, by=admin) == 2
    assert not ImportRow.objects.filter(what="decision", decision="").exists()
