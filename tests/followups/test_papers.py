"""Filed PDFs: what they say and how they are tagged, who may have them, and workers that die or come twice."""

import io
import os
import socket
import subprocess
import sys
import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from pypdf import PdfReader

from accounts.models import AuditEntry
from followups import pango, papers
from followups.models import FiledPaper, PaperFile
from followups.tasks import make_papers
from resources import workers
from sessions_app import reports
from tests.followups.races import both, meet_after
from tests.followups.test_chart import APART, IN_IT
from tests.refusals import is_refused

needs_pango = pytest.mark.skipif(not pango.is_there(), reason=pango.advice() or "Pango is here")


@pytest.fixture
def ask(told, signed_in, therapist):
    """Ask for the PDF as the button does, by whoever it is."""

    def post(person=None):
        return signed_in(person or therapist).post(reverse("make-paper", args=[told.pk]))

    return post


@pytest.fixture
def filed(told, therapist):
    """The chart of the departure, filed; with another language, in that one."""

    def make(language="en-gb"):
        with translation.override(language):
            paper = papers.ask_for(told, by=therapist)
        make_papers()
        paper.refresh_from_db()
        assert paper.is_made, paper.why
        return paper

    return make


def read(paper):
    return PdfReader(io.BytesIO(bytes(paper.file.content)))


def words_in(paper):
    """Everything that can be read in it: pages, and whatever its metadata say."""
    pdf = read(paper)
    text = " ".join(page.extract_text() for page in pdf.pages)
    return " ".join(text.split())


def structure(node):
    """The tags of a PDF in reading order."""
    node = node.get_object()
    if "/S" in node:
        yield str(node["/S"])
    children = node.get("/K", [])
    for child in children if isinstance(children, list) else [children]:
        found = child.get_object() if hasattr(child, "get_object") else child
        if isinstance(found, dict) and "/K" in found:
            yield from structure(found)


# What it says


@needs_pango
def test_it_is_tagged_says_its_language_and_claims_pdf_ua(filed):
    pdf = read(filed())
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].startswith("en")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    metadata = root["/Metadata"].get_object().get_data().decode()
    assert "pdfuaid:part" in metadata
    tags = list(structure(root["/StructTreeRoot"]))
    assert tags[0] == "/Document"
    for tag in ("/H1", "/H2", "/Table", "/TR", "/TH", "/TD", "/P"):
        assert tag in tags
    assert tags.index("/H1") < tags.index("/Table") < tags.index("/H2")


@needs_pango
def test_its_title_and_its_name_say_nothing_about_anybody(filed, signed_in, therapist, client_0417):
    paper = filed()
    pdf = read(paper)
    assert pdf.metadata.title == "Record of a departure"
    said = f"{pdf.metadata} {pdf.trailer['/Root']['/Metadata'].get_object().get_data()}"
    answer = signed_in(therapist).get(reverse("paper-file", args=[paper.pk]))
    said += str(answer.headers)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="paper-{paper.pk}.pdf"'
    for word in (client_0417.reference, client_0417.preferred_name, therapist.name, str(paper.departure_id)):
        assert word not in said


@needs_pango
def test_every_word_of_the_chart_is_in_it_in_order_and_none_of_another_compartment(filed, told):
    words = words_in(filed())
    content = told.report.content
    wanted = [each for each in IN_IT if each != "Ana Reyes"]
    wanted += [words for _label, words in [*content["facts"], *content["noted"]]]
    wanted += [step["title"] for step in content["steps"]]
    for each in ["Ana Reyes", told.report.content_hash, *wanted]:
        assert " ".join(each.split()) in words, each
    assert {word: place for word, place in APART.items() if word in words} == {}
    order = ["Record of a departure", *(each["title"] for each in content["record"] if each["rows"])]
    order += ["The eleven steps", "What happened when", "Added after signing"]
    places = [words.index(each) for each in [*order, "Every attempt to reach the client"]]
    assert places == sorted(places)


@needs_pango
def test_each_page_says_whose_it_is_and_how_many_there_are(filed, told):
    pages = read(filed()).pages
    assert len(pages) > 1
    for number, page in enumerate(pages, start=1):
        text = page.extract_text()
        assert f"Page {number} of {len(pages)}" in text
        assert "0417" in text
        assert told.report.content_hash in text
        assert "Printed on" in text


@needs_pango
@pytest.mark.parametrize(("country", "size"), [("US", (612, 792)), ("GB", (595, 842))])
def test_its_format_is_that_of_the_country(filed, told, country, size):
    type(told.site).objects.update(country=country)
    box = read(filed()).pages[0].mediabox
    assert (round(box.width), round(box.height)) == size


