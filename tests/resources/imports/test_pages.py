"""An admin brings a list in, through the front door."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from resources import batches, imports, shown_rows
from resources.models import ImportBatch, ImportRow, MappingProfile, Resource
from resources.reading import open_file
from tests.databases import WHO_ACTS

LIST = b"Name,Organisation,Phone\nNight line,Helpers,(202) 555-0143\nDay line,Helpers,=1+1\n"
FACTS = {"source": "Helpers", "country": "US", "zone": "America/New_York"}


@pytest.fixture
def desk(signed_in, admin):
    return signed_in(admin)


def send(desk, content=LIST, name="list.csv", **facts):
    file = SimpleUploadedFile(name, content)
    return desk.post(reverse("imports"), FACTS | {"file": file} | facts)


def text(answer):
    return answer.content.decode()


def follow(desk, answer):
    """The page one is sent to, after a worker has been there."""
    imports.work()
    return desk.get(answer.url, follow=True)


def test_from_upload_over_columns_and_report_to_the_directory_and_back(desk):
    answer = send(desk)
    batch = ImportBatch.objects.get()
    assert "Waits to be read" in text(desk.get(answer.url))
    page = text(follow(desk, answer))
    assert "(202) 555-0143" in page  # a sample beside its column
    assert '<option value="phone" selected>' in page
    columns = {"c0": "name", "c1": "organisation", "c2": "phone", "profile": "Helpers"}
    answer = desk.post(reverse("map-import", args=[batch.pk]), columns)
    page = text(follow(desk, answer))
    assert "Night line" in page
    assert "Take over 2 rows" in page
    answer = desk.post(reverse("apply-import", args=[batch.pk]))
    assert "Is being taken over" in text(desk.get(answer.url))
    page = text(follow(desk, answer))
    assert "Undo all of it" in page
    assert set(Resource.objects.values_list("name", "status")) == {
        ("Night line", "in_review"),
        ("Day line", "in_review"),
    }
    answer = desk.post(reverse("undo-import", args=[batch.pk]))
    assert "Undone" in text(follow(desk, answer))
    assert not Resource.objects.exists()


def test_columns_that_were_explained_once_are_known_the_next_time(desk):
    follow(desk, send(desk))
    columns = {"c0": "name", "c1": "", "c2": "phone", "profile": "Helpers"}
    desk.post(reverse("map-import", args=[ImportBatch.objects.get().pk]), columns)
    assert MappingProfile.objects.get().mapping == {"Name": "name", "Organisation": "", "Phone": "phone"}
    page = text(follow(desk, send(desk)))
    assert "As in “Helpers”" in page


def test_without_a_name_column_nothing_is_read_and_nothing_is_lost(desk):
    follow(desk, send(desk))
    address = reverse("map-import", args=[ImportBatch.objects.get().pk])
    answer = desk.post(address, {"c0": "", "c1": "organisation", "c2": "phone", "profile": "Mine"})
    assert answer.status_code == 422
    assert "which column has the name" in text(answer)
    assert 'value="Mine"' in text(answer)


def test_a_form_that_cannot_be_read_is_told_beside_its_fields(desk):
    answer = desk.post(reverse("imports"), FACTS | {"zone": "Mars/North"})
    assert answer.status_code == 422
    assert "Choose a file." in text(answer)
    assert "There is no such time zone" in text(answer)
    assert 'value="Helpers"' in text(answer)


@pytest.mark.parametrize(("said", "is_whole"), [({}, False), ({"is_full_replacement": "whole"}, True)])
def test_nothing_is_taken_out_unless_the_list_is_said_to_be_whole(desk, said, is_whole):
    send(desk, **said)
    assert ImportBatch.objects.get().is_full_replacement is is_whole


def test_a_file_that_is_too_large_is_refused_in_plain_words(desk, monkeypatch):
    monkeypatch.setattr(batches, "MOST_BYTES", 20)
    answer = send(desk)
    assert answer.status_code == 422
    assert "larger than 50 MB" in text(answer)
    assert not ImportBatch.objects.exists()


def test_a_name_is_never_a_path(desk):
    follow(desk, send(desk, name="../../etc/passwd.csv"))
    assert ImportBatch.objects.get().name == "passwd.csv"


def test_an_unreadable_file_says_why_on_its_page(desk):
    assert "This is a PDF" in text(send(desk, content=b"%PDF-1.7", name="x.pdf"))
    assert "no valid JSON" in text(follow(desk, send(desk, content=b'{"contents": [', name="x.json")))


def test_both_values_and_their_days_stand_beside_two_buttons(desk, admin, upload, take_over):
    mapping = {"Id": "id", "Name": "name", "About": "description"}
    take_over(upload(b"Id,Name,About\n1,Night line,Open at night\n", mapping=mapping))
    Resource.objects.update(description="Our own words")
    batch = upload(b"Id,Name,About\n1,Night line,From eight\n", mapping=mapping)
    page = text(desk.get(reverse("import", args=[batch.pk])))
    for words in ("Our own words", "From eight", "Open at night", "Keep ours", "Take theirs", "1 row needs you"):
        assert words in page
    row = batch.rows.get(what="decision")
    desk.post(reverse("decide-import-row", args=[row.pk]), {"decision": "theirs"})
    row.refresh_from_db()
    assert (row.decision, row.decided_by) == ("theirs", admin)


def test_many_retirements_ask_for_their_number(desk, upload, take_over):
    mapping = {"Name": "name", "Phone": "phone"}
    take_over(upload(b"Name,Phone\nA line,(202) 555-0143\nB line,(202) 555-0144\n", mapping=mapping))
    batch = upload(b"Name,Phone\nA line,(202) 555-0143\n", mapping=mapping, is_full_replacement=True)
    answer = desk.post(reverse("apply-import", args=[batch.pk]), {"confirmation": "2"})
    assert answer.status_code == 422
    assert "To go on, type 1" in text(answer)
    assert desk.post(reverse("apply-import", args=[batch.pk]), {"confirmation": "1"}).status_code == 302


def test_the_table_gives_the_rows_back_and_can_be_read_again(desk, upload):
    batch = upload(LIST, mapping={"Name": "name", "Organisation": "organisation", "Phone": "phone"})
    table = b"".join(desk.get(reverse("import-table", args=[batch.pk])).streaming_content)
    assert b"'=1+1" in table  # no spreadsheet takes it for a formula
    assert b"(202) 555-0143" in table
    source = open_file(io.BytesIO(table), name="again.csv")
    assert any("=1+1" in row for row in source.samples)


@pytest.mark.parametrize("cell", ["=1", "+1 202", "-1", "@x", "plain", "1-2"])
def test_an_apostrophe_is_put_before_a_formula_only(cell):
    assert shown_rows.safe(cell) == (f"'{cell}" if cell[0] in "=+-@" else cell)


def test_a_page_asks_the_database_no_more_often_with_more_rows(desk, upload):
    def asked(batch, **query):
        with CaptureQueriesContext(connection) as captured:
            assert desk.get(reverse("import", args=[batch.pk]), query).status_code == 200
        return len(captured)

    rows = [f"Line {number},(202) 555-{number:04}\n".encode() for number in range(100, 180)]
    mapping = {"Name": "name", "Phone": "phone"}
    small = upload(b"Name,Phone\n" + rows[0], mapping=mapping, source="a")
    large = upload(b"Name,Phone\n" + b"".join(rows), mapping=mapping, source="b")
    asked(small)
    assert asked(small, what="create") == asked(large, what="create") <= 16 + WHO_ACTS
    assert text(desk.get(reverse("import", args=[large.pk]))).count("<section") >= shown_rows.PER_PAGE
    last = ImportRow.objects.filter(batch=large, what="create").order_by("-position").first()
    assert last.facts["name"] not in text(desk.get(reverse("import", args=[large.pk]), {"what": "create"}))


def test_the_bar_comes_by_itself_and_then_the_whole_page(desk, admin):
    batch = batches.add(LIST, name="x.csv", by=admin, **FACTS)
    page = desk.get(reverse("import-progress", args=[batch.pk]))
    assert "every 2s" in text(page)
    assert "HX-Refresh" not in page.headers
    imports.work()
    assert desk.get(reverse("import-progress", args=[batch.pk]))["HX-Refresh"] == "true"


@pytest.mark.parametrize("what", ["", "nonsense", "create"])
@pytest.mark.parametrize("after", ["", "-1", "x", "9" * 30])
def test_addresses_made_up_by_hand_break_nothing(desk, upload, what, after):
    batch = upload(LIST, mapping={"Name": "name"})
    answer = desk.get(reverse("import", args=[batch.pk]), {"what": what, "after": after})
    assert answer.status_code == 200
