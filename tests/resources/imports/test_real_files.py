"""Lists as they are in the world, from upload to undo."""

from resources.models import ContactPoint, ExternalId, Resource
from tests.resources.imports.rows import of_entries, of_rows

STATE = "applied"


def test_the_seed_twice_creates_58_unchecked_entries_and_then_changes_nothing(upload, take_over, study):
    seed = study("resources_seed.json").read_bytes()
    first = upload(seed, name="resources_seed.json", source="seed")
    assert of_entries(first) == {"create": 58}
    assert not Resource.objects.exists()  # reading changes nothing
    assert take_over(first).state == STATE
    assert Resource.objects.count() == 58
    assert set(Resource.objects.values_list("status", flat=True)) == {"in_review"}
    before = list(Resource.objects.order_by("pk").values())
    second = upload(seed, name="resources_seed.json", source="seed")
    assert of_entries(second) == {"unchanged": 58}
    take_over(second)
    assert list(Resource.objects.order_by("pk").values()) == before
    assert ExternalId.objects.count() == 58


def test_services_of_baltimore_come_in_once_however_often_they_are_sent(transactional_db, upload, take_over, study):
    path = study("realdata", "baltimore-icarol", "baltimore_icarol_ohana_csv.zip")
    batch = upload(path.read_bytes(), name=path.name, source="Baltimore")
    counts = of_entries(batch)
    assert sum(counts.values()) == 1876
    assert counts.keys() == {"create"}
    take_over(batch)
    assert Resource.objects.count() == 1876
    assert not ContactPoint.objects.filter(dial="911").exists()
    again = upload(path.read_bytes(), name=path.name, source="Baltimore")
    assert of_entries(again) == {"unchanged": 1876}


def test_rows_that_stand_four_times_in_the_file_are_told_as_repeated(upload, study):
    path = study("realdata", "dc-orservices", "dc_2021-10_quadrupled-rows_ragged.zip")
    batch = upload(path.read_bytes(), name=path.name, source="DC")
    assert sum(of_entries(batch).values()) == 501
    rows = of_rows(batch, file="services.csv")
    assert (sum(rows.values()), rows["duplicate"] > 1000) == (2004, True)


def test_the_other_layout_of_washington_is_recognised(upload, study):
    path = study("realdata", "dc-orservices", "dc_2023-05_hsds2ish.zip")
    batch = upload(path.read_bytes(), name=path.name, source="DC")
    assert batch.layout
    assert sum(of_entries(batch).values()) == 1656
