"""Nights of looking at pages: a curator hears of what stays bad, and of a number that is shown no more."""

import os
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.models import F
from django.db.utils import IntegrityError
from django.utils import timezone

from accounts.models import AuditEntry
from config.celery import app
from resources import curator_tasks, links, listed_pages, page_tasks, tasks, visits
from resources.models import ContactPoint, CuratorTask, Evidence, LinkCheck, Resource, WatchedPage
from tests import databases
from tests.followups.races import both, meet_after
from tests.resources import web_server
from tests.resources.web_server import html, leads_to, raw, running, status

A_DAY = timedelta(days=1)


@pytest.fixture
def web():
    with running() as web:
        yield web


@pytest.fixture
def entry(put):
    """Put an entry on the shelf whose own web page is `url`: `entry("Night line", url, dial="988")`."""

    def put_with_page(name, url, **facts):
        made = put(name, **facts)
        Resource.objects.filter(pk=made.pk).update(url=url)
        made.refresh_from_db()
        return made

    return put_with_page


@pytest.fixture
def line(put):
    return put("Night line", country="GB", dial="08001111", e164="+448001111", display="0800 1111")


@pytest.fixture
def listed(line, web):
    """A line whose own page shows its number."""
    web.pages["/"] = html("Call 0800 1111")
    Resource.objects.filter(pk=line.pk).update(url=web.url("/"))
    line.refresh_from_db()
    return line


def night(web, **facts):
    """Look at what is due, then let a day go by."""
    looked_at = links.check(door=web.door(**facts))
    WatchedPage.objects.update(looked_at=F("looked_at") - A_DAY, failing_since=F("failing_since") - A_DAY)
    CuratorTask.objects.exclude(closed_at=None).update(closed_at=F("closed_at") - A_DAY)
    return looked_at


def nights(number, web):
    for _ in range(number):
        night(web)


def waiting():
    return list(CuratorTask.objects.filter(closed_at=None).values_list("kind", "state"))


# What is seen -------------------------------------------------------------------------------------------------


def test_a_page_that_works_and_shows_the_number_makes_no_work(listed, web):
    assert night(web) == 1
    seen = LinkCheck.objects.get()
    assert (seen.url, seen.state, seen.status_code, seen.number_found) == (web.url("/"), "works", 200, "yes")
    assert (seen.final_url, seen.missing, seen.redirects) == (web.url("/"), [], [])
    nights(3, web)
    assert waiting() == []


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (status(404), "gone"),
        (status(410), "gone"),
        (status(500), "error"),
        (leads_to("/"), "error"),
        (leads_to("http://10.0.0.1/"), "refused"),
        (leads_to("file:///etc/passwd"), "refused"),
        (raw(b"<p>This domain is for sale</p>"), "parked"),
        (lambda handler: handler.say(301, Location=handler.server.web.url("/new", host="new.example")), "moved"),
    ],
)
def test_a_page_that_stays_bad_for_three_nights_is_a_task_and_for_two_it_is_not(listed, web, answer, state):
    web.pages |= {"/": answer, "/new": "Call 0800 1111"}
    nights(2, web)
    assert waiting() == []
    night(web)
    assert waiting() == [("link", state)]
    task = CuratorTask.objects.get()
    assert (task.resource, task.contact, task.words) == (listed, None, web.url("/"))
    nights(2, web)
    assert CuratorTask.objects.count() == 1
    web.pages["/"] = "Call 0800 1111"
    night(web)
    task.refresh_from_db()
    assert task.closed_at is not None
    assert task.closed_by is None
    assert list(LinkCheck.objects.values_list("state", flat=True)) == [state] * 5 + ["works"]


def test_one_good_night_between_bad_ones_begins_the_count_anew(listed, web):
    for answer in (status(500), status(500), "Call 0800 1111", status(500), status(500)):
        web.pages["/"] = answer
        night(web)
    assert waiting() == []


