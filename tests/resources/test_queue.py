"""What waits for a curator stands on one page, and leaves it when somebody has seen to it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from resources import checking, curator_tasks
from resources.models import CuratorTask
from tests.resources.test_checking import days_later


@pytest.fixture
def line(put):
    return put("Night line", dial="2025550143", url="https://night.example/")


@pytest.fixture
def queue(signed_in, admin):
    browser = signed_in(admin)

    def opened():
        browser.force_login(admin)
        return browser.get(reverse("check-queue")).content.decode()

    opened.browser = browser
    return opened


def test_a_page_that_stopped_working_waits_until_it_was_looked_at(line, queue, admin):
    words = "https://night.example/"
    task = curator_tasks.open_one("link", by="link check", resource_id=line.pk, words=words, state="gone")
    page = queue()
    assert "A page does not work: Is not there any more" in page
    assert words in page
    queue.browser.post(reverse("put-page-aside", args=[task.pk]))
    assert "A page does not work" not in queue()
    task.refresh_from_db()
    assert (task.closed_by, task.closed_at is not None) == (admin, True)


def test_a_number_that_is_not_shown_any_more_says_which(line, queue):
    contact = line.contact_points.get()
    curator_tasks.open_one("drift", by="link check", resource_id=line.pk, contact_id=contact.pk, words=line.url)
    assert f"A page does not show our number any more · {contact.words}" in " ".join(queue().split())
    assert CuratorTask.objects.get().closed_at is None


def test_where_nobody_answered_it_comes_back_after_two_days(line, queue, admin):
    contact = line.contact_points.get()
    checking.check(contact, result="no_answer", method="call", by=admin)
    assert "to be tried again" not in queue()
    with days_later(2):
        assert "Nobody answered: to be tried again" in queue()
        checking.check(contact, result="works", method="call", by=admin)
        assert "to be tried again" not in queue()


def test_what_was_taken_out_is_not_tried_again(line, queue, admin):
    contact = line.contact_points.get()
    checking.check(contact, result="no_answer", method="call", by=admin)
    line.contact_points.update(removed_at=timezone.now())
    with days_later(2):
        assert "to be tried again" not in queue()