@needs_pango
def test_it_is_in_the_language_it_was_asked_for_in(filed):
    assert read(filed("es")).trailer["/Root"]["/Lang"] == "es"


# Nothing is fetched


@needs_pango
@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:{port}/x.png", "file:///etc/hostname", "/etc/hostname", "data:image/png;base64,AAAA"]
)
def test_a_page_that_asks_for_something_gets_nothing(address, caplog):
    """A server that listens hears no word, and no file is read."""
    from followups import press

    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        address = address.format(port=server.getsockname()[1])
        html = f'<html lang="en"><title>x</title><img src="{address}" alt="x"><link rel=stylesheet href="{address}">'
        html += f'<link rel=attachment href="{address}"><p style="background: url({address})">Here</p>'
        pdf = PdfReader(io.BytesIO(press.pdf_of(html, sheets=[f"@import url({address}); p {{ color: red }}"])))
        with pytest.raises(TimeoutError):
            server.accept()
    assert "Here" in pdf.pages[0].extract_text()
    assert pdf.attachments == {}
    assert list(pdf.pages[0].images) == []


@needs_pango
def test_words_of_a_report_are_words_and_no_page_of_their_own(filed, told, therapist):
    reports.add_addendum(told.report, text='<img src="file:///etc/hostname"> & <b>bold</b>', by=therapist)
    assert '<img src="file:///etc/hostname"> & <b>bold</b>' in words_in(filed())


AT_START_UP = """
import sys, django
django.setup()
import config.urls, followups.papers, config.celery
config.celery.app.loader.import_default_modules()
sys.exit("weasyprint" in sys.modules)
"""


def test_nothing_of_the_press_is_loaded_at_start_up():
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings", "DEBUG": "true"}
    program = [sys.executable, "-c", AT_START_UP]
    assert subprocess.run(program, env=env, cwd=settings.BASE_DIR, check=False).returncode == 0


# Who may have it, and when


@needs_pango
def test_the_file_is_never_stored_by_a_browser_and_each_reading_is_in_the_trail(filed, signed_in, supervisor):
    paper = filed()
    answer = signed_in(supervisor).get(reverse("paper-file", args=[paper.pk]))
    assert answer.content == bytes(paper.file.content)
    assert "no-store" in answer.headers["Cache-Control"]
    assert "private" in answer.headers["Cache-Control"]
    entry = AuditEntry.objects.get(action="paper_read")
    assert (entry.by, entry.subject_id, entry.facts) == (supervisor, str(paper.pk), {"hash": paper.sha256})


def test_a_file_that_is_not_made_yet_is_not_there(ask, signed_in, therapist):
    ask()
    assert signed_in(therapist).get(reverse("paper-file", args=[FiledPaper.objects.get().pk])).status_code == 404


def test_a_second_request_while_one_is_under_way_adds_nothing(ask, supervisor):
    ask(), ask(), ask(supervisor)
    assert FiledPaper.objects.count() == 1
    assert AuditEntry.objects.filter(action="paper_asked_for").count() == 1


def test_two_requests_at_the_same_moment_are_one(transactional_db, told, therapist, supervisor, monkeypatch):
    meet_after(monkeypatch, papers, "get_language")
    both(lambda: papers.ask_for(told, by=therapist), lambda: papers.ask_for(told, by=supervisor))
    assert FiledPaper.objects.count() == 1


def test_without_a_signed_report_there_is_nothing_to_file(planned, signed_in, therapist):
    browser = signed_in(therapist)
    html = browser.post(reverse("make-paper", args=[planned.pk]), follow=True).content.decode()
    assert "There is no signed report yet." in html
    assert not FiledPaper.objects.exists()


@needs_pango
def test_an_addendum_after_it_makes_it_old_and_the_old_one_is_kept(filed, told, therapist, signed_in):
    first = filed()
    browser, address = signed_in(therapist), reverse("papers", args=[told.pk])
    page = browser.get(address).content.decode()
    assert "Up to date" in page
    assert "Make it anew" not in page
    reports.add_addendum(told.report, text="Later.", by=therapist)
    page = browser.get(address).content.decode()
    assert "Something was added since the newest PDF was made." in page
    assert "Make it anew" in page
    second = filed()
    assert second.sha256 != first.sha256
    assert "Later." in words_in(second)
    assert "Later." not in words_in(first)
    page = browser.get(address).content.decode()
    assert page.count("Older") == page.count("Up to date") == 1