def test_a_bad_certificate_is_seen(entry, tmp_path):
    context, ca_file = web_server.certified(tmp_path, "help.example", days=-1)
    with running(context=context) as web:
        entry("Night line", web.url("/"), dial="988")
        for _ in range(3):
            night(web, ca_file=ca_file)
    assert waiting() == [("link", "bad_certificate")]


@pytest.fixture
def seven(entry, web):
    """Seven pages of seven hosts."""
    web.pages["/"] = "Call 988"
    for number in range(7):
        entry(f"Line {number}", web.url("/", host=f"host{number}.example"), dial="988")


def test_a_night_in_which_nobody_answers_is_ours_and_counts_against_no_page(seven, web):
    night(web)
    for _ in range(5):
        night(web, resolve=lambda *_, **__: [])
    assert waiting() == []
    assert LinkCheck.objects.filter(state="error", why="no_name").count() == 35, "what was seen is kept all the same"
    night(web)
    assert set(WatchedPage.objects.values_list("state", "failures")) == {("works", 0)}


def test_one_that_does_not_answer_while_others_do_is_told(seven, web):
    known = web.door().resolve
    for _ in range(3):
        night(web, resolve=lambda host, *_, **__: [] if host == "host3.example" else known())
    assert waiting() == [("link", "error")]
    assert CuratorTask.objects.get().words == web.url("/", host="host3.example")


def test_a_small_directory_hears_of_its_only_page(entry, web):
    entry("Night line", web.url("/"), dial="988")
    for _ in range(3):
        night(web, resolve=lambda *_, **__: [])
    assert waiting() == [("link", "error")]


def test_looking_twice_in_one_night_is_one_look(listed, web):
    web.pages["/"] = status(404)
    for _ in range(5):
        links.check(door=web.door())
    assert LinkCheck.objects.count() == 1
    assert WatchedPage.objects.get().failures == 1


# Our number ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["Call 0800-11-11", "+44 (0)800 1111", "<a href='tel:08001111'>Call us</a>"])
def test_a_number_written_anew_is_the_same_number(listed, web, words):
    web.pages["/"] = words
    nights(4, web)
    assert waiting() == []
    assert set(LinkCheck.objects.values_list("number_found", flat=True)) == {"yes"}


def test_a_number_that_is_gone_for_three_nights_is_a_task_and_closes_when_it_is_back(listed, web):
    night(web)
    web.pages["/"] = "Call 0800 1112"
    nights(2, web)
    assert waiting() == []
    night(web)
    assert waiting() == [("drift", "")]
    contact = listed.contact_points.get()
    assert CuratorTask.objects.get().contact == contact
    assert LinkCheck.objects.last().missing == [contact.pk]
    web.pages["/"] = "Call 0800 1111"
    night(web)
    assert waiting() == []


@pytest.mark.parametrize(
    "answer",
    [raw(b"<div id=root></div><script src=a.js></script>"), raw(b"%PDF", "application/pdf"), web_server.huge],
)
def test_a_page_that_cannot_be_read_whole_is_no_drift(listed, web, answer):
    web.pages["/"] = answer
    nights(4, web)
    assert waiting() == []
    assert set(LinkCheck.objects.values_list("state", "number_found")) == {("works", "unknown")}


def test_nights_without_reading_neither_count_nor_take_back(listed, web):
    for answer in ("None", status(500), "None", raw(b"<div id=app></div><script></script>"), "None"):
        assert waiting() == []
        web.pages["/"] = answer
        night(web)
    assert waiting() == [("drift", "")]
    web.pages["/"] = status(500)
    night(web)
    assert waiting() == [("drift", "")], "a page that fails takes nothing back"


def test_one_page_that_shows_it_is_enough(listed, web):
    web.pages |= {"/": "Welcome", "/help": "Call 0800 1111", "/old": "Call 0800 1111"}
    for path, days in (("/old", 40), ("/help", 3)):
        seen_on = timezone.localdate() - timedelta(days=days)
        Evidence.objects.create(resource=listed, url=web.url(path), kind="operator", seen_on=seen_on)
    Evidence.objects.create(resource=listed, url=web.url("/press"), kind="news-or-press", seen_on=timezone.localdate())
    nights(4, web)
    assert waiting() == []
    assert set(LinkCheck.objects.values_list("url", flat=True)) == {web.url("/"), web.url("/help")}
    web.pages["/help"] = "Welcome"
    nights(3, web)
    assert waiting() == [("drift", "")]


def test_a_text_line_needs_its_word_as_well(entry, web):
    web.pages["/"] = "Text HELLO to 741741"
    entry("Text line", web.url("/"), kind="sms", dial="741741", keyword="HOME")
    nights(3, web)
    assert waiting() == [("drift", "")]


def test_a_changed_number_is_looked_for_from_then_on(listed, web):
    web.pages["/"] = "Call 0808 800 5000"
    nights(3, web)
    assert waiting() == [("drift", "")]
    listed.contact_points.update(dial="08088005000", e164="+448088005000")
    night(web)
    assert waiting() == []


def test_a_page_to_chat_on_is_watched_and_need_not_show_a_number(line, web):
    web.pages["/chat"] = "Write to us"
    chat = ContactPoint.objects.create(resource=line, kind="chat", url=web.url("/chat"), position=1)
    ContactPoint.objects.create(resource=line, kind="email", url="mailto:jo@help.example", position=2)
    nights(3, web)
    assert waiting() == []
    assert set(LinkCheck.objects.values_list("url", "number_found")) == {(web.url("/chat"), "unknown")}
    web.pages["/chat"] = status(404)
    nights(3, web)
    assert CuratorTask.objects.get().contact == chat


def test_a_page_that_two_entries_name_is_fetched_once_and_looked_through_for_both(listed, entry, web):
    other = entry("Other line", web.url("/#other"), country="GB", dial="116123")
    nights(3, web)
    assert web.hits["GET", "/"] == 3
    assert CuratorTask.objects.get().contact == other.contact_points.get()


# Curators -----------------------------------------------------------------------------------------------------


def test_what_a_curator_has_closed_stays_closed_until_it_begins_anew(listed, web, admin):
    web.pages["/"] = status(403)
    nights(3, web)
    curator_tasks.close(CuratorTask.objects.all(), by=admin)
    assert CuratorTask.objects.get().closed_by == admin
    nights(3, web)
    assert waiting() == []
    web.pages["/"] = "Call 0800 1111"
    night(web)
    web.pages["/"] = status(403)
    nights(3, web)
    assert waiting() == [("link", "error")]


def test_a_page_that_is_named_no_more_is_not_watched_and_its_task_closes(listed, web):
    web.pages |= {"/": status(404), "/new": "Call 0800 1111"}
    nights(3, web)
    Resource.objects.filter(pk=listed.pk).update(url=web.url("/new"))
    night(web)
    assert waiting() == []
    assert list(WatchedPage.objects.values_list("url", flat=True)) == [web.url("/new")]
    assert LinkCheck.objects.filter(url=web.url("/")).count() == 3


@pytest.mark.parametrize("status_of_entry", ["draft", "retired", "do_not_list"])
def test_what_is_not_listed_is_not_visited(listed, web, status_of_entry):
    Resource.objects.filter(pk=listed.pk).update(status=status_of_entry)
    assert night(web) == 0
    assert not web.hits


def test_opening_and_closing_leave_their_entries(listed, web):
    web.pages["/"] = status(404)
    nights(3, web)
    web.pages["/"] = "Call 0800 1111"
    night(web)
    entries = AuditEntry.objects.filter(action__startswith="curator_task")
    assert list(entries.values_list("action", "system_actor")) == [
        ("curator_task_opened", "link check"),
        ("curator_task_closed", "link check"),
    ]


def test_two_who_open_the_same_task_at_once_have_one(transactional_db, line):
    opened = both(lambda: curator_tasks.open_one("report", by="test", resource_id=line.pk, words="No answer"))
    assert opened[0].pk == opened[1].pk
    assert CuratorTask.objects.count() == 1


def test_tasks_about_words_are_one_for_each_word(db):
    for words in ("welsh", "welsh", "night"):
        curator_tasks.open_one("search_gap", by="test", words=words)
    assert CuratorTask.objects.count() == 2
    with pytest.raises(IntegrityError):
        CuratorTask.objects.create(kind="search_gap", words="welsh")