@needs_pango
def test_a_filed_paper_never_changes_also_for_the_database(filed):
    paper = filed()
    for change in (
        "UPDATE followups_filedpaper SET sha256 = 'x' WHERE id = %s",
        "DELETE FROM followups_filedpaper WHERE id = %s",
        "UPDATE followups_paperfile SET content = '' WHERE paper_id = %s",
        "DELETE FROM followups_paperfile WHERE paper_id = %s",
    ):
        assert is_refused(change, paper.pk), change
    assert bytes(PaperFile.objects.get(pk=paper.pk).content).startswith(b"%PDF-")


def test_the_page_asks_by_itself_whether_it_is_there_and_leaves_no_trail_of_views(ask, told, signed_in, therapist):
    ask()
    browser, address = signed_in(therapist), reverse("papers", args=[told.pk])
    assert f'hx-get="{address}"' in browser.get(address).content.decode()
    seen = AuditEntry.objects.filter(action="viewed").count()
    fragment = browser.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "Is being made" in fragment
    assert "0417" not in fragment
    assert AuditEntry.objects.filter(action="viewed").count() == seen


# Workers


def died(paper):
    """A worker claimed it a while ago, and nobody heard of it again."""
    FiledPaper.objects.filter(pk=paper.pk).update(
        lease_token=uuid.uuid4(), lease_until=timezone.now() - timedelta(seconds=1)
    )


@needs_pango
def test_what_a_dead_worker_left_is_made_by_the_next_turn(told, therapist):
    paper = papers.ask_for(told, by=therapist)
    assert papers.claim()
    make_papers()
    paper.refresh_from_db()
    assert paper.is_waiting, "its lease still runs"
    died(paper)
    make_papers()
    paper.refresh_from_db()
    assert (paper.is_made, paper.deaths) == (True, 1)


def test_one_that_kills_three_workers_is_given_up_and_says_so(told, therapist, ask, signed_in):
    paper = papers.ask_for(told, by=therapist)
    for _death in range(3):
        assert papers.claim()
        died(paper)
    make_papers()
    page = signed_in(therapist).get(reverse("papers", args=[told.pk])).content.decode()
    assert "Making it ended the program three times." in page
    assert "Make a PDF" in page


@needs_pango
def test_a_worker_whose_lease_was_taken_files_nothing(told, therapist, monkeypatch):
    paper = papers.ask_for(told, by=therapist)
    slow = papers.claim()
    died(paper)
    papers.work()
    with pytest.raises(papers.LeaseLost):
        papers.file(slow, b"%PDF- of the slow one", mark="0" * 64)
    assert PaperFile.objects.count() == 1


def test_two_workers_never_take_the_same_paper(transactional_db, told, therapist, monkeypatch):
    papers.ask_for(told, by=therapist)
    meet_after(monkeypatch, workers.uuid, "uuid4")  # between looking and taking
    taken = []
    both(lambda: taken.append(papers.claim()), lambda: taken.append(papers.claim()))
    assert len([each for each in taken if each]) == 1


def test_somebody_who_lost_the_record_meanwhile_gets_no_paper(told, supervisor, ask):
    ask(supervisor)
    supervisor.supervisions_given.all().delete()
    make_papers()
    assert FiledPaper.objects.get().why in ("not_theirs", "no_pango")


# Without Pango


def test_without_pango_the_page_offers_to_print(told, ask, signed_in, therapist, monkeypatch):
    monkeypatch.setattr(pango, "is_there", lambda: False)
    page = signed_in(therapist).get(reverse("papers", args=[told.pk])).content.decode()
    assert "PDFs cannot be made here. Print the page instead." in page
    assert "Make a PDF" not in page
    assert ask().status_code == 302
    assert not FiledPaper.objects.exists()


def test_a_worker_without_pango_says_so_and_loses_nothing(told, therapist, monkeypatch, signed_in):
    monkeypatch.setattr(pango, "is_there", lambda: False)
    papers.ask_for(told, by=therapist)
    make_papers()
    page = signed_in(therapist).get(reverse("papers", args=[told.pk])).content.decode()
    assert "The program that makes PDFs is not installed where it runs." in page


def test_what_is_missing_is_said_in_one_line(monkeypatch):
    monkeypatch.setattr(pango, "loads", lambda *_names: False)
    assert "\n" not in pango.advice()
    for package in ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-dejavu-core"):
        assert package in pango.advice()