# Runs ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def many(entry, web):
    """Twenty pages of twenty hosts, and five more of one."""
    for number in range(25):
        host = "same.example" if number >= 20 else f"host{number}.example"
        web.pages[f"/{number}"] = html("Call 988")
        entry(f"Line {number}", web.url(f"/{number}", host=host), dial="988")


def test_two_runs_at_once_look_at_each_page_once(transactional_db, many, web, monkeypatch):
    meet_after(monkeypatch, links, "claim")
    looked_at = both(lambda: links.check(door=web.door()), seconds=60)
    assert sum(looked_at) == 25
    assert min(looked_at) > 0, "both have worked"
    assert LinkCheck.objects.count() == LinkCheck.objects.values("url").distinct().count() == 25
    assert {web.hits["GET", f"/{number}"] for number in range(25)} == {1}


def test_no_host_is_asked_by_two_at_once(transactional_db, entry, web):
    busy, most = [], []

    def slow(handler):
        busy.append(1)
        most.append(len(busy))
        threading.Event().wait(0.05)
        handler.say(200, html("Call 988"))
        busy.pop()

    for number in range(6):
        web.pages[f"/{number}"] = slow
        entry(f"Line {number}", web.url(f"/{number}"), dial="988")
    both(lambda: links.check(door=web.door()), seconds=60)
    assert LinkCheck.objects.count() == 6
    assert max(most) == 1


def test_the_database_itself_lets_one_host_be_visited_once_at_a_time(many):
    links.bring_into_line(listed_pages.now())
    token = "00000000-0000-0000-0000-000000000001"
    with pytest.raises(IntegrityError):
        WatchedPage.objects.filter(host="same.example").update(lease_token=token, lease_until=timezone.now())


def test_what_a_killed_run_had_taken_is_looked_at_when_its_lease_is_over(many, web):
    links.bring_into_line(listed_pages.now())
    taken = links.claim()
    assert len(taken) == links.BATCH
    assert links.check(door=web.door()) == 25 - links.BATCH
    WatchedPage.objects.exclude(lease_token=None).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert links.check(door=web.door()) == links.BATCH
    assert LinkCheck.objects.count() == 25


ELSEWHERE = """
import sys
import django
django.setup()
from resources import links
from resources.visits import Door
here = "127.0.0.1"
links.check(door=Door(resolve=lambda *_, **__: [here], allowed=frozenset({(here, int(sys.argv[1]))})))
"""


def test_a_run_that_is_killed_in_the_middle_of_a_page_loses_nothing(transactional_db, entry, web):
    first = threading.Event()

    def hold(handler):
        first.set()
        handler.say(200, html("Call 988")) if is_over else web_server.hangs(handler)

    is_over = False
    web.pages |= {"/0": html("Call 988"), "/1": hold, "/2": html("Call 988")}
    for number in range(3):
        entry(f"Line {number}", web.url(f"/{number}", host=f"host{number}.example"), dial="988")
    env = os.environ | {"DATABASE_URL": databases.database_url(), "DJANGO_SETTINGS_MODULE": "config.settings"}
    run = subprocess.Popen([sys.executable, "-c", ELSEWHERE, str(web.port)], env=env | {"DEBUG": "true"})
    assert first.wait(30)
    run.kill()
    run.wait()
    is_over = True
    assert LinkCheck.objects.count() == 1
    assert links.check(door=web.door()) == 0, "the others are still taken"
    WatchedPage.objects.exclude(lease_token=None).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert links.check(door=web.door()) == 2
    assert list(LinkCheck.objects.values_list("url", "state")) == [
        (web.url(f"/{number}", host=f"host{number}.example"), "works") for number in range(3)
    ]


def test_a_run_that_wakes_after_its_lease_writes_nothing(listed, web):
    listing = listed_pages.now()
    links.bring_into_line(listing)
    (page,) = links.claim()
    visit, words = links.seen(page, door=web.door())
    WatchedPage.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert links.check(door=web.door()) == 1
    assert not links.record(page, visit, words, listing=listing)
    assert not links.look(page, listing=listing, door=web.door())
    assert LinkCheck.objects.count() == 1


def test_a_run_that_dies_while_it_writes_has_written_nothing(listed, web, monkeypatch):
    def die(*_, **__):
        raise DatabaseError

    with monkeypatch.context() as patch:
        patch.setattr(page_tasks, "settle", die)
        with pytest.raises(DatabaseError):
            links.check(door=web.door())
    assert not LinkCheck.objects.exists()
    WatchedPage.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert links.check(door=web.door()) == 1


def test_the_page_that_waited_longest_is_first_and_a_run_has_its_time(many, web, monkeypatch):
    links.check(door=web.door())
    WatchedPage.objects.update(looked_at=timezone.now() - 2 * A_DAY)
    oldest = WatchedPage.objects.get(host="host7.example")
    WatchedPage.objects.filter(pk=oldest.pk).update(looked_at=timezone.now() - 9 * A_DAY)
    ticks = iter(range(100))
    monkeypatch.setattr(links.time, "monotonic", lambda: next(ticks))
    monkeypatch.setattr(visits, "visit", lambda *_, **__: visits.Visit("works"))
    assert links.check(seconds=3) == 1
    assert LinkCheck.objects.last().url == oldest.url
    assert not WatchedPage.objects.exclude(lease_token=None).exists(), "what there was no time for is given back"


def test_a_page_that_breaks_the_reading_is_an_error_and_stops_nothing(many, web, monkeypatch):
    real = visits.visit

    def break_on(url, **facts):
        if url.endswith("/3"):
            raise ZeroDivisionError
        return real(url, **facts)

    monkeypatch.setattr(visits, "visit", break_on)
    assert links.check(door=web.door()) == 25
    assert list(LinkCheck.objects.exclude(state="works").values_list("url", "state")) == [
        (web.url("/3", host="host3.example"), "error")
    ]


def test_strange_addresses_hurt_nobody(entry, web):
    web.pages["/"] = leads_to("/\u00e9%00\x7f?" + "x" * 3000)
    for number, url in enumerate([web.url("/"), "http://[::1", "javascript:alert(1)", "http://" + "x" * 280]):
        entry(f"Line {number}", url, dial="988")
    assert links.check(door=web.door()) == 4
    assert set(LinkCheck.objects.values_list("state", flat=True)) == {"gone", "error", "refused"}


def test_what_was_seen_cannot_be_changed(listed, web):
    night(web)
    with pytest.raises(DatabaseError):
        LinkCheck.objects.update(state="gone")


def test_task_and_command_go_out_by_the_real_door(listed, web, capsys, settings):
    """Which leads to no machine of the house, so that the page of this test is refused."""
    Resource.objects.update(url=web.url("/", host="127.0.0.1"))
    tasks.check_links()
    assert LinkCheck.objects.get().state == "refused"
    WatchedPage.objects.update(looked_at=F("looked_at") - A_DAY)
    settings.CHECK_LINKS = False
    tasks.check_links()
    assert LinkCheck.objects.count() == 1
    call_command("check_links", once=True)
    call_command("check_links")
    assert capsys.readouterr().out == "1 looked at.\n0 looked at.\n"
    assert not web.hits


def test_nightly_work_waits_in_a_queue_of_its_own_and_is_done_at_night():
    for name in ("check_links", "write_crisis_page"):
        assert app.amqp.router.route({}, f"resources.tasks.{name}")["queue"].name == "background"
        assert app.conf.beat_schedule[name]["schedule"].hour <= set(range(1, 6))
    assert "background" in app.amqp.queues, "a worker that was told no queue serves it"


def test_the_pages_of_five_thousand_entries_are_listed_in_three_queries(entry, django_assert_num_queries):
    entry("Line", "https://help.example/", dial="988")
    with django_assert_num_queries(3):
        assert set(listed_pages.now().subjects) == {"https://help.example/"}
    assert connection.in_atomic_block
